"""What recommenders are measured by, on people small enough to count by hand."""

import numpy as np
import pytest
import torch

from assets.recipes.recommending import Part, gain, hide, measure, neighbours, popularity, report, spread, suggested

LIKES = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]]).bool()


def part(history: list[list[float]], hidden: list[list[int]], outside: list[int]) -> Part:
    given = torch.tensor(history)
    return Part(given, given != 0, torch.tensor(hidden).bool(), torch.tensor(outside))


def test_a_share_of_each_persons_choices_is_hidden_and_a_seed_repeats() -> None:
    chosen = torch.rand(50, 40, generator=torch.Generator().manual_seed(0)) < 0.5
    hidden = hide(chosen, 0.2, seed=3)
    assert not (hidden & ~chosen).any()
    assert hidden.sum(1).tolist() == [round(0.2 * count) for count in chosen.sum(1).tolist()]
    assert torch.equal(hidden, hide(chosen, 0.2, seed=3))
    assert not torch.equal(hidden, hide(chosen, 0.2, seed=4))


def test_what_a_person_has_met_is_never_suggested() -> None:
    data = part([[1.0, 0, 0, 0], [0, 0, -0.5, 0]], [[0, 1, 0, 0], [1, 0, 0, 0]], [0, 0])
    top = suggested(lambda history: torch.tensor([[9.0, 1, 3, 2], [1, 2, 9, 3]]), data, n=3)
    assert top.tolist() == [[2, 3, 1], [3, 1, 0]]


def test_recall_and_ndcg_are_those_counted_by_hand() -> None:
    data = part([[1.0, 0, 0, 0], [1, 0, 0, 0]], [[0, 1, 0, 1], [0, 1, 0, 0]], [0, 1])
    found = measure(lambda history: torch.tensor([[0.0, 3, 2, 1], [0, 1, 3, 2]]), data, n=2)
    first = 1 / (1 + 1 / np.log2(3))  # found first of two; a hidden choice outside the catalogue counts as missed
    assert found == pytest.approx(np.array([[1 / 2, first], [0, 0]]))
    perfect = measure(lambda history: torch.tensor([[0.0, 3, 1, 2], [0, 3, 2, 1]]), data, n=2)
    assert perfect == pytest.approx(np.array([[1, 1], [1 / 2, first]]))


def test_popularity_is_the_same_for_everybody() -> None:
    assert popularity(LIKES)(torch.zeros(2, 4)).tolist() == [[3, 3, 2, 1]] * 2


def test_neighbours_are_the_cosines_of_items_but_for_their_own() -> None:
    scores = neighbours(LIKES, nearest=4, shrink=0)(torch.eye(4))
    assert scores[0].tolist() == pytest.approx([0, 2 / 3, 1 / 6**0.5, 1 / 3**0.5])
    damped = neighbours(LIKES, nearest=4, shrink=2)(torch.eye(4))
    assert damped[0, 1].item() == pytest.approx(2 / 3 * 2 / 4)
    nearest = neighbours(LIKES, nearest=1, shrink=0)(torch.eye(4))
    assert (nearest > 0).sum(0).tolist() == [1, 1, 1, 1]


def test_coverage_and_popularity_are_those_of_what_is_suggested() -> None:
    data = part([[1.0, 0, 0, 0], [0, 1, 0, 0]], [[0, 1, 0, 0], [1, 0, 0, 0]], [0, 0])
    share = torch.tensor([0.5, 0.25, 0.125, 0.125])
    found = spread(torch.tensor([[1], [0]]), data, share)
    assert list(found.values()) == ["50.0%", "37.5%", "37.5%", "1.50 bits"]


def test_the_report_has_a_row_a_model_and_the_gain_is_paired(capsys: pytest.CaptureFixture[str]) -> None:
    generator = torch.Generator().manual_seed(0)
    chosen = torch.rand(30, 20, generator=generator) < 0.4
    hidden = hide(chosen, 0.2, 0)
    data = Part((chosen & ~hidden).float(), chosen & ~hidden, hidden, torch.zeros(30, dtype=torch.long))
    oracle = lambda history: hidden.float()  # noqa: E731
    report(
        {"popularity": (popularity(chosen), {"held-out": data}), "oracle": (oracle, {"held-out": data})},
        chosen.float().mean(0),
    )
    printed = capsys.readouterr().out
    assert "| oracle | 30 held-out | 1.000 (1.000 to 1.000) | 1.000 (1.000 to 1.000) |" in printed
    assert gain(oracle, oracle, data) == "+0.000 (+0.000 to +0.000), +0.000 (+0.000 to +0.000)"

"""The linear recommender: exact through save and load, exactly linear, and the solution of its own equation."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoFeatureExtractor, AutoModel

from inference.modeling.recommender import HistoryExtractor, LinearRecommender, LinearRecommenderConfig

IDS = ["7", "3", "11", "2", "5"]


def network(ids: list[str] = IDS, rank: int = 5) -> LinearRecommender:
    torch.manual_seed(0)
    return LinearRecommender(LinearRecommenderConfig(item_ids=ids, rank=rank)).eval()


def likes(people: int, items: int) -> torch.Tensor:
    return (torch.rand(people, items, generator=torch.Generator().manual_seed(1)) < 0.3).float()


def weights(model: LinearRecommender) -> torch.Tensor:
    """What each item in a history adds to each score, read off histories of one item."""
    with torch.inference_mode():
        return torch.tensor(model(torch.eye(5)).logits.numpy())


def rounded(model: LinearRecommender) -> LinearRecommender:
    """Factors of few binary digits: sums and products of these have no rounding error at all."""
    with torch.no_grad():
        for factor in (model.given, model.wanted):
            factor.copy_((factor * 64).round() / 64)
    return model


def test_shapes_and_types() -> None:
    logits = network()(torch.zeros(3, 5)).logits
    assert (logits.shape, logits.dtype) == ((3, 5), torch.float32)


def test_a_model_is_the_same_after_save_and_load(tmp_path: Path) -> None:
    model = network(rank=2)
    model.save_pretrained(tmp_path)
    loaded = AutoModel.from_pretrained(tmp_path)
    assert type(loaded) is LinearRecommender
    assert list(loaded.config.item_ids) == IDS
    assert (loaded.config.n_items, loaded.config.rank) == (5, 2)
    assert torch.equal(loaded.given, model.given) and torch.equal(loaded.wanted, model.wanted)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors"}


@torch.inference_mode()
def test_a_score_is_the_plain_sum_of_one_weight_per_item_times_what_it_weighs() -> None:
    model = rounded(network())
    each = weights(model)
    history = likes(20, 5) * torch.tensor([1.0, 0.5, -0.25, 1.5, 1.0])
    for row, weighed in zip(model(history).logits, history, strict=True):
        assert torch.equal(row, sum((weighed[i] * each[i] for i in range(5)), torch.zeros(5)))


@torch.inference_mode()
def test_scores_are_exactly_linear() -> None:
    model = rounded(network())
    a, b = likes(4, 5), likes(8, 5)[4:]
    assert torch.equal(model(a + b).logits, model(a).logits + model(b).logits)
    assert torch.equal(model(torch.zeros(1, 5)).logits, torch.zeros(1, 5))


def test_no_item_speaks_for_itself() -> None:
    model = network(rank=2)
    assert weights(rounded(model)).diagonal().tolist() == [0] * 5
    model.fit(likes(50, 5), likes(50, 5), l2=3.0)
    assert weights(model).diagonal().abs().max() < 1e-6


def ridge(x: np.ndarray, y: np.ndarray, l2: float) -> np.ndarray:
    """Each column a ridge regression on all other items (arXiv 1905.03375, section 3), float64[items, items]."""
    found = np.zeros((5, 5))
    for j in range(5):
        others = [i for i in range(5) if i != j]
        a = x[:, others]
        found[others, j] = np.linalg.solve(a.T @ a + l2 * np.eye(4), a.T @ y[:, j])
    return found


@pytest.mark.parametrize("people", [60, 4])
def test_the_fit_is_the_minimum_of_its_own_equation(people: int) -> None:
    history, model = likes(people, 5), network()
    model.fit(history, history, l2=3.0)
    expected = ridge(history.double().numpy(), history.double().numpy(), 3.0)
    assert np.allclose(weights(model).numpy(), expected, atol=1e-6)


def test_likes_are_predicted_from_histories_that_weigh_otherwise() -> None:
    liked, model = likes(60, 5), network()
    history = liked * 1.2 - likes(60, 5).flip(0) * (1 - liked) * 0.4
    model.fit(history, liked, l2=3.0)
    expected = ridge(history.double().numpy(), liked.double().numpy(), 3.0)
    assert np.allclose(weights(model).numpy(), expected, atol=1e-6)


def test_a_narrow_fit_is_the_nearest_of_its_rank() -> None:
    """Beside the diagonal, which is left out whatever the rank."""
    history, whole, narrow = likes(60, 5), network(), network(rank=2)
    for model in (whole, narrow):
        model.fit(history, history, l2=3.0)
    full = (whole.given @ whole.wanted.T).detach()
    error = torch.linalg.matrix_norm(full - (narrow.given @ narrow.wanted.T).detach())
    assert error == pytest.approx(torch.linalg.svdvals(full)[2:].norm().item(), rel=1e-4)


def test_histories_become_rows_of_what_each_item_weighs() -> None:
    batch = HistoryExtractor(IDS)([["2", "7"], [], ["11", "11"]])
    assert batch["history"].tolist() == [[1, 0, 0, 1, 0], [0, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    assert batch["history"].dtype == torch.float32
    assert batch["chosen"].tolist() == (batch["history"] > 0).tolist()


def test_a_rating_weighs_by_how_far_it_lies_from_neutral() -> None:
    extractor = HistoryExtractor(IDS, liked=4.0, neutral=2.0)
    batch = extractor([{"7": 4.0, "3": 5.0, "11": 2.0, "2": 1.0, "5": None}, {"3": 3.0}])
    assert batch["history"].tolist() == [[1, 1.5, 0, -0.5, 1], [0, 0.5, 0, 0, 0]]
    assert batch["chosen"].tolist() == [[True] * 5, [False, True, False, False, False]]  # a neutral one is chosen, too


def test_no_histories_make_no_rows() -> None:
    assert HistoryExtractor(IDS)([], return_tensors="np")["history"].shape == (0, 5)


@pytest.mark.parametrize("history", [["8"], ["7", ""], [7]])
def test_an_item_that_the_model_does_not_have_is_refused(history: list[str]) -> None:
    with pytest.raises(ValueError) as error:
        HistoryExtractor(IDS)([history])
    assert str(error.value) == f"Unknown item {history[-1]!r}; choose among the model's 5 items."


def test_an_extractor_is_the_same_after_save_and_load(tmp_path: Path) -> None:
    HistoryExtractor(IDS, liked=4.0, neutral=1.5).save_pretrained(tmp_path)
    network().config.save_pretrained(tmp_path)
    loaded = AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(loaded) is HistoryExtractor
    assert (loaded.item_ids, loaded.liked, loaded.neutral) == (IDS, 4.0, 1.5)

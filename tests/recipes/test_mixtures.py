"""Groups found where there are groups, and what the figures say where there are none."""

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from assets.recipes import mixtures

RNG = np.random.default_rng(0)
TRUTH = np.repeat([0, 1, 2], 40)
ROWS = np.array([[-4.0, 0, 0], [0, 4, 0], [4, 0, 4]])[TRUTH] + RNG.normal(size=(120, 3))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "STARTS", 2)


@pytest.mark.parametrize("fit", [mixtures.gaussians, mixtures.centroids])
def test_plain_groups_are_found_and_are_stable(fit: mixtures.Fit) -> None:
    found = fit(ROWS, 3)
    assert adjusted_rand_score(TRUTH, found.labels(ROWS)) > 0.95
    assert mixtures.stability(fit, ROWS, 3, draws=3).mean() > 0.9
    assert found.bic(ROWS) < min(fit(ROWS, 1).bic(ROWS), fit(ROWS, 2).bic(ROWS))
    assert np.isclose(found.shares.sum(), 1)


@pytest.mark.parametrize("fit", [mixtures.gaussians, mixtures.centroids])
def test_the_saved_model_says_what_was_found(fit: mixtures.Fit) -> None:
    found = fit(ROWS, 3)
    with torch.inference_mode():
        logits = found.model(["a", "b", "c"])(torch.tensor(ROWS, dtype=torch.float32)).logits
    assert np.allclose(logits, found.logits(ROWS), atol=1e-3)


def test_shuffled_columns_keep_their_values_and_lose_the_groups() -> None:
    mixed = mixtures.shuffled(ROWS)
    assert np.allclose(np.sort(mixed, axis=0), np.sort(ROWS, axis=0))
    labels = mixtures.centroids(mixed, 3).labels(mixed)
    assert mixtures.silhouette(mixed, labels) < mixtures.silhouette(ROWS, TRUTH) - 0.1


def test_names_say_what_is_far_from_the_average_the_strongest_first() -> None:
    words = {"a": ("low", "high"), "b": ("short", "long")}
    assert mixtures.named(np.array([[0.5, -2.0], [0.1, 0.2]]), words) == ["Short, high", "In the middle"]


def test_the_study_prints_a_line_for_each_number_of_groups(capsys: pytest.CaptureFixture[str]) -> None:
    mixtures.study(mixtures.centroids, ROWS[::3], largest=2)
    assert [line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines()[2:]] == ["1", "2"]

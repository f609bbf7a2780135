"""The linear recommender: exact through save and load, exactly linear, and the solution of its own equation."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoFeatureExtractor, AutoModel

from inference.modeling.recommender import HistoryExtractor, LinearRecommender, LinearRecommenderConfig

IDS = ["7", "3", "11", "2", "5"]


def network(ids: list[str] = IDS) -> LinearRecommender:
    torch.manual_seed(0)
    return LinearRecommender(LinearRecommenderConfig(item_ids=ids)).eval()


def likes(people: int, items: int) -> torch.Tensor:
    return (torch.rand(people, items, generator=torch.Generator().manual_seed(1)) < 0.3).float()


def test_shapes_and_types() -> None:
    logits = network()(torch.zeros(3, 5)).logits
    assert (logits.shape, logits.dtype) == ((3, 5), torch.float32)


def test_a_model_is_the_same_after_save_and_load(tmp_path: Path) -> None:
    model = network()
    model.save_pretrained(tmp_path)
    loaded = AutoModel.from_pretrained(tmp_path)
    assert type(loaded) is LinearRecommender
    assert list(loaded.config.item_ids) == IDS
    assert loaded.config.n_items == 5
    assert torch.equal(loaded.weight, model.weight)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors"}


@torch.inference_mode()
def test_a_score_is_the_plain_sum_of_one_weight_per_item() -> None:
    model = network()
    model.weight.copy_((model.weight * 64).round() / 64)  # sums of these have no rounding error at all
    history = likes(20, 5)
    scores = model(history).logits
    for row, liked in zip(scores, history, strict=True):
        assert torch.equal(row, sum((model.weight[i] for i in liked.nonzero()[:, 0]), torch.zeros(5)))


@torch.inference_mode()
def test_scores_are_exactly_linear() -> None:
    model = network()
    model.weight.copy_((model.weight * 64).round() / 64)
    a, b = likes(4, 5), likes(8, 5)[4:]
    assert torch.equal(model(a + b).logits, model(a).logits + model(b).logits)
    assert torch.equal(model(torch.zeros(1, 5)).logits, torch.zeros(1, 5))


def test_no_item_speaks_for_itself() -> None:
    model = network()
    assert model.weight.diagonal().tolist() == [0] * 5
    model.fit(likes(50, 5), l2=3.0)
    assert model.weight.diagonal().tolist() == [0] * 5


def test_the_fit_is_the_minimum_of_its_own_equation() -> None:
    """Each column of the weights is a ridge regression on all other items (arXiv 1905.03375, section 3)."""
    history, l2 = likes(60, 5), 3.0
    model = network()
    model.fit(history, l2)
    x = history.double().numpy()
    for j in range(5):
        others = [i for i in range(5) if i != j]
        a = x[:, others]
        expected = np.linalg.solve(a.T @ a + l2 * np.eye(4), a.T @ x[:, j])
        assert np.allclose(model.weight.detach().numpy()[others, j], expected, atol=1e-6)


def test_histories_become_rows_of_zeros_and_ones() -> None:
    batch = HistoryExtractor(IDS)([["2", "7"], [], ["11", "11"]])
    assert batch["history"].tolist() == [[1, 0, 0, 1, 0], [0, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    assert batch["history"].dtype == torch.float32


def test_no_histories_make_no_rows() -> None:
    assert HistoryExtractor(IDS)([], return_tensors="np")["history"].shape == (0, 5)


@pytest.mark.parametrize("history", [["8"], ["7", ""], [7]])
def test_an_item_that_the_model_does_not_have_is_refused(history: list[str]) -> None:
    with pytest.raises(ValueError) as error:
        HistoryExtractor(IDS)([history])
    assert str(error.value) == f"Unknown item {history[-1]!r}; choose among the model's 5 items."


def test_an_extractor_is_the_same_after_save_and_load(tmp_path: Path) -> None:
    HistoryExtractor(IDS).save_pretrained(tmp_path)
    network().config.save_pretrained(tmp_path)
    loaded = AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(loaded) is HistoryExtractor
    assert loaded.item_ids == IDS

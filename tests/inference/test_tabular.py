"""The network for tables: exact through save and load, shapes and types, and a target that comes back in its unit."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel

from inference.modeling.tabular import PiecewiseLinearEmbedding, TabularConfig, TabularExtractor, TabularModel

SIZES = {"n_numbers": 3, "cardinalities": [2, 4], "n_bins": 4, "d_embedding": 3, "d_block": 8, "n_members": 5}
COLUMNS = [
    {"name": "area", "kind": "number", "mean": 100.0, "scale": 50.0},
    {"name": "style", "kind": "category", "categories": ["flat", "house"]},
    {"name": "year", "kind": "number", "mean": 1970.0, "scale": 20.0},
]


def network(**changes: Any) -> TabularModel:
    torch.manual_seed(0)
    return TabularModel(TabularConfig(**{**SIZES, "num_labels": 1, **changes})).eval()


def rows(count: int, seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.randint(0, 3, (count, 1), generator=generator)
    second = torch.randint(0, 5, (count, 1), generator=generator)
    return {"numbers": torch.randn(count, 3, generator=generator), "categories": torch.cat([first, second], 1)}


# The network


@pytest.mark.parametrize("labels", [1, 2, 3])
def test_shapes_and_types(labels: int) -> None:
    outputs = network(num_labels=labels)(**rows(7))
    assert (outputs.logits.shape, outputs.logits.dtype) == ((7, labels), torch.float32)
    assert outputs.member_logits.shape == (7, 5, labels)
    assert outputs.loss is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cardinalities": []},
        {"n_numbers": 0},
        {"num_labels": 4},
        {"target_transform": "log", "target_mean": 12.0, "target_scale": 0.4},
    ],
    ids=["plain", "numbers-only", "categories-only", "classes", "log-target"],
)
def test_a_model_is_the_same_after_save_and_load(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = network(**changes)
    batch = rows(9)
    batch["numbers"] = batch["numbers"][:, : model.config.n_numbers]
    batch["categories"] = batch["categories"][:, : len(model.config.cardinalities)]
    if model.config.n_numbers:
        model.fit_bins(batch["numbers"])
    model.save_pretrained(tmp_path)
    loaded = AutoModel.from_pretrained(tmp_path)
    assert type(loaded) is TabularModel
    assert loaded.config.to_dict().keys() == model.config.to_dict().keys()
    assert loaded.config.target_transform == model.config.target_transform
    assert loaded.state_dict().keys() == model.state_dict().keys()
    assert all(torch.equal(value, loaded.state_dict()[name]) for name, value in model.state_dict().items())
    with torch.inference_mode():
        assert torch.equal(loaded(**batch).logits, model(**batch).logits)


def test_only_safetensors_are_written(tmp_path: Path) -> None:
    network().save_pretrained(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors"}


def test_the_type_of_a_config_is_known_to_transformers(tmp_path: Path) -> None:
    network().config.save_pretrained(tmp_path)
    assert type(AutoConfig.from_pretrained(tmp_path)) is TabularConfig


@torch.inference_mode()
def test_a_batch_equals_its_singles() -> None:
    model, batch = network(), rows(6)
    together = model(**batch).logits
    single = torch.cat([model(**{name: value[i : i + 1] for name, value in batch.items()}).logits for i in range(6)])
    assert torch.allclose(together, single, atol=1e-6, rtol=0)


@torch.inference_mode()
def test_a_regression_is_the_mean_of_its_members() -> None:
    outputs = network()(**rows(4))
    assert torch.allclose(outputs.logits, outputs.member_logits.mean(1))
    assert outputs.member_logits.std(1).min() > 0


@torch.inference_mode()
def test_a_classifier_averages_the_probabilities_of_its_members() -> None:
    outputs = network(num_labels=3)(**rows(4))
    assert torch.allclose(outputs.logits.softmax(-1), outputs.member_logits.softmax(-1).mean(1), atol=1e-6)
    assert torch.allclose(outputs.logits.exp().sum(-1), torch.ones(4), atol=1e-6)


@torch.inference_mode()
def test_the_loss_is_the_mean_of_the_members_own() -> None:
    batch, targets = rows(4), torch.randn(4)
    outputs = network()(**batch, labels=targets)
    expected = ((outputs.member_logits[..., 0] - targets[:, None]) ** 2).mean()
    assert torch.allclose(outputs.loss, expected)
    classes = torch.tensor([0, 2, 1, 0])
    outputs = network(num_labels=3)(**batch, labels=classes)
    picked = outputs.member_logits.log_softmax(-1)[torch.arange(4), :, classes]
    assert torch.allclose(outputs.loss, -picked.mean())


@torch.inference_mode()
def test_categories_of_different_columns_never_share_a_vector() -> None:
    model = network()
    assert model.offsets.tolist() == [0, 3]
    assert model.categories.num_embeddings == 8
    pairs = torch.tensor([[a, b] for a in range(3) for b in range(5)])
    before = model(torch.zeros(15, 3), pairs).logits[:, 0]
    for row in range(8):
        column, code = (0, row) if row < 3 else (1, row - 3)
        model.categories.weight[row] += 10
        after = model(torch.zeros(15, 3), pairs).logits[:, 0]
        model.categories.weight[row] -= 10
        assert ((after - before).abs() > 1e-3).tolist() == (pairs[:, column] == code).tolist()


@torch.inference_mode()
def test_an_embedding_is_piecewise_linear_and_flat_outside_its_bins() -> None:
    embedding = PiecewiseLinearEmbedding(1, 2, 1)
    embedding.edges.copy_(torch.tensor([[0.0, 1.0, 3.0]]))
    embedding.weight.copy_(torch.tensor([[[10.0], [100.0]]]))
    embedding.bias.fill_(1.0)
    values = torch.tensor([[-5.0], [0.0], [0.5], [1.0], [2.0], [3.0], [9.0]])
    assert embedding(values).flatten().tolist() == [1, 1, 6, 11, 61, 111, 111]


def test_bins_are_quantiles_and_repeated_edges_do_no_harm() -> None:
    model = network()
    numbers = torch.stack([torch.arange(101.0), torch.zeros(101), (torch.arange(101) > 50).float()], dim=1)
    model.fit_bins(numbers)
    assert model.numbers.edges[0].tolist() == [0, 25, 50, 75, 100]
    assert model.numbers.edges[1].tolist() == [0] * 5
    assert model.numbers.edges[2].tolist() == [0, 1, 1, 1, 1]
    with torch.inference_mode():
        logits = model(numbers=numbers, categories=torch.zeros(101, 2, dtype=torch.int64)).logits
    assert torch.isfinite(logits).all()


# The target


@pytest.mark.parametrize("transform", ["identity", "log"])
def test_decoding_undoes_encoding(transform: str) -> None:
    config = TabularConfig(**SIZES, target_transform=transform, target_mean=12.0, target_scale=0.4)
    values = torch.tensor([12_789.0, 181_000.0, 755_000.0], dtype=torch.float64)
    assert torch.allclose(config.decode_target(config.encode_target(values)), values, rtol=1e-12)
    outputs = torch.linspace(-3, 3, 7, dtype=torch.float64)
    assert torch.allclose(config.encode_target(config.decode_target(outputs)), outputs, atol=1e-12)


def test_targets_are_on_the_scale_that_the_config_says() -> None:
    plain = TabularConfig(**SIZES, target_mean=10.0, target_scale=4.0)
    assert plain.encode_target(torch.tensor([18.0])).tolist() == [2]
    assert plain.decode_target(torch.tensor([2.0])).tolist() == [18]
    log = TabularConfig(**SIZES, target_transform="log", target_mean=1.0, target_scale=2.0)
    assert log.decode_target(torch.tensor(0.5)).item() == pytest.approx(math.exp(2), rel=1e-6)
    assert log.encode_target(torch.tensor(math.exp(2))).item() == pytest.approx(0.5, rel=1e-6)


def test_an_unknown_transform_is_refused() -> None:
    with pytest.raises(Exception, match="target_transform"):
        TabularConfig(**SIZES, target_transform="sqrt")


# The extractor


def test_records_become_standardised_numbers_and_codes() -> None:
    batch = TabularExtractor(COLUMNS)(
        [{"area": 150, "style": "house", "year": 1990}, {"year": 1970.0, "style": "tent", "area": 100.0, "more": 1}]
    )
    assert batch["numbers"].tolist() == [[1, 1], [0, 0]]
    assert batch["categories"].tolist() == [[2], [0]]
    assert (batch["numbers"].dtype, batch["categories"].dtype) == (torch.float32, torch.int64)


def test_no_digits_are_lost_before_standardising() -> None:
    columns = [{"name": "t", "kind": "number", "mean": 1e9, "scale": 1.0}]
    assert TabularExtractor(columns)([{"t": 1e9 + 1}])["numbers"].item() == 1  # in float32 it would be 0


@pytest.mark.parametrize(
    ("columns", "shapes"),
    [(COLUMNS[:1], [(2, 1), (2, 0)]), (COLUMNS[1:2], [(2, 0), (2, 1)]), ([], [(2, 0), (2, 0)])],
)
def test_a_kind_of_column_may_be_missing(columns: list[dict[str, Any]], shapes: list[tuple[int, int]]) -> None:
    batch = TabularExtractor(columns)([{"area": 1, "style": "flat"}] * 2, return_tensors="np")
    assert [batch["numbers"].shape, batch["categories"].shape] == shapes
    assert [batch["numbers"].dtype, batch["categories"].dtype] == [np.float32, np.int64]


@pytest.mark.parametrize("missing", ["area", "style"])
def test_a_record_without_a_column_is_refused(missing: str) -> None:
    record = {"area": 1.0, "style": "flat", "year": 2000.0}
    del record[missing]
    with pytest.raises(ValueError) as error:
        TabularExtractor(COLUMNS)([record])
    assert str(error.value) == f"A record lacks the column '{missing}'; give every column a value."


def test_a_word_in_a_number_column_is_refused() -> None:
    with pytest.raises(ValueError):
        TabularExtractor(COLUMNS)([{"area": "large", "style": "flat", "year": 2000}])


def test_an_extractor_is_the_same_after_save_and_load(tmp_path: Path) -> None:
    TabularExtractor(COLUMNS).save_pretrained(tmp_path)
    network().config.save_pretrained(tmp_path)
    loaded = AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(loaded) is TabularExtractor
    assert loaded.columns == COLUMNS

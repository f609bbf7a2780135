"""Encoded inputs put together and taken apart: what fits, how texts are filled up, and what comes back."""

from typing import Any

import numpy as np
import pytest
import torch

from inference.joining import fits, joined, parted

FILL = {"input_ids": 9, "attention_mask": 0}


def text(*ids: int) -> dict[str, Any]:
    return {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.int64)}


def test_texts_of_two_lengths_are_filled_up_at_their_ends() -> None:
    batch = joined([text(1, 2, 3), text(4, 5)], FILL)
    assert batch["input_ids"].tolist() == [[1, 2, 3], [4, 5, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]


def test_outputs_come_back_without_what_was_filled_up() -> None:
    batches = [text(1, 2, 3), text(4, 5)]
    outputs = {"logits": torch.arange(6.0).reshape(2, 3), "pooled": torch.arange(6.0).reshape(2, 3)}
    first, second = parted(outputs, batches, {"logits"})
    assert first["logits"].tolist() == [[0, 1, 2]] and second["logits"].tolist() == [[3, 4]]
    assert second["pooled"].tolist() == [[3, 4, 5]]  # as wide as the text by chance


def test_inputs_of_several_rows_get_as_many_back() -> None:
    windows = {"x": torch.zeros(2, 4)}, {"x": torch.ones(3, 4)}
    first, second = parted({"y": joined(windows, {})["x"]}, windows, ())
    assert (len(first["y"]), len(second["y"])) == (2, 3) and second["y"].min() == 1


def test_what_is_no_tensor_goes_back_to_whose_it_is() -> None:
    batches = [{"x": torch.zeros(1, 2), "sentence": "one"}, {"x": torch.zeros(1, 2), "sentence": "two"}]
    batch = joined(batches, {})
    assert batch["sentence"] == ["one", "two"]
    assert [each["sentence"] for each in parted({**batch}, batches, ())] == ["one", "two"]


def test_arrays_of_records_are_put_together_too() -> None:
    batches = [{"records": np.array([{"a": 1}], dtype=object)}, {"records": np.array([{"a": 2}], dtype=object)}]
    assert joined(batches, {})["records"].tolist() == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"input_ids": torch.tensor([[1, 2]])}, "a tensor is missing"),
        ({**text(1, 2), "token_type_ids": torch.tensor([[0, 0]])}, "a tensor too many"),
        (text(*range(1, 40)), "most of the batch would be filling"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_stays_apart(other: dict[str, Any], why: str) -> None:
    assert not fits([text(1, 2)], other, FILL), why


def test_without_a_mask_only_equal_lengths_fit() -> None:
    short, long, same = ({"input_ids": torch.tensor([ids])} for ids in ([1, 2], [1, 2, 3], [3, 4]))
    assert fits([short], same, FILL)
    assert not fits([short], long, FILL)


def test_pictures_of_another_size_or_kind_of_number_do_not_fit() -> None:
    one = {"pixel_values": torch.zeros(1, 3, 8, 8)}
    assert fits([one], {"pixel_values": torch.ones(1, 3, 8, 8)}, {})
    assert not fits([one], {"pixel_values": torch.ones(1, 3, 8, 9)}, {})
    assert not fits([one], {"pixel_values": torch.ones(1, 3, 8, 8, dtype=torch.float64)}, {})

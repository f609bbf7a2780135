"""Many rows in arrays: order, memory that does not suffice, and what is said of nothing."""

from typing import Any

import numpy as np
import pytest
from conftest import load

from inference import models
from inference.accelerator import NO_MEMORY
from inference.errors import OutOfMemory
from inference.study import results

TEXTS = [f"{'really ' * (n % 7)}good number {n}" for n in range(70)]


@pytest.fixture
def sentiment() -> Any:
    return load(models.ASSETS / "models" / "sentiment")


def test_answers_come_in_the_order_of_the_inputs_whatever_their_length(sentiment: Any) -> None:
    raws = [{"text": text} for text in TEXTS]
    found = results.answers(sentiment, raws)
    alone = [sentiment.predict_some([raw])[0] for raw in raws[:9]]
    expected = [[dict(zip(each.names, each.scores, strict=True))[item] for item in found.items] for each in alone]
    np.testing.assert_allclose(found.scores[:9], expected, atol=1e-4)


def test_a_batch_that_does_not_fit_is_halved(sentiment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    raws = [{"text": text} for text in TEXTS]
    whole = results.answers(sentiment, raws)
    forward, refused = sentiment.forward, []

    def small(batch: Any) -> Any:
        if len(batch["input_ids"]) > 10:
            refused.append(len(batch["input_ids"]))
            raise OutOfMemory(NO_MEMORY)
        return forward(batch)

    monkeypatch.setattr(sentiment, "forward", small)
    found = results.answers(sentiment, raws)
    assert refused
    np.testing.assert_allclose(found.scores, whole.scores, atol=1e-4)


def test_one_input_that_does_not_fit_is_an_error(sentiment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(batch: Any) -> Any:
        raise OutOfMemory(NO_MEMORY)

    monkeypatch.setattr(sentiment, "forward", never)
    with pytest.raises(OutOfMemory):
        results.answers(sentiment, [{"text": "Fine."}])


def test_no_inputs_have_no_answers(sentiment: Any) -> None:
    assert len(results.answers(sentiment, [])) == 0


def test_truths_compare_with_predictions() -> None:
    prices = load(models.ASSETS / "models" / "ames-house-prices")
    found = results.of_truths(prices, ["1.5", 2, "", None, "x"])
    np.testing.assert_array_equal(found, [1.5, 2, np.nan, np.nan, np.nan])
    sentiment = load(models.ASSETS / "models" / "sentiment")
    assert results.of_truths(sentiment, [" positive", 1, "", None]).tolist() == ["positive", "1", None, None]

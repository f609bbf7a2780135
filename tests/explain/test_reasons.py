"""What moved an answer most, in a few words; a file has many rows, and none may take for ever."""

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import load

from explain import reasons
from inference import models


def test_the_strongest_reasons_are_told_with_their_share() -> None:
    task = load(models.find()["home-loans"])
    raw = task.parse(task.demo.examples[0].inputs)
    (found,) = reasons.top(task, [raw])
    assert len(found) == reasons.TOP
    assert all(each.endswith(")") and each.partition("(")[2][:1] in "+-" for each in found)


def test_an_explanation_ends_once_a_row_has_had_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream is real; it is only counted, and never settled by itself within the limit."""
    task = load(models.find()["sentiment"])
    raw = task.parse({"text": "A slow start and a dull middle, but the end was so warm and witty that I cried."})
    seen: list[int] = []
    stream = reasons.explain_all

    def counted(*asked: Any, **options: Any) -> Iterator[Any]:
        for found in stream(*asked, **options):
            seen.append(found[0].evaluations)
            yield found

    monkeypatch.setattr(reasons, "explain_all", counted)
    monkeypatch.setattr(reasons, "MOST", 24)
    assert reasons.top(task, [raw])[0]
    *before, last = seen
    assert last >= 24 and all(each < 24 for each in before)
    *_, (whole,) = stream(task, raw, [task.target(task.predict_some([raw])[0])])
    assert last < whole.evaluations  # left to itself, it would have gone on

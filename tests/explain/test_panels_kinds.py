"""Evaluate shows what it can of every kind of output, and slices of each; on real models."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import conftest
import pytest

from explain.panels.evaluate import SECTIONS, html_of
from explain.panels.sections import rows, slices
from explain.panels.sections.section import Judged
from inference import models
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.sent_evaluation import Sent

MEASURED = {
    "entities": ("F1 (label and ends)", "1 − F1 of spans"),
    "highway": ("Accuracy", "Error rate"),
    "movies": ("NDCG@10", "1 − NDCG@10"),
    "tiny-chat": ("F1 over words", "1 − F1 over words"),
}


def judged(folder: Path) -> Judged:
    """The examples of a model, each with what it says of the next one as its truth."""
    task: Any = conftest.load(folder)
    inputs = [each.inputs for each in task.demo.examples]
    said = [task.predict_some([task.demo.parse(each)])[0] for each in inputs]
    true = [each.text if each.text is not None else each.items[0].id for each in (*said[1:], said[0])]
    source = Sent([{**each, "truth": one, "town": "a"} for each, one in zip(inputs * 2, true * 2, strict=True)])
    *_, study = read(task, source, guess(task.demo, source.columns))
    assert isinstance(study, Study)
    return Judged(task, study, "token")


@pytest.mark.parametrize("name", MEASURED)
def test_every_section_of_every_kind(name: str, tiny_models: Callable[[str], Path]) -> None:
    found, (measure, loss) = judged(models.find().get(name) or tiny_models(name)), MEASURED[name]
    shown = {each.id: html_of(each, found) for each in SECTIONS}
    assert not [id for id, html in shown.items() if 'role="alert"' in html]
    assert measure in shown["measures"]
    *_, html = slices.asked(found, {"query": 'town == "b" or not town == "b"'})
    assert loss in html and re.search(r"<td>\d+ <span", html)
    *_, html = rows.asked(found, {"query": 'town == "b" or not town == "b"'})
    assert f"{len(found.study.results.raws)} rows" in html and "#row-token-1" in html

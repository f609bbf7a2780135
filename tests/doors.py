"""What the tests of the ways to a model share: two loaded models behind page, API and tools, and who comes to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from explain.streams import STREAMS
from inference import device, models
from inference.history.history import History
from inference.serving.admission import Kind, required
from inference.serving.callers import Caller, asking
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.places import Line
from inference.study.source import Source, open_source

LOANS, SHUTTLE, TOKEN = "home-loans", "shuttle", "the-presenters-own-token"
VISITOR = Caller("203.0.113.1", "a page", id="of-a-request")


def opened(folder: Path) -> Endpoints:
    """The models, loaded, with a history that has something in it; no explanation is known already."""
    catalogue = Catalogue({name: models.find()[name] for name in (LOANS, SHUTTLE)})
    found = Endpoints(catalogue, STREAMS, history=History(str(folder / "history.db"), "inputs"), token=TOKEN)
    for example in catalogue.about(LOANS).examples:
        (*_, answer) = found.predict_stream(LOANS, example.inputs)
        found.feedback(answer["kept"], "right")
    catalogue.task(SHUTTLE)
    return found


def visited(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The forward passes from here on, of a visitor; one without a place is refused, as where the app serves."""
    begun: list[str] = []
    monkeypatch.setattr(device, "guards", [required, lambda: begun.append("pass")])
    token = asking.set(VISITOR)
    yield begun
    asking.reset(token)


def full(endpoints: Endpoints, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """No place, and no room to wait, for a kind of work alone."""
    lines = {each: Line(each.places, each.room) for each in endpoints.admission.lines} | {kind: Line(1, 0)}
    lines[kind].join("somebody else")
    monkeypatch.setattr(endpoints.admission, "lines", lines)


def loans(endpoints: Endpoints) -> Source:
    about = endpoints.catalogue.about(LOANS)
    return open_source(endpoints.catalogue.folders[LOANS] / str(about.evaluation))

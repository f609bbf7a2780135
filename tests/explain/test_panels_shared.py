"""A case as a link: what the page is handed, and what a form starts with when it is opened again."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder

from explain.panels import shared
from explain.panels.case import Case
from explain.panels.comparing import Comparing
from explain.streams import STREAMS
from inference import models
from inference.errors import InputError, SeeWhyError
from inference.panels.form import example_values
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.links import Links
from inference.types import ItemTarget

SHIPPED = [name for name, folder in models.find().items() if models.weights(folder)]
CAT = models.find()["mobilenet-v2"] / "examples" / "cat.jpg"


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Endpoints:
    links = Links("a key that nobody knows", tmp_path_factory.mktemp("links"))
    return Endpoints(Catalogue({name: models.find()[name] for name in SHIPPED}), STREAMS, links=links)


def opened(endpoints: Endpoints, made: str) -> shared.Reopened:
    query = json.loads(made)["query"]
    return shared.reopened(endpoints, query["model"], query["case"])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_models_example_comes_back_as_its_form_takes_it(endpoints: Endpoints, name: str) -> None:
    about, folder = endpoints.catalogue.about(name), endpoints.catalogue.folders[name]
    for example in about.examples[:2]:
        values = example_values(folder, about, example)
        found = opened(endpoints, shared.made(endpoints, name, values))
        again = opened(endpoints, shared.made(endpoints, name, found.values))
        for field, sent, come, twice in zip(about.inputs, values, found.values, again.values, strict=True):
            if field.kind in shared.FILES and sent is not None:
                assert Path(come).read_bytes() == Path(sent).read_bytes() == Path(twice).read_bytes()
            elif sent is not None:
                assert field.parse(come) == field.parse(sent) or field.describe(field.parse(come)) == field.describe(
                    field.parse(sent)
                )
        assert not found.changed


def test_a_link_asks_for_what_was_explained(endpoints: Endpoints) -> None:
    case = Case(endpoints, "home-loans")
    values = example_values(case.endpoints.catalogue.folders["home-loans"], case.about, case.about.examples[0])
    list(case.answered(values))
    list(case.other(values, json.dumps([1, {"item": "denied"}])))
    found = opened(endpoints, shared.link(case, values))
    assert found.target == ItemTarget("denied")
    again = Case(endpoints, "home-loans")
    again.wanted = found.target
    *_, (_, reasons, _, _) = again.answered(found.values)
    assert "Why “denied”?" in reasons
    *_, (_, reasons, _, _) = again.answered(found.values)  # pressed twice
    assert "Why “denied”?" in reasons
    other = example_values(case.endpoints.catalogue.folders["home-loans"], case.about, case.about.examples[1])
    *_, (_, reasons, _, _) = again.answered(other)  # of another input, what comes first is explained
    assert f"Why “{again.latest[1].prediction.names[0]}”?" in reasons  # type: ignore[index]


def test_a_picture_is_placed_among_the_uploads_and_holds_nothing_but_the_picture(endpoints: Endpoints) -> None:
    found = opened(endpoints, shared.made(endpoints, "mobilenet-v2", [CAT]))
    place = Path(found.values[0])
    assert place.is_relative_to(Path(get_upload_folder())) and place.suffix == ".jpg"
    uri = "data:image/jpeg;base64," + base64.b64encode(CAT.read_bytes()).decode()
    assert (
        Path(opened(endpoints, shared.made(endpoints, "mobilenet-v2", [uri])).values[0]).read_bytes()
        == CAT.read_bytes()
    )


def test_words_say_who_can_see_it_and_how_long(endpoints: Endpoints) -> None:
    said = json.loads(shared.made(endpoints, "sentiment", ["warm"]))
    assert said["words"] == "What you entered is in the link itself. Whoever has the link can see it."
    said = json.loads(shared.made(endpoints, "mobilenet-v2", [CAT]))
    assert "is kept until " in said["words"]
    assert shared.words(None, lasting=False).endswith("can see it, until this server is started anew.")


def test_a_link_of_another_model_or_none_is_refused(endpoints: Endpoints) -> None:
    token = json.loads(shared.made(endpoints, "sentiment", ["warm"]))["query"]["case"]
    with pytest.raises(InputError, match="belongs to another model"):
        shared.reopened(endpoints, "topics", token)
    with pytest.raises(SeeWhyError, match="damaged"):
        shared.reopened(endpoints, "sentiment", token[:-3])


def test_a_changed_model_is_told(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shared.made(endpoints, "sentiment", ["warm"])
    assert shared.CHANGED not in opened(endpoints, made).note(asked=True)
    monkeypatch.setattr(shared, "revision", lambda folder: "another")
    note = opened(endpoints, made).note(asked=True)
    assert shared.CHANGED in note and "data-ask" in note


def test_what_cannot_be_shared_is_told(endpoints: Endpoints) -> None:
    gone = json.loads(shared.made(endpoints, "mobilenet-v2", ["/nowhere/at/all.png"]))
    assert gone == {"problem": "Photo is no longer here: send it again."}


def test_an_input_that_fits_no_more_is_told_on_opening(endpoints: Endpoints) -> None:
    made = shared.made(
        endpoints,
        "ames-house-prices",
        [None, *["x"] * (len(endpoints.catalogue.about("ames-house-prices").inputs) - 1)],
    )
    with pytest.raises(InputError):
        opened(endpoints, made)


def test_two_inputs_compared_come_back_both(endpoints: Endpoints) -> None:
    asks = Comparing(endpoints, "sentiment")
    query: dict[str, Any] = json.loads(asks.linked("1", "inputs", "warm", "cold"))
    assert query["view"] == "compare"
    again = Comparing(endpoints, "sentiment")
    start, than, told = again.start(f"case.{query['query']['case']}")
    assert (start, than, again.others) == (["warm"], "inputs", ["cold"])
    assert "data-ask" in told
    start, than, told = Comparing(endpoints, "sentiment").start("case.nonsense")
    assert "damaged" in told and than == again.choices[0][1]

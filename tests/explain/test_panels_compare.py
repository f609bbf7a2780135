"""The Compare screen: what it offers, and what it shows while the work goes on."""

import gc
import weakref
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import tabled
from explained import Page

from explain.panels.comparing import INPUTS, Comparing
from explain.panels.page import VIEWS
from explain.streams import STREAMS
from inference import models
from inference.errors import InputError, NotFound
from inference.panels.opening import Upload
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.others import Others

TWINS, AGAIN, HOUSES = "twins", "again", "ames-house-prices"


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Endpoints:
    folder = tmp_path_factory.mktemp("models")
    for name in (TWINS, AGAIN):
        (folder / name).mkdir()
        tabled.build(folder / name)
    found = {TWINS: folder / TWINS, AGAIN: folder / AGAIN, HOUSES: models.find()[HOUSES]}
    return Endpoints(Catalogue(found), STREAMS)


@pytest.fixture
def asks(endpoints: Endpoints) -> Comparing:
    return Comparing(endpoints, TWINS)


def whole(html: str) -> Page:
    """The page, if its tags match."""
    page = Page(html)
    assert page.open == []
    return page


def rows(folder: Path) -> Path:
    return tabled.csv(folder / "rows.csv", tabled.inputs(8), ["yes", "no"] * 4)


def test_variants_and_models_of_the_same_fields_are_offered(asks: Comparing) -> None:
    offered = [value for _, value in asks.choices]
    assert "variant:int8" in offered and "variant:float32" not in offered
    assert [each for each in offered if each.startswith("other:")] == ["other:again"]
    assert offered[-1] == INPUTS


@pytest.mark.parametrize("than", ["variant:bfloat16", "other:again", INPUTS])
def test_a_case_shows_both_answers_and_then_the_reasons(asks: Comparing, than: str) -> None:
    one, two = (list(each.values()) for each in tabled.inputs(2))
    shown = list(asks.case(than, *one, *two))
    assert "aria-busy" in shown[0] and "aria-busy" not in shown[-1]
    both = next(html for html in shown if 'aria-label="Comparison"' in html)
    assert 'class="effects"' not in both  # no waterfall yet
    page = whole(shown[-1])
    sides = {"variant:bfloat16": ("float32", "bfloat16"), INPUTS: ("This input", "The other input")}
    labels = [each.get("aria-label") for each in page.of("div")]
    assert {"Comparison", *sides.get(than, ("Twins",))} <= set(labels)
    assert ("Reasons side by side" in page.text) == (than != INPUTS)


def test_a_bad_input_is_told_once_and_without_traceback(asks: Comparing) -> None:
    shown = list(asks.case(INPUTS, *[None] * 5, *[0.0] * 5))
    assert shown[-1].count('role="alert"') == 1 and "first" in shown[-1]


def test_a_file_is_compared_and_its_rows_open_again_beside_one_another(asks: Comparing, tmp_path: Path) -> None:
    upload, *_ = asks.opening.opened(Upload(), rows(tmp_path))
    shown = list(asks.file("variant:pruned", upload, ""))
    page = whole(shown[-1])
    assert "Say the same" in page.text and "McNemar" in page.text
    token = next(iter(asks.endpoints.studies._studies))
    values, than, note = asks.start(f"{token}-3-variant:pruned")
    assert values == list(tabled.inputs(8)[2].values())
    assert than == "variant:pruned"
    assert "Row 3 of rows.csv" in note and "yes" in note


@pytest.mark.parametrize("of", ["nowhere-1-variant:int8", "-", "x"])
def test_an_address_that_names_no_row_is_told_or_ignored(asks: Comparing, of: str) -> None:
    values, than, note = asks.start(of)
    assert list(values) == list(asks.rows[0]) and than == asks.choices[0][1]
    assert ('role="alert"' in note) == (of != "-")


@pytest.mark.parametrize(
    ("than", "file", "told"),
    [
        ("variant:int8", None, "Open a file first"),
        (INPUTS, "rows.csv", "holds many inputs"),
        ("variant:int8", "rows.exe", "Open a file first"),
        ("variant:int8", "empty.csv", "no row"),
        ("variant:int8", "other.csv", "No column for"),
        ("variant:int9", "rows.csv", "Unknown variant"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(asks: Comparing, tmp_path: Path, than: str, file: Any, told: str) -> None:
    rows(tmp_path)
    (tmp_path / "rows.exe").write_bytes(b"MZ")
    (tmp_path / "empty.csv").write_text(",".join(tabled.NAMES) + "\n")
    (tmp_path / "other.csv").write_text("name\nSam\n")
    upload, *_ = asks.opening.opened(Upload(), tmp_path / file if file else None)
    shown = list(asks.file(than, upload, ""))
    assert shown[-1].count('role="alert"') == 1 and told in shown[-1]
    assert str(tmp_path) not in shown[-1]


def test_the_table_of_variants_grows(asks: Comparing) -> None:
    shown = list(asks.table(["bfloat16"]))
    assert any("Making bfloat16" in html for html in shown)
    page = whole(shown[-1])
    assert len(page.of("tr")) == 3 and "aria-busy" not in shown[-1]


def test_the_screen_is_one_of_the_models_views(endpoints: Endpoints) -> None:
    with gr.Blocks() as blocks:
        VIEWS["compare"](endpoints, TWINS, "")
    labels = [getattr(block, "label", None) for block in blocks.blocks.values()]
    assert labels.count("Compare with") == 2 and {"One case", "A whole file", "All variants"} <= set(labels)
    assert labels.count("first") == 2  # the input, and another


# By the API


def test_the_api_compares_models_variants_and_inputs(endpoints: Endpoints) -> None:
    one, two = tabled.inputs(2)
    for than in ({"variant": "bfloat16"}, {"other": AGAIN}, {"other_inputs": two}):
        found = endpoints.compare(TWINS, one, **than)  # type: ignore[arg-type]
        assert found["verdict"] and found["second"]["explanation"]["values"]
    assert endpoints.compare(TWINS, one, variant="int8")["first"]["answer"]["model"] == "twins, float32"


def test_a_variant_is_made_once(endpoints: Endpoints) -> None:
    first, second = (endpoints.others.pair(TWINS, variant="pruned") for _ in range(2))
    assert first[1] is second[1] and first[0] is second[0]


def test_a_model_that_left_memory_is_not_kept_there_by_its_variants(endpoints: Endpoints) -> None:
    others = Others(catalogue := Catalogue(endpoints.catalogue.folders))
    model = weakref.ref(others.pair(TWINS, variant="pruned")[0].pipeline.model)
    assert model() is not None
    catalogue._loaded.drop(TWINS)
    others.pair(AGAIN, variant="pruned")
    gc.collect()
    assert model() is None


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({}, InputError, "Say what to compare with"),
        ({"other": AGAIN, "variant": "int8"}, InputError, "not both"),
        ({"other": "nobody"}, NotFound, "nobody"),
        ({"other": HOUSES}, InputError, "same task and fields"),
        ({"variant": "int4"}, InputError, "Unknown variant"),
        ({"variant": ["int8"]}, InputError, "Unknown variant"),
        ({"other_inputs": "x"}, InputError, "object"),
    ],
)
def test_what_cannot_be_compared_is_told(endpoints: Endpoints, asked: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        endpoints.compare(TWINS, tabled.inputs(1)[0], **asked)

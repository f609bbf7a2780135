"""The one way to open a file: what is found in it, what a visitor may say otherwise, and what is kept apart."""

import copy
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import load

from explain.streams import STREAMS
from inference import models
from inference.panels.columns import chooser
from inference.panels.opening import OWN, Opening, Upload
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.mapping import Columns

LOANS, TEXTS, LABELS, TREES, CARS = "home-loans", "sentiment", "own-labels", "trees", "highway"


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    return Endpoints(Catalogue({name: models.find()[name] for name in (LOANS, TEXTS, LABELS, TREES, CARS)}), STREAMS)


def opened(opening: Opening, path: Path | None) -> tuple[Upload, str, str, bool]:
    upload, choices, preview, go = opening.opened(Upload(), path)
    return upload, choices, preview, go["interactive"]


def sent(**chosen: Any) -> str:
    return json.dumps([1, {"fields": {}, "truth": None, "groups": [], **chosen}])


def written(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_find_their_fields_and_the_first_rows_are_shown(endpoints: Endpoints) -> None:
    opening = Opening(endpoints, LOANS, truth=True, groups=True)
    upload, choices, preview, ready = opened(opening, opening.own)
    assert ready and "9 of 9 found" in choices and "<details>" in choices
    assert "1,903 rows" in preview and "The first 200 rows all fit" in preview
    found = opening.chosen(upload, "")
    assert (found.truth, found.groups) == ("truth", ("black", "single"))


def test_truth_and_groups_are_asked_for_and_kept_only_where_they_count(endpoints: Endpoints) -> None:
    for truth, groups in ((False, False), (True, False), (True, True)):
        opening = Opening(endpoints, LOANS, truth, groups)
        upload, choices, *_ = opened(opening, models.find()[LOANS] / "evaluation.csv")
        assert ("data-truth" in choices, "data-group" in choices) == (truth, groups)
        chosen = sent(fields={"payments": "payments"}, truth="truth", groups=["single"])
        for found in (opening.chosen(upload, ""), opening.chosen(upload, chosen)):
            assert (found.truth is not None, bool(found.groups)) == (truth, groups)


def test_a_column_can_be_said_to_be_another(endpoints: Endpoints, tmp_path: Path) -> None:
    opening = Opening(endpoints, TEXTS)
    upload, choices, told, ready = opened(opening, written(tmp_path, "id,words\n1,Great.\n2,\n"))
    assert not ready and "No column for Text: the file has id, words." in told and "<details open>" in choices
    preview, go = opening.changed(upload, sent(fields={"text": "words"}))
    assert go["interactive"] and "Great." in preview and "Row 2, words" in preview


def test_a_field_without_a_column_takes_one_value_for_every_row(endpoints: Endpoints, tmp_path: Path) -> None:
    opening = Opening(endpoints, LABELS)
    upload, choices, *_ = opened(opening, written(tmp_path, "text\nThe match ended in a draw.\n"))
    (box,) = re.findall(r'<input [^>]*data-constant="labels"[^>]*>', choices)
    assert "sport" in box  # it begins with what the setting is by default
    asked = sent(fields={"text": "text"}, constants={"labels": "war, peace <i>"})
    preview, go = opening.changed(upload, asked)
    assert go["interactive"] and "In every row: Labels is war, peace &lt;i&gt;." in preview
    told, go = opening.changed(upload, sent(fields={"text": "text"}, constants={"labels": "war"}))
    assert not go["interactive"] and "may have 2 to" in html.unescape(told)


def test_boxes_are_of_the_kind_of_their_field(endpoints: Endpoints) -> None:
    loans = chooser(endpoints.catalogue.about(LOANS), ["a"], Columns({}))
    assert '<input type="number" step="any" data-constant="payments"' in loans
    choices = r'<option value="">or the same in every row</option><option value="no">'
    assert re.search(rf'<select data-constant="condominium"[^>]*>{choices}', loans)
    trees = chooser(endpoints.catalogue.about(TREES), ["picture"], Columns({"image": "picture"}))
    assert 'data-constant="image"' not in trees  # a picture is no word
    assert re.search(r'data-constant="threshold"[^>]* value="0.25"', trees)


def test_the_names_of_columns_are_only_names() -> None:
    about = load(models.find()[TEXTS]).demo
    shown = chooser(about, ['"><b>', "<i>"], Columns({}, groups=('"><b>',)), truth=True, groups=True)
    assert "<b>" not in shown and "<i>" not in shown


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [("x.exe", "a", "send a CSV"), ("x.csv", "text,b\n", "no rows"), ("x.csv", "a,a\n", "twice")],
)
def test_a_file_that_cannot_be_is_told(endpoints: Endpoints, tmp_path: Path, name: str, text: str, told: str) -> None:
    _, _, shown, ready = opened(Opening(endpoints, TEXTS), written(tmp_path, text, name))
    assert told in shown and not ready and str(tmp_path) not in shown


@pytest.mark.parametrize(
    "forged", ["[", "null", "3", "[1]", "[1, 2]", '[1, {"fields": 3}]', '[1, {"x": 1}]', "[" * 9_999, sent(truth="?")]
)
def test_what_columns_js_never_sends_is_told_and_takes_nothing(endpoints: Endpoints, forged: str) -> None:
    opening = Opening(endpoints, LOANS, truth=True)
    upload, *_ = opened(opening, opening.own)
    told, go = opening.changed(upload, forged)
    assert 'role="alert"' in told and "Something went wrong" not in told and not go["interactive"]


def test_another_file_takes_the_place_of_the_one_before_and_of_what_was_made_of_it(endpoints: Endpoints) -> None:
    opening = Opening(endpoints, LOANS)
    first, *_ = opened(opening, opening.own)
    turn, folder = first.turn.number, first.folder
    second, *_ = opening.opened(first, opening.own, OWN)
    assert first.source is None and first.turn.number > turn and not folder.exists()
    assert second is not first and second.title == OWN
    nothing, choices, preview, go = opening.opened(second, None)
    assert nothing.source is None and choices == "" and "Open a file" in preview and not go["interactive"]


def test_visitors_share_nothing(endpoints: Endpoints, tmp_path: Path) -> None:
    """Gradio copies the state that a session begins with; the rest of a screen keeps nothing of any file."""
    opening, beginning = Opening(endpoints, TEXTS), Upload()
    one, other = copy.deepcopy(beginning), copy.deepcopy(beginning)
    before = dict(vars(opening))
    mine, *_ = opening.opened(one, written(tmp_path, "text\nGood.\n"))
    assert vars(opening) == before and other.source is None and beginning.source is None
    assert other.turn is not one.turn and mine.folder != other.folder
    mine.forget(), other.forget()


def test_rows_of_its_own_are_those_that_a_view_can_use(endpoints: Endpoints) -> None:
    assert Opening(endpoints, CARS).own == models.find()[CARS] / "background.csv"
    assert Opening(endpoints, CARS, truth=True, groups=True).own is None  # its reference rows have no truth
    assert Opening(endpoints, TREES).own is None

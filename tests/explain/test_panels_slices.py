"""Slices, data quality and drift in Evaluate and Batch, on real models: what is shown, asked, and opened."""

import html
import json
import re
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pandas as pd
import pytest

from explain import explain_stream
from explain.panels import batch
from explain.panels.evaluate import SECTIONS, answers, html_of
from explain.panels.sections.section import Judged
from inference import models
from inference.panels import data
from inference.panels.answer import stream
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.drift import drifts
from inference.study.faults import Fault
from inference.study.mapping import guess
from inference.study.queries import select
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.study.traits import Trait

HOUSES = models.find()["ames-house-prices"]


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Held-out houses, of which those on large lots get a truth that is far off, and all get more living area."""
    rows = pd.read_csv(HOUSES / "evaluation.csv")
    rows["Gr_Liv_Area"] = (rows["Gr_Liv_Area"] * 1.4).round()
    rows["truth"] = np.where(rows["Lot_Area"] > 11_000, rows["truth"] * 3, rows["truth"])
    rows["<b>note"] = np.where(rows.index % 2, "<i>odd", "even")
    path = tmp_path_factory.mktemp("houses") / "houses.csv"
    rows.to_csv(path, index=False)
    task, source = conftest.load(HOUSES), open_source(path)
    *_, study = read(task, source, guess(task.demo, source.columns), path.name)
    assert isinstance(study, Study)
    return Judged(task, study, "token")


def section(judged: Judged, id: str) -> str:
    return html_of(next(each for each in SECTIONS if each.id == id), judged)


def last(judged: Judged, id: str, **asked: Any) -> str:
    *_, (place, found) = answers(judged, json.dumps([1, id, {"threshold": None, "fees": [0, 1, 1, 0], **asked}]))
    assert place == id
    return found


def queries(shown: str) -> list[str]:
    sent = re.findall(r'data-section="rows" data-asks="(.*?)"', shown)
    return [json.loads(html.unescape(each))["query"] for each in sent]


def test_the_worst_slice_is_said_first(houses: Judged) -> None:
    shown = section(houses, "slices")
    assert re.search(r'<p class="sentence"><b>Lot area above [\d,]+ ft²', shown)
    assert "measured here on the other half" in shown
    assert queries(shown)[0].startswith("Lot_Area > ")


def test_a_click_on_a_column_gives_its_slices_and_on_a_slice_its_rows(houses: Judged) -> None:
    shown = last(houses, "slices", column="Lot_Area")
    assert 'data-asks="{&quot;column&quot;: &quot;Lot_Area&quot;}" aria-pressed="true"' in shown
    asked = queries(shown)[-1]
    listed = last(houses, "rows", query=asked)
    numbers = [int(each) for each in re.findall(r"#row-token-(\d+)\"", listed)]
    study = houses.study.results
    largest = study.rows["Lot_Area"].astype(float)
    assert len(numbers) == 50 and min(largest[number] for number in numbers) > float(asked.rpartition("> ")[2])
    off = np.abs(study.answers.predicted.astype(float) - study.truth.astype(float))  # type: ignore[union-attr]
    places = [study.rows.index.get_loc(number) for number in numbers]
    assert [off[place] for place in places] == sorted((off[place] for place in places), reverse=True)


def test_queries_stand_side_by_side_and_a_wrong_one_is_told(houses: Judged) -> None:
    shown = last(houses, "slices", query="Fireplaces > 0", queries=["Lot_Area > 11000"])
    assert queries(shown)[-2:] == ["Lot_Area > 11000", "Fireplaces > 0"]
    wrong = last(houses, "slices", query="Fireplaces.max() > 0", queries=["Lot_Area > 11000"])
    assert "is no number. Compare columns with" in wrong and "By query" not in wrong
    assert "Unknown column" in last(houses, "slices", column="nothing")
    assert "Unknown column" in last(houses, "rows", query="nothing > 3")


def test_what_a_file_says_is_never_markup(houses: Judged) -> None:
    shown = last(houses, "slices", column="<b>note") + last(
        houses, "slices", query='"<i>" == `<b>note`', queries=["<i>"]
    )
    assert "<b>note" not in shown.replace("&lt;", "") and "<i>odd" not in shown
    assert "&lt;b&gt;note &lt;i&gt;odd" in shown


def test_data_and_drift_are_told_with_rows_to_open(houses: Judged) -> None:
    drift = section(houses, "drift")
    assert "Living area" in drift.partition("</p>")[0] and "Kolmogorov–Smirnov" in drift
    quality = section(houses, "quality")
    assert "Neighbourhood &#x27;Landmark&#x27; does not occur" in quality and "#row-token-" in quality


def test_models_without_known_rows_or_losses_say_nothing_of_them() -> None:
    task = conftest.load(models.find()["penguins"])
    source = open_source(models.find()["penguins"] / "background.csv")
    *_, study = read(task, source, guess(task.demo, source.columns), "x.csv")
    assert isinstance(study, Study)
    assert section(Judged(task, study, "token"), "slices") == ""


def test_many_faults_fold_and_the_same_advice_is_said_once() -> None:
    found = [Fault("note", "", f"Problem {place}", "Do this.", 1, 10) for place in range(15)]
    shown = data.faults(found)
    assert shown.count("<li>") == 15 and "3 more" in shown and shown.count("Do this.") == 1
    assert data.faults([]) == ""


def test_bars_say_in_words_what_they_draw() -> None:
    before, now = (Trait("a", "A<", "category", np.array([each] * 30 + ["z"] * 30, object)) for each in ("x", "y"))
    shown = data.drifts(drifts([before], [now], "that"))
    assert 'aria-label="z: 50 %, now 50 %; x: 50 %, now 0 %; y: 0 %, now 50 %"' in shown and "A&lt;" in shown


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    return Endpoints(Catalogue({"ames-house-prices": HOUSES}), explain_stream)


def test_a_batch_ends_with_what_its_data_is_like(endpoints: Endpoints, tmp_path: Path) -> None:
    rows = pd.read_csv(HOUSES / "background.csv")
    rows["Gr_Liv_Area"] = 5_000
    rows.loc[3, "Gr_Liv_Area"] = -1
    path = tmp_path / "houses.csv"
    rows.to_csv(path, index=False)
    view, source = batch.View(endpoints, "ames-house-prices"), open_source(path)
    found = guess(view.about, source.columns).fields
    sheet = batch.Sheet(source, "houses.csv")
    *_, (shown, _) = view.answered(sheet, False, False, ".csv", *[found.get(each.name) for each in view.about.inputs])
    sheet.forget()
    assert "100 rows in" in shown and "Of the first 99 rows." in shown
    assert (
        "Living area is 5,000 ft² in every row." in shown
        and "Unlike the model&#x27;s reference rows: Living area." in shown
    )


def test_beside_a_prediction_stands_whether_the_row_is_like_those_the_model_knows(endpoints: Endpoints) -> None:
    usual = dict(conftest.load(HOUSES).background[0])
    *_, (shown, _, _) = stream(endpoints, "ames-house-prices", usual)
    assert '<p class="like"><b aria-hidden="true">✓</b>Like the model&#x27;s 100 reference rows.</p>' in shown
    *_, (shown, _, _) = stream(endpoints, "ames-house-prices", {**usual, "Gr_Liv_Area": 5_900, "Lot_Area": 240_000})
    assert 'class="like unlike"' in shown and shown.count("Lot area 240,000 ft²") == 1


def test_every_query_of_a_slice_selects_what_it_counts(houses: Judged) -> None:
    from inference.study import inspection
    from inference.study.slices import by

    known = inspection.traits_of(houses.task, houses.study)
    losses = inspection.losses_of(houses.task, houses.study)
    for trait in known:
        for each in by(trait, losses, known).slices:
            assert each.rows == int(select(each.query, known).sum()) > 0

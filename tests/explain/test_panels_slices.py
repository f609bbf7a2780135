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

from explain.panels import batch
from explain.panels.against import compare
from explain.panels.evaluate import SECTIONS, answers, html_of
from explain.panels.sections import drift
from explain.panels.sections.section import Judged
from explain.streams import STREAMS
from inference import models
from inference.panels import data
from inference.panels.answer import stream
from inference.panels.opening import Opening, Upload
from inference.serving.admission import Admission
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.drift import drifts
from inference.study.faults import Fault
from inference.study.mapping import guess
from inference.study.queries import select
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.study.traits import Trait

LOANS = models.find()["home-loans"]
HOUSES = models.find()["ames-house-prices"]
LOANS_COLUMNS = [name for name in pd.read_csv(LOANS / "background.csv").columns]


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Loans, of which most with little paid down are labelled the other way, and all have more debts than usual."""
    rows = pd.read_csv(LOANS / "evaluation.csv").drop(columns="split")
    rows["payments"] = (rows["payments"] * 1.3).round(1)
    other = np.where(rows["truth"] == "denied", "approved", "denied")
    rows["truth"] = np.where((rows["loan_to_value"] > 90) & (rows.index % 3 > 0), other, rows["truth"])
    rows["<b>note"] = np.where(rows.index % 2, "<i>odd", "even")
    path = tmp_path_factory.mktemp("loans") / "loans.csv"
    rows.to_csv(path, index=False)
    task, source = conftest.load(LOANS), open_source(path)
    *_, study = read(task, source, guess(task.demo, source.columns), path.name)
    assert isinstance(study, Study)
    return Judged(task, study, "token")


def section(judged: Judged, id: str) -> str:
    return html_of(next(each for each in SECTIONS if each.id == id), judged)


def last(judged: Judged, id: str, **asked: Any) -> str:
    *_, (place, found) = answers(
        Admission(), judged, json.dumps([1, id, {"threshold": None, "fees": [0, 1, 1, 0], **asked}])
    )
    assert place == id
    return found


def queries(shown: str) -> list[str]:
    sent = re.findall(r'data-section="rows" data-asks="(.*?)"', shown)
    return [json.loads(html.unescape(each))["query"] for each in sent]


def test_the_worst_slice_is_said_first(loans: Judged) -> None:
    shown = section(loans, "slices")
    assert re.search(r'<p class="sentence"><b>Loan to value above [\d.]+ %', shown)
    assert "measured here on the other half" in shown
    assert queries(shown)[0].startswith("loan_to_value > ")


def test_a_click_on_a_column_gives_its_slices_and_on_a_slice_its_rows(loans: Judged) -> None:
    shown = last(loans, "slices", column="loan_to_value")
    assert 'data-asks="{&quot;column&quot;: &quot;loan_to_value&quot;}" aria-pressed="true"' in shown
    asked = queries(shown)[-1]
    listed = last(loans, "rows", query=asked)
    numbers = sorted({int(each) for each in re.findall(r"#row-token-(\d+)\"", listed)})
    rows, least = loans.study.results.rows, float(asked.rpartition("> ")[2])
    assert len(numbers) == 50 and all(float(rows["loan_to_value"][number]) > least for number in numbers)
    assert listed.count('class="sign caution"') == 50  # the wrong ones first


def test_queries_stand_side_by_side_and_a_wrong_one_is_told(loans: Judged) -> None:
    shown = last(loans, "slices", query="payments > 40", queries=[["Much borrowed", "loan_to_value > 80"]])
    assert "Much borrowed</button>" in shown
    assert queries(shown)[-2:] == ["loan_to_value > 80", "payments > 40"]
    wrong = last(loans, "slices", query="payments.max() > 0", queries=[["", "loan_to_value > 80"]])
    assert "is no number. Compare columns with" in wrong and "By query" not in wrong
    assert "Unknown column" in last(loans, "slices", column="nothing")
    assert "Unknown column" in last(loans, "rows", query="nothing > 3")


@pytest.mark.parametrize("sent", ["x", 3, None, {}, ["x"], [["a"]], [[1, 2, 3]], [[]], [None]])
def test_queries_that_the_page_never_sends_are_left_out(loans: Judged, sent: Any) -> None:
    assert "By query" not in last(loans, "slices", queries=sent)


def test_names_and_numbers_of_queries_are_bounded(loans: Judged) -> None:
    many = [["n" * 500, f"payments > {i}"] for i in range(40)]
    shown = last(loans, "slices", queries=many)
    asked = json.loads(html.unescape(re.findall(r'class="query" data-section="slices" data-asks="(.*?)"', shown)[0]))
    assert asked["queries"] == [["n" * 60, f"payments > {i}"] for i in range(28, 40)]


def test_what_a_file_says_is_never_markup(loans: Judged) -> None:
    shown = last(loans, "slices", column="<b>note") + last(
        loans, "slices", query='"<i>" == `<b>note`', queries=[["<i>", "payments > 3"]]
    )
    assert "&lt;i&gt;</button>" in shown
    assert "<b>note" not in shown.replace("&lt;", "") and "<i>odd" not in shown
    assert "&lt;b&gt;note &lt;i&gt;odd" in shown


def test_data_and_drift_are_told_with_rows_to_open(loans: Judged) -> None:
    moved = section(loans, "drift")
    assert "All debt payments" in moved.partition("</p>")[0] and "Kolmogorov–Smirnov" in moved
    quality = section(loans, "quality")
    assert "Loan to value 2 % lies outside the training data" in quality and "#row-token-146" in quality


def test_rows_are_compared_with_those_of_another_file(loans: Judged, tmp_path: Path) -> None:
    other = tmp_path / "<i>before.csv"
    pd.read_csv(LOANS / "evaluation.csv").drop(columns="truth").to_csv(other, index=False)
    *_, found = compare(Admission(), loans, str(other))
    assert "Beside &lt;i&gt;before.csv" in found and "Unlike &lt;i&gt;before.csv: All debt payments" in found
    assert "Beside &lt;i&gt;before.csv" in drift.printed(loans) and "the model&#x27;s reference rows" in drift.printed(
        loans
    )
    (tmp_path / "wrong.csv").write_text("x\n1\n")
    *_, told = compare(Admission(), loans, str(tmp_path / "wrong.csv"))
    assert "No column for" in told and "Beside &lt;i&gt;before.csv" in drift.printed(loans)
    (tmp_path / "empty.csv").write_text(",".join(LOANS_COLUMNS) + "\n")
    *_, told = compare(Admission(), loans, str(tmp_path / "empty.csv"))
    assert 'role="alert"' in told
    assert list(compare(Admission(), loans, None)) == [""]


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
    return Endpoints(Catalogue({"ames-house-prices": HOUSES}), STREAMS)


def test_a_batch_ends_with_what_its_data_is_like(endpoints: Endpoints, tmp_path: Path) -> None:
    rows = pd.read_csv(HOUSES / "background.csv")
    rows["Gr_Liv_Area"] = 5_000
    rows.loc[3, "Gr_Liv_Area"] = -1
    path = tmp_path / "houses.csv"
    rows.to_csv(path, index=False)
    opening, upload = Opening(endpoints, "ames-house-prices"), Upload(open_source(path), "houses.csv")
    *_, (shown, _) = batch.Batch(endpoints, "ames-house-prices", opening).answered(upload, "", False, False, ".csv")
    upload.forget()
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


def test_every_query_of_a_slice_selects_what_it_counts(loans: Judged) -> None:
    from inference.study import inspection
    from inference.study.slices import by

    known = inspection.traits_of(loans.task, loans.study)
    losses = inspection.losses_of(loans.task, loans.study)
    for trait in known:
        for each in by(trait, losses, known).slices:
            assert each.rows == int(select(each.query, known).sum()) > 0

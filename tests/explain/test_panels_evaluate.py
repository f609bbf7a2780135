"""The view Evaluate on real models: what stands in its sections, what its buttons answer, and what bad input gets."""

import html
import json
import re
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest

from explain.panels.evaluate import SECTIONS, answers, html_of, measured
from explain.panels.sections import identity, measures, removal
from explain.panels.sections.section import Judged
from explain.streams import STREAMS
from inference import models
from inference.panels.opening import Opening, Upload
from inference.serving.admission import Admission
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.source import open_source

LOANS = models.find()["home-loans"]


def judged(task: Any, path: Path) -> Judged:
    source = open_source(path)
    *_, study = read(task, source, guess(task.demo, source.columns), path.name)
    assert isinstance(study, Study)
    return Judged(task, study, "token")


@pytest.fixture(scope="module")
def loans() -> Judged:
    return judged(conftest.load(LOANS), LOANS / "evaluation.csv")


def section(judged: Judged, id: str) -> str:
    return html_of(next(each for each in SECTIONS if each.id == id), judged)


def last(judged: Judged, id: str, **asked: Any) -> str:
    *_, (place, found) = answers(Admission(), judged, json.dumps([1, id, asked]))
    assert place == id
    return found


def sweep_of(shown: str) -> dict[str, Any]:
    (sent,) = re.findall(r'data-sweep="(.*?)"', shown)
    found: dict[str, Any] = json.loads(html.unescape(sent))
    return found


def test_measures_stand_beside_the_naive_answer_and_training_rows(loans: Judged) -> None:
    shown = section(loans, "measures")
    assert "<b>5 of 6</b> measures" in shown and "accuracy is 0.888, beside 0.881" in shown
    assert "Does it generalise?" in shown and "0.904 on the training rows" in shown


def test_one_threshold_moves_everything(loans: Judged) -> None:
    """What the page is sent for each place of the slider is what counting gives, overall and for every group."""
    sent, answered = sweep_of(section(loans, "threshold")), loans.study.results
    held = answered.rows["split"].to_numpy() == "held-out"
    scores, truth = answered.answers.scores[held, 1], answered.truth[held] == "denied"  # type: ignore[index]
    group = answered.groups["black"][held]
    for place in range(0, len(sent["thresholds"]), 23):
        flagged = scores >= sent["thresholds"][place] - 1e-9
        wanted = [(flagged & truth), (flagged & ~truth), (~flagged & truth), (~flagged & ~truth)]
        assert [each[place] for each in sent["counts"]] == pytest.approx([int(each.sum()) for each in wanted], abs=1)
        for name, counts in sent["groups"]["Black applicant"].items():
            mine = [int((each & (group == name)).sum()) for each in wanted]
            assert [each[place] for each in counts] == pytest.approx(mine, abs=1)
    assert sent["thresholds"][sent["start"]] == pytest.approx(0.6)  # the rule's first
    assert [action for action, *_ in sent["rules"]] == ["Decline", "Review by a person", "Approve"]


def test_curves_carry_marks_alt_text_and_tables(loans: Judged) -> None:
    shown = section(loans, "threshold")
    for kind in ("roc", "pr", "lift", "calibration"):
        assert f'data-curve="{kind}"' in shown
    assert shown.count("<svg") == 4 == shown.count("aria-label=") - shown.count('aria-label="Table"') - 1
    assert shown.count("As a table") == 4


def test_a_cell_of_the_confusion_opens_its_rows(loans: Judged) -> None:
    shown = last(loans, "rows", label="denied", threshold=0.6, true=1, flagged=1)
    numbers = [int(each) for each in re.findall(r"home-loans#row-token-(\d+)\"", shown)]
    assert "10 rows “denied” and flagged at 0.6" in shown and len(set(numbers)) == 10
    study = loans.study
    for number in numbers:
        place = study.results.rows.index.get_loc(number)
        assert study.truth(number) == "denied" and study.results.answers.scores[place, 1] >= 0.6


def test_a_cell_of_labels_opens_its_rows_whatever_the_threshold_is(loans: Judged) -> None:
    shown = last(loans, "rows", truth="denied", predicted="approved", threshold=0.99, fees=[0, 1, 1, 0])
    results = loans.study.results
    assert results.truth is not None
    held = results.rows["split"].to_numpy() == "held-out"
    mistaken = int(((results.truth == "denied") & (results.answers.predicted == "approved") & held).sum())
    assert f"{mistaken} rows truly “denied”, predicted “approved”" in shown


def test_another_label_can_be_asked_about(loans: Judged) -> None:
    assert sweep_of(last(loans, "threshold", label="approved"))["label"] == "approved"
    assert "Unknown label" in last(loans, "threshold", label="maybe")


def test_groups_are_compared_and_thresholds_for_each_are_priced(loans: Judged) -> None:
    assert "Black applicant" in section(loans, "groups") and "points</b> apart" in section(loans, "groups")
    shown = last(loans, "groups", goal="demographic_parity", column="black", threshold=0.15, fees=[0, 1, 5, 0])
    assert "must be known when the decision is made" in shown and "A threshold for each group: Black applicant" in shown
    assert "Unknown goal" in last(loans, "groups", goal="peace", column="black")
    assert "Unknown column of groups" in last(loans, "groups", goal="equalized_odds", column="town")


def test_columns_that_cost_nothing_are_listed(loans: Judged) -> None:
    shown = last(loans, "removal")
    assert shown.count('<span class="name">') == 9 and "aria-busy" not in shown
    assert "costs nothing" in shown
    assert removal.printed(loans) == shown == section(loans, "removal")  # kept for whoever comes back, and a report


def test_what_was_not_asked_is_told_in_a_report(reviews: Judged) -> None:
    assert "Not asked" in identity.printed(reviews) and removal.printed(reviews) == ""


def test_rows_of_one_advertisement_are_drawn_together_and_that_is_said(endpoints: Endpoints) -> None:
    folder = models.find()["hiring"]
    found = judged(conftest.load(folder), folder / "evaluation.csv")
    assert "drawn by advertisement, 397 of them" in section(found, "measures")
    assert "Intervals are drawn by advertisement, 397 of them." in section(found, "groups")
    assert "Intervals and tests take rows together by advertisement, 397 of them." in section(found, "slices")
    assert 'data-asks="{&quot;column&quot;: &quot;advertisement&quot;}"' not in section(found, "slices")
    sent, shown = sweep_of(section(found, "threshold")), section(found, "threshold")
    assert "for rows that belong together by advertisement" in shown
    sizes = sent["sizes"]["Gender that the name suggests"]["woman"]
    rows = [sum(each) for each in zip(*sent["groups"]["Gender that the name suggests"]["woman"], strict=True)]
    assert all(len(each) == len(sent["thresholds"]) for each in sizes.values())
    assert all(0 < size <= most for size, most in zip(sizes["accuracy"], rows, strict=True))
    assert min(sizes["accuracy"]) < 0.7 * rows[0]  # employers call several of them or none


def test_sections_are_made_once(loans: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    first = section(loans, "measures")
    monkeypatch.setattr(measures.evaluation, "metrics", None)
    assert section(loans, "measures") is first


@pytest.mark.parametrize(
    "sent",
    ["", "null", "3", "[]", "[1]", '[1, "rows"]', '[1, "nothing", {}]', '[1, "measures", {}]', '[1, "rows", 3]', "["],
)
def test_what_threshold_js_never_sends_is_ignored(loans: Judged, sent: str) -> None:
    assert list(answers(Admission(), loans, sent)) == []


@pytest.mark.parametrize("asked", [{}, {"threshold": "x"}, {"threshold": None}, {"truth": "<b>", "predicted": "<i>"}])
def test_odd_questions_get_an_answer_without_markup_of_theirs(loans: Judged, asked: dict[str, Any]) -> None:
    shown = last(loans, "rows", **asked)
    assert "<b>”" not in shown and "Something went wrong" not in shown


def test_residuals_of_amounts_and_the_rows_furthest_off(tmp_path: Path) -> None:
    folder = models.find()["ames-house-prices"]
    task = conftest.load(folder)
    rows = (folder / "background.csv").read_text().splitlines()[:60]
    file = tmp_path / "houses.csv"
    prices = np.linspace(50_000, 400_000, len(rows) - 1)
    file.write_text(
        "\n".join([f"{rows[0]},truth", *(f"{row},{price}" for row, price in zip(rows[1:], prices, strict=True))])
    )
    found = judged(task, file)
    shown = section(found, "amounts")
    assert shown.count("<svg") == 2 and "Furthest off" in shown and shown.count("#row-token-") == 20
    assert section(found, "threshold") == "" == section(found, "confusion")


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    file = tmp_path_factory.mktemp("files") / "reviews.csv"
    rows = [
        "She was wonderful.,positive",
        "He is an awful actor.,negative",
        "Rain <i>again</i>.,negative",
        "Nice.,positive",
    ]
    file.write_text("\n".join(["text,truth", *rows]))
    return judged(conftest.load(models.find()["sentiment"]), file)


def test_identity_terms_are_swapped_and_the_rows_most_moved_open(reviews: Judged) -> None:
    shown = last(reviews, "identity")
    assert "2 of 4 texts have such words" in shown and "men → women" in shown
    assert "<mark>He</mark>" in shown and "#row-token-1" in shown
    assert identity.field_of(reviews) == "text"


def test_texts_are_escaped(reviews: Judged) -> None:
    shown = last(reviews, "rows", label="negative", threshold=0.0, true=1, flagged=1)
    assert "&lt;i&gt;again" in shown and "<i>again" not in shown


def test_a_file_without_a_truth_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("Good.\nBad.\n")
    shown = "".join(html_of(each, judged(conftest.load(models.find()["sentiment"]), file)) for each in SECTIONS)
    assert shown.count("name the column that holds the truth") == 1


# Choosing a file


@pytest.fixture(scope="module")
def endpoints() -> Endpoints:
    return Endpoints(Catalogue({"home-loans": LOANS}), STREAMS)


def test_the_models_own_rows_are_read_and_measured(endpoints: Endpoints) -> None:
    opening = Opening(endpoints, "home-loans", truth=True, groups=True)
    upload, *_ = opening.opened(Upload(), opening.own)
    *_, arrived = measured(endpoints, "home-loans", opening, upload, "")
    (token,) = re.findall(r'data-model="home-loans#evaluate-(\w+)"', arrived)
    assert set(endpoints.studies.get(token).found) == {each.id for each in SECTIONS}


def test_what_is_the_same_in_every_row_stands_in_a_row_that_is_opened(endpoints: Endpoints) -> None:
    opening = Opening(endpoints, "home-loans", truth=True)
    upload, *_ = opening.opened(Upload(), opening.own)
    fields = {name: name for name in opening.chosen(upload, "").fields if name != "payments"}
    asked = {"fields": fields, "constants": {"payments": "33"}, "truth": "truth", "groups": []}
    *_, arrived = measured(endpoints, "home-loans", opening, upload, json.dumps([1, asked]))
    (token,) = re.findall(r'data-model="home-loans#evaluate-(\w+)"', arrived)
    assert {endpoints.studies.get(token).inputs(row)["payments"] for row in (1, 7, 700)} == {33.0}


def test_without_a_file_it_is_said_what_to_do(endpoints: Endpoints) -> None:
    opening = Opening(endpoints, "home-loans")
    assert "Open a file first" in "".join(measured(endpoints, "home-loans", opening, Upload(), ""))

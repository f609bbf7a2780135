"""A part that people disagree with is found among others, and so is a change of what is asked."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from conftest import load
from kept import entry

from inference import models
from inference.errors import InputError
from inference.history.disagreement import Asked, asked, losses, periods, worst
from inference.history.entry import Entry, Mark, agrees
from inference.study import reference
from inference.task import Task
from inference.types import Item, Prediction


@cache
def loans() -> Task:
    return load(models.find()["home-loans"])


SAID = Prediction("labels", "probability", (Item("approved", "approved", 0.8), Item("denied", "denied", 0.2)))


def kept(number: int, mark: Mark | None, **changes: object) -> Entry:
    return replace(
        entry({**loans().parse(loans().demo.examples[0].inputs), **changes}, SAID, mark, str(number)),
        time=float(number),
    )


def people(count: int, seed: int = 0) -> list[Entry]:
    """Marks that disagree with 60 % of those who are self-employed, and with 10 % of the others; the newest first."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        own = "yes" if rng.random() < 0.4 else "no"
        against = rng.random() < (0.6 if own == "yes" else 0.1)
        payments = round(float(rng.uniform(10, 60)), 1)
        found.append(kept(number, Mark("wrong" if against else "right"), self_employed=own, payments=payments))
    return found[::-1]


def test_the_part_that_people_disagree_with_stands_first() -> None:
    found, searched = worst(loans().demo, loans().kind, asked(loans().demo, people(300)))
    assert (found.slices[0].query, found.slices[0].verdict) == ('self_employed == "yes"', "worse")
    assert found.metric == "disagreement"
    assert searched is not None
    assert 'self_employed == "yes"' in searched.found[0].query


def test_a_few_marks_are_told_without_a_search() -> None:
    found, searched = worst(loans().demo, loans().kind, asked(loans().demo, people(40)))
    assert searched is None
    assert found.whole.rows == 40


def test_without_marks_it_says_so() -> None:
    with pytest.raises(InputError, match="fewer than two"):
        worst(loans().demo, loans().kind, asked(loans().demo, [kept(1, None), kept(2, Mark("right"))]))


def test_of_amounts_it_is_how_far_off() -> None:
    price = Prediction("value", "value", (Item("value", "price", 100.0),))
    marks = [Mark("right"), Mark("should be", "130.0"), Mark("wrong"), None]
    entries = [entry({}, price, mark) for mark in marks]
    assert [each.agreed for each in entries] == [True, False, False, None]
    found = losses("value", Asked(tuple(entries), ({},) * len(entries)))
    assert np.array_equal(found.values, [0.0, 30.0, np.nan, np.nan], equal_nan=True)
    assert agrees(price, Mark("should be", "100.0"))


def test_inputs_that_no_longer_fit_the_form_are_left_out() -> None:
    some = asked(loans().demo, [kept(2, None), kept(1, None, payments="many"), entry(None)])
    assert [each.id for each in some.entries] == ["2"]


def test_drift_is_seen_in_the_stretch_where_it_began() -> None:
    known = reference.known(loans())
    rows = [{**known.raws[i % len(known.raws)]} for i in range(240)]
    for row in rows[160:]:
        row["loan_to_value"] += 60.0
    entries = [replace(entry(row, SAID), time=float(i)) for i, row in enumerate(rows)]
    found = periods(loans().demo, asked(loans().demo, entries[::-1]), known.raws, known.called)
    assert len(found) == 6
    drifted = [[each.name for each in period.drifts.drifted] for period in found]
    assert drifted[:4] == [[]] * 4
    assert all("loan_to_value" in each for each in drifted[4:])
    assert (found[0].first, found[-1].last) == (0.0, 239.0)


def test_without_rows_that_the_model_knows_the_first_stretch_is_the_measure() -> None:
    entries = [kept(i, None, payments=20.0 + i % 7 + (40.0 if i > 80 else 0.0)) for i in range(120)]
    found = periods(loans().demo, asked(loans().demo, entries[::-1]), (), "")
    assert found[0].drifts.reference == "the first ones asked"
    assert [each.name for each in found[-1].drifts.drifted] == ["payments"]


@pytest.mark.parametrize("count", [0, 1, 19])
def test_of_too_few_inputs_nothing_is_said(count: int) -> None:
    entries = [kept(i, None) for i in range(count)]
    assert periods(loans().demo, asked(loans().demo, entries), reference.known(loans()).raws, "rows") == []

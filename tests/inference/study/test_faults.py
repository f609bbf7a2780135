"""Each kind of fault is found where it is planted, told with its rows and what to do, and not found where it is not."""

from typing import Any

import conftest
import numpy as np
import pytest

from inference import models
from inference.study import faults as module
from inference.study import leakage
from inference.study.checking import Problem
from inference.study.faults import Fault, Sample, faults
from inference.study.traits import Trait, of_inputs
from inference.types import Raw

LOANS = conftest.load(models.find()["home-loans"])


def sample(
    raws: list[Raw], truth: Any = None, problems: tuple[Problem, ...] = (), more: tuple[Trait, ...] = ()
) -> Sample:
    known = [*of_inputs(LOANS.demo.inputs, raws), *more]
    return Sample(raws, list(range(1, len(raws) + 1)), len(raws) + len(problems), problems, known, truth)


def told(found: tuple[Fault, ...], start: str) -> Fault:
    return next(fault for fault in found if fault.message.startswith(start))


def rows() -> list[Raw]:
    return [dict(raw) for raw in LOANS.background]


def test_sound_rows_have_no_fault() -> None:
    assert faults(LOANS, sample(rows()), []) == ()
    assert module.sentence(()) == "Nothing is wrong with these rows as far as can be seen."


def test_rows_that_are_no_input_are_the_worst_and_joined_by_reason() -> None:
    problems = tuple(
        Problem(row, "loan_to_value", f"Loan to value must lie between 0 and 200 %, got '{row}00'.") for row in (3, 7)
    )
    raws = [*rows(), {**rows()[0], "loan_to_value": 199.0}]
    first, *others = faults(LOANS, sample(raws, problems=problems), [])
    assert (first.severity, first.rows, first.examples) == ("bad", 2, (3, 7))
    assert all(fault.severity != "bad" for fault in others)


def test_values_beyond_the_training_data_are_counted_once_for_all_rows() -> None:
    raws = rows()
    for place in (4, 9, 11):
        raws[place]["loan_to_value"] = 196.0 + place / 10
    found = told(faults(LOANS, sample(raws), []), "Loan to value 196 % lies outside")
    assert (found.rows, found.of, found.examples, found.column) == (3, 100, (5, 10, 12), "Loan to value")


def test_a_constant_column_is_told_unless_the_reference_has_one_value_too() -> None:
    raws = [{**raw, "unemployment": 3.2} for raw in rows()]
    found = told(faults(LOANS, sample(raws), rows()), "Unemployment in the industry is 3.2 %")
    assert (found.severity, found.rows) == ("caution", 100)
    assert not [each for each in faults(LOANS, sample(raws), raws) if "in every row" in each.message]


def test_duplicates_contradictions_and_reference_rows() -> None:
    raws = [*rows()[:50], *rows()[:10]]
    truth = np.array(["approved"] * 50 + ["denied"] * 5 + ["approved"] * 5, object)
    found = faults(LOANS, sample(raws, truth), rows()[:3])
    assert told(found, "The same inputs as an earlier row.").examples == (51, 52, 53)
    assert told(found, "The same inputs as an earlier row.").rows == 10
    assert told(found, "The same inputs with different truths.").rows == 10
    assert told(found, "The same inputs as one of the model's reference rows.").rows == 6


def test_rows_without_a_truth_are_counted() -> None:
    truth = np.array(["approved"] * 98 + [None, None], object)
    assert told(faults(LOANS, sample(rows(), truth), []), "The truth is missing").examples == (99, 100)


@pytest.mark.parametrize("amounts", [False, True])
def test_a_column_that_gives_the_truth_away_is_suspected(amounts: bool) -> None:
    generator = np.random.default_rng(0)
    raws = (rows() * 4)[:400]
    values = generator.normal(100, 20, 400)
    truth: Any = values if amounts else np.where(values > 110, "denied", "approved").astype(object)
    leak = Trait("fee", "Fee", "number", values * 0.03, origin="file")
    identity = Trait("id", "Id", "number", np.arange(400.0), origin="file")
    noise = Trait("town", "Town", "category", generator.choice(list("abc"), 400).astype(object), origin="file")
    found = [
        each
        for each in faults(LOANS, sample(raws, truth, more=(leak, identity, noise)), [])
        if "by itself" in each.message
    ]
    assert [(each.column, each.severity) for each in found] == [("Fee", "note")]
    assert "The model does not read it" in found[0].advice


def test_a_leak_that_the_model_reads_is_grave() -> None:
    raws = (rows() * 2)[:200]
    truth = np.array([raw["condominium"] for raw in raws], object)
    first = faults(LOANS, sample(raws, truth), [])[0]
    assert (first.column, first.severity) == ("Condominium", "bad")


def test_a_strong_but_honest_column_is_not_suspected() -> None:
    generator = np.random.default_rng(1)
    values = generator.normal(size=600)
    truth = np.where(values + generator.normal(0, 0.4, 600) > 0, "a", "b").astype(object)
    honest = Trait("x", "X", "number", values)
    assert list(leakage.leaks([honest], truth)) == []


def test_pictures_and_texts_are_the_same_by_their_content() -> None:
    from PIL import Image

    one, same, other = (Image.new("RGB", (40, 40), colour) for colour in ("red", "red", "blue"))
    assert module.key({"image": one}) == module.key({"image": same}) != module.key({"image": other})


def test_faults_travel_as_json() -> None:
    found = faults(LOANS, sample([*rows(), *rows()]), [])
    assert found and all(Fault.from_json(each.to_json()) == each for each in found)

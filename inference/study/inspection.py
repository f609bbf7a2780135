"""What slices, data quality and drift ask of a study: its traits, its losses, its faults, each made once."""

import weakref
from contextlib import closing
from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..task import Task
from . import evaluation, matching, ranking, reference, traits
from .checking import check_chunk
from .drift import Drifts
from .faults import Fault, Sample, faults, key
from .losses import Losses, lacking, losses, misplaced
from .mapping import Columns
from .reading import Study
from .search import Search, search
from .source import Source
from .traits import Trait

_traits: "weakref.WeakKeyDictionary[Study, list[Trait]]" = weakref.WeakKeyDictionary()


def traits_of(task: Task, study: Study) -> list[Trait]:
    """What is known of each row: of its inputs, the file's other columns, the answers; not the truth."""
    if study not in _traits:
        columns, results = study.columns, study.results
        own = {*columns.fields.values(), columns.truth, columns.cluster}
        others = [str(name) for name in results.rows.columns if name not in own and name not in APART]
        _traits[study] = traits.together(
            traits.of_inputs(task.demo.inputs, results.raws),
            traits.of_columns(results.rows, others),
            traits.of_answers(results.answers, task.demo.unit),
        )
    return _traits[study]


APART = ("file", "folder", *evaluation.SPLITS)
"""Columns that say where a row comes from, not what it is."""


def losses_of(task: Task, study: Study) -> Losses:
    """The loss of each row. Raises InputError where there is none."""
    return replace(suited(task, study), clusters=study.results.clusters)


def suited(task: Task, study: Study) -> Losses:
    """The loss that suits what the model gives. Raises InputError."""
    kind, results = evaluation.suit(task, study), study.results
    answers, truth, every = results.answers, results.truth, np.arange(len(results.raws))
    if kind == "anomaly" and (found := evaluation.two_kinds(study)):
        return misplaced(found[1], answers.scores[:, 0])
    if kind == "text" and truth is not None:
        return lacking(matching.f1(matching.of_texts(answers.predicted.tolist(), truth.tolist())), "F1 over words")
    if kind in ("spans", "boxes"):
        return lacking(matching.f1(evaluation.places_at(study, kind, every)), f"F1 of {kind}")
    if kind == "ranking" and truth is not None:
        wanted = [evaluation.chosen(cell) for cell in truth]
        suggested = [[item.id for item in each.items][: ranking.FIRST] for each in answers.predictions]
        gains = [ranking.gain(set(a), b) if a else np.nan for a, b in zip(wanted, suggested, strict=True)]
        return lacking(np.array(gains, np.float64), f"NDCG@{ranking.FIRST}")
    return losses(answers, truth if kind in ("labels", "value") else None, task.demo.unit)


def worst(task: Task, study: Study) -> Search:
    """The worst slices of the rows that the model was not trained on. Raises InputError."""
    held = evaluation.held(study)
    asked = [trait.at(held) for trait in traits_of(task, study) if trait.origin != "answer"]
    return search(asked, losses_of(task, study).at(held))


def quality(task: Task, study: Study) -> tuple[Fault, ...]:
    """What is wrong with the data of a study, the worst first."""
    results = study.results
    numbers = [int(number) for number in results.rows.index]
    count = len(numbers) + study.faulty
    sample = Sample(results.raws, numbers, count, study.problems, traits_of(task, study), results.truth)
    return faults(task, sample, task.background)


ALIKE = 20
"""First rows that tell whether two files are one."""


def drifted(task: Task, study: Study) -> Drifts:
    """How the rows of a study are distributed beside those that the model knows. Raises InputError for those rows."""
    known, raws = reference.known(task), study.results.raws
    if not task.demo.background and list(map(key, known.raws[:ALIKE])) == list(map(key, raws[:ALIKE])):
        raise InputError(f"These rows are {known.called}: there is nothing to compare them with.")
    return reference.compared(task, study.results.raws, study.results.answers)


FIRST = 20_000
"""Rows of a file of any length that are looked at, fewer of what takes longer (reference.MOST)."""


def glance(task: Task, source: Source, columns: Columns) -> tuple[tuple[Fault, ...], Drifts, int]:
    """The faults and the drift of the first rows of a file, and how many they are.

    Rows that are no input are left out: whoever answers the file tells them.
    """
    most = min(reference.MOST.get(field.kind, FIRST) for field in task.demo.inputs)
    with closing(source.chunks(most)) as chunks:  # type: ignore[type-var]  # generators all
        chunk = next(iter(chunks), None)
    if chunk is None:
        raise InputError("The file has no rows.")
    checked = check_chunk(task.demo, columns, chunk)
    numbers = [chunk.rows[place] for place in checked.places]
    sample = Sample(checked.raws, numbers, len(numbers), (), traits.of_inputs(task.demo.inputs, checked.raws))
    compared = reference.compared(task, checked.raws, embedded=False)
    return faults(task, sample, task.background), compared, len(numbers)

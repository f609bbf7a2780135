"""What every model of the product promises, as checks that raise AssertionError. test_contract.py runs them over all.

The Shapley values here follow the definition and share no code with explain/.
"""

from itertools import combinations
from math import factorial
from typing import Any

import numpy as np

from explain import counterfactuals, explain, figures, instead
from explain.changes import Counterfactuals
from explain.goals import goal_of
from explain.players import Players
from explain.scoring import scorer
from explain.types import Explanation
from inference.demo import Demo
from inference.errors import InputError
from inference.joining import fits, joined, parted
from inference.study import results
from inference.task import Task
from inference.types import Answer, Prediction

TOLERANCE = 1e-4
"""Relative, for what is exact but for float32 rounding."""
ESTIMATE_TOLERANCE = 0.02
"""The stated residual of an estimate, relative to Σ|values|; where its error bars are wider, those cover it."""
SMALL = 5
"""Players of the small case, but for tables, which come as they are, and for two texts, which have one more."""


def inputs_of(task: Task) -> list[dict[str, Any]]:
    """The inputs of the model's examples."""
    return [example.inputs for example in task.demo.examples]


def examples_parse(task: Task) -> None:
    """There are at least four examples, and each is an input that can be sent as it is."""
    assert len(inputs_of(task)) >= 4
    for inputs in inputs_of(task):
        assert set(task.parse(inputs)) == {field.name for field in task.demo.inputs}
    assert Demo.from_json(task.demo.to_json()) == task.demo


def answer_is_whole(task: Task) -> None:
    """Kind, finite scores in falling order, a decision if there is a rule, every step, and JSON both ways."""
    answer = task.predict(inputs_of(task)[0])
    assert Answer.from_json(answer.to_json()) == answer
    assert (answer.prediction.kind, answer.prediction.scale) == (task.kind, task.scale)
    scores = answer.prediction.scores
    assert np.isfinite(scores).all()
    assert scores == sorted(scores, reverse=True)
    assert (answer.decision is None) == (task.demo.decision is None)
    steps = [step.step for step in answer.trace]
    assert steps[:4] == ["data input", "preprocessing", "forward pass", "postprocessing"]
    assert all(step.detail and step.ms >= 0 for step in answer.trace)


def prediction_is_the_pipelines_own(task: Task) -> None:
    """Each example, asked one after the other, gets what a bare call of the pipeline says of that very example."""
    for inputs in inputs_of(task):
        prediction = task.predict(inputs).prediction
        raw = task.parse(inputs)
        bare = BARE[prediction.kind](task.pipeline(task.prepare(raw), **task.options(), **task.options_for(raw)))
        close(prediction, grouped(bare, task.demo) if task.demo.groups else bare)


def grouped(bare: list[tuple[str, float]], demo: Demo) -> list[tuple[str, float]]:
    """The pipeline's labels summed by the groups of demo.json, the most probable group first."""
    owner = {label: name for name, labels in (demo.groups or {}).items() for label in labels}
    sums = dict.fromkeys([*(demo.groups or {}), demo.rest], 0.0)
    for label, score in bare:
        sums[owner.get(label, demo.rest)] += score
    return sorted(sums.items(), key=lambda entry: -entry[1])


BARE = {
    "labels": lambda bare: (
        list(zip(bare["labels"], bare["scores"], strict=True))
        if isinstance(bare, dict)  # transformers' zero-shot pipeline
        else [(entry.get("label") or entry["token_str"], entry["score"]) for entry in bare]
    ),
    "value": lambda bare: [("value", bare["value"] if isinstance(bare, dict) else bare[0]["score"])],
    "ranking": lambda bare: [(entry["item"], entry["score"]) for entry in bare],
    "text": lambda bare: [(bare["text"].strip() if isinstance(bare, dict) else bare[0]["generated_text"], None)],
    "spans": lambda bare: sorted(
        ((span_id(entry), float(entry["score"])) for entry in bare), key=lambda each: -each[1]
    ),
    "action": lambda bare: [(entry["action"], entry["probability"]) for entry in bare],
    "boxes": lambda bare: [(f"{e['label']}@{','.join(map(str, e['box'].values()))}", e["score"]) for e in bare],
}


def span_id(entry: dict[str, Any]) -> str:
    """The item id of a span as a pipeline gives it; what is no span goes by its label."""
    label = entry.get("entity_group") or entry["label"]
    return label if entry["start"] is None else f"{label}@{entry['start']}-{entry['end']}"


def close(prediction: Prediction, bare: list[tuple[str, float | None]]) -> None:
    """The first items agree in order and score, a text to the letter."""
    if prediction.kind == "text":
        assert prediction.text == bare[0][0]
        return
    if prediction.kind == "boxes":  # the pipeline sorts no boxes, and keeps those that nearly coincide
        assert prediction.items
        bare = [entry for item in prediction.items for entry in bare if entry[0] == item.id]
    ours = [(item.id, item.score) for item in prediction.items[:5]]
    assert [name for name, _ in ours] == [name for name, _ in bare[: len(ours)]]
    np.testing.assert_allclose([s for _, s in ours], [s for _, s in bare[: len(ours)]], rtol=TOLERANCE, atol=1e-6)


def batch_equals_singles(task: Task) -> None:
    """Predicting many inputs at once gives each what it gets alone."""
    together = task.predict_batch(inputs_of(task))
    for inputs, prediction in zip(inputs_of(task), together, strict=True):
        alone = task.predict(inputs).prediction
        assert prediction.text == alone.text
        assert prediction.names[:3] == alone.names[:3]
        np.testing.assert_allclose(prediction.scores[:3], alone.scores[:3], rtol=TOLERANCE, atol=1e-6)


def requests_that_meet_get_what_each_gets_alone(task: Task) -> None:
    """The examples' encoded inputs, put together as far as they fit, have the outputs that each has by itself."""
    waiting = [(raw, task.encode([raw])) for raw in (task.parse(inputs) for inputs in inputs_of(task))]
    along = {*task.padding, *task.along_tokens}
    while waiting and type(task).run is Task.run:  # what writes a text writes one at a time
        group: list[tuple[Any, Any]] = []
        for each in waiting:
            if len(group) < task.together and fits([batch for _, batch in group], each[1], task.padding):
                group.append(each)
        waiting = [each for each in waiting if all(each is not other for other in group)]
        batches = [batch for _, batch in group]
        outputs = parted(task.compute(joined(batches, task.padding)), batches, along)
        for (raw, _), own in zip(group, outputs, strict=True):
            same_outputs(own, task.forward(task.encode([raw])))


def same_outputs(ours: dict[str, Any], alone: dict[str, Any]) -> None:
    """Names, shapes and, to 1e-5, numbers."""
    assert ours.keys() == alone.keys()
    for name, value in alone.items():
        if not hasattr(value, "shape"):
            assert ours[name] == value
        elif value.dtype != object:
            assert ours[name].shape == value.shape, name
            np.testing.assert_allclose(np.asarray(ours[name]), np.asarray(value), rtol=1e-5, atol=1e-5, err_msg=name)


def a_file_equals_its_cases(task: Task) -> None:
    """The arrays of a whole file say what the predictions of its rows say."""
    raws = [task.parse(inputs) for inputs in inputs_of(task)]
    found = results.answers(task, raws)
    for row, prediction in enumerate(task.predict_some([raw])[0] for raw in raws):
        if task.kind == "value":
            assert np.isclose(found.predicted[row], prediction.scores[0], rtol=TOLERANCE, atol=TOLERANCE)
        else:
            assert found.predicted[row] == (prediction.text or (*(item.id for item in prediction.items), "")[0])
        columns = [found.items.index(item.id) for item in prediction.items]
        assert np.allclose(found.scores[row, columns], prediction.scores, rtol=TOLERANCE, atol=TOLERANCE)
        if task.demo.decision and prediction.items:
            assert found.decisions is not None
            assert found.decisions[row] == task.demo.decision.decide(prediction).action


def bad_values_get_a_message(task: Task) -> None:
    """A value of the wrong type, a missing and an extra one raise InputError, and the message names the field."""
    good = inputs_of(task)[0]
    for field in task.demo.inputs:
        if field.role == "setting":
            continue
        optional = getattr(field, "optional", False)
        for bad in ({"no": "value"},) if optional else (None, {"no": "value"}):
            message = error_of(task, {**good, field.name: bad})
            assert field.label in message
    for field in task.demo.fields:
        if field.role in ("group", "truth"):
            assert field.label in error_of(task, {**good, field.name: {"no": "value"}})
            assert task.parse({**good, field.name: None}) == task.parse(good)
    assert "'nonsense'" in error_of(task, {**good, "nonsense": 1})
    assert "list" in error_of(task, [1, 2])


def error_of(task: Task, inputs: Any) -> str:
    """The message that an input gets; fails if it is accepted."""
    try:
        task.parse(inputs)
    except InputError as error:
        return str(error)
    raise AssertionError(f"{inputs!r} was accepted")


def explanation_adds_up(task: Task) -> None:
    """Base and values reach the displayed score, the residual is within the stated tolerance, JSON goes both ways."""
    inputs = inputs_of(task)[1]
    explanation = explain(task, inputs, evaluations=64)
    assert Explanation.from_json(explanation.to_json()) == explanation
    assert len(explanation.values) == len(explanation.features)
    assert np.isfinite(explanation.values).all()
    shown = task.predict(inputs).prediction.scores[0]
    np.testing.assert_allclose(explanation.score, shown, rtol=TOLERANCE, atol=1e-6)
    total = explanation.base + sum(explanation.values)
    np.testing.assert_allclose(total, explanation.score, rtol=1e-6, atol=1e-9)
    own_error = 2 * np.sqrt(np.square(explanation.stderr or 0).sum())
    assert explanation.residual <= max(ESTIMATE_TOLERANCE * np.abs(explanation.values).sum(), own_error)
    assert explanation.evaluations <= 64
    again = explain(task, inputs, explanation.target, evaluations=64)
    np.testing.assert_allclose(again.values, explanation.values, rtol=1e-3, atol=1e-5)


def figure_draws(task: Task) -> None:
    """The figure names the strongest feature, and its table has them all."""
    inputs = inputs_of(task)[0]
    explanation = explain(task, inputs, evaluations=34)
    figure = figures.draw(explanation, task.parse(inputs))
    assert len(figure.rows) == len(explanation.features)
    assert explanation.output in figure.alt
    assert "<table>" in figure.table


def values_agree_with_enumeration(task: Task) -> None:
    """On a small case, the values are the Shapley values by their definition."""
    inputs = small(task)
    raw, background = task.parse(inputs), task.background
    task.background = background[:3]  # a table of 13 columns has 8,192 coalitions for each reference row
    try:
        found = explain(task, inputs, evaluations=2**13)
        players, *_ = scorer(task, raw, [found.target])
        expected = shapley_by_definition(task, players, found)
    finally:
        task.background = background
    largest = np.abs(expected).max()
    assert largest > 0
    rounding = 4 * max(found.stderr or (0.0,))
    assert (rounding > 0) == (found.dtype != task.dtype)  # half the width, and what it costs, are both said
    np.testing.assert_allclose(found.values, expected, atol=TOLERANCE * largest + 1e-7 + rounding, rtol=0)


def small(task: Task) -> dict[str, Any]:
    """The first example with few words or items; pictures have few regions by the caller's patch."""
    each = SMALL if [field.kind for field in task.demo.inputs].count("text") < 2 else (SMALL + 1) // 2
    words = lambda text: ".\n".join(text.split()[:each])  # noqa: E731  # each a sentence, for those who choose some
    said = lambda talk: words(talk) if isinstance(talk, str) else [{**talk[-1], "content": words(talk[-1]["content"])}]  # noqa: E731
    road = lambda scene: {**scene, "cars": scene["cars"][:2]}  # noqa: E731
    cut = {"text": words, "messages": said, "history": first, "scene": road}
    kinds = {field.name: field.kind for field in task.demo.fields}
    return {name: cut.get(kinds[name], lambda v: v)(value) for name, value in inputs_of(task)[0].items()}


def first(history: Any) -> Any:
    """The first items of a history, with their ratings if it has any."""
    return dict(list(history.items())[:SMALL]) if isinstance(history, dict) else history[:SMALL]


def shapley_by_definition(task: Task, players: Players, explanation: Explanation) -> np.ndarray:
    """φᵢ = Σ_{S∌i} |S|!(n−|S|−1)!/n! (v(S∪i) − v(S)), every v(S) asked of the task through the users' door."""
    parts = players_of(players, explanation)
    n = len(parts)
    subsets = [frozenset(subset) for size in range(n + 1) for subset in combinations(range(n), size)]
    rows, weights, owners = [], [], []
    for k, subset in enumerate(subsets):
        kept = np.zeros(len(players), bool)
        kept[[atom for i in subset for atom in parts[i]]] = True
        for weight, raw in players.inputs(kept):
            rows.append(raw)
            weights.append(weight)
            owners.append(k)
    scores = task.scores(rows, [explanation.target])[:, 0]
    v = dict(zip(subsets, np.bincount(owners, np.array(weights) * scores), strict=True))
    share = [factorial(size) * factorial(n - size - 1) / factorial(n) for size in range(n)]
    return np.array([sum(share[len(s)] * (v[s | {i}] - v[s]) for s in subsets if i not in s) for i in range(n)])


def players_of(players: Players, explanation: Explanation) -> list[range]:
    """The atoms of each feature: one after the other, as many as make a feature of its id."""
    found, start = [], 0
    for feature in explanation.features:
        ends = range(start + 1, len(players) + 1)
        end = next(end for end in ends if players.together(range(start, end)).id == feature.id)
        found.append(range(start, end))
        start = end
    assert start == len(players)
    return found


ASKED = 48
"""Evaluations for changes that flip a decision: they need not be found, but what is found must hold."""


def changes_hold(task: Task) -> None:
    """What is said to be decided of a changed input is decided of it as it is sent, within the evaluations allowed, and
    what cannot change is as it was. A number without a rule is to get past a little more.
    """
    inputs, options = inputs_of(task)[0], {"evaluations": ASKED}
    before = task.predict(inputs).prediction
    past = 1.01 * before.scores[0] + 1e-3 if task.kind == "value" and not task.demo.decision else None
    found = counterfactuals(task, inputs, past=past, **options)
    assert Counterfactuals.from_json(found.to_json()) == found
    assert found.evaluations <= found.allowed == ASKED
    goal = goal_of(task, before, past=past)
    free = {field.name: field.kind for field in task.demo.inputs if field.role == "input" and field.mutable}
    for each in found.found:
        names = {change.field for change in each.changes}
        assert names <= set(free)
        assert each.outcome != found.now == goal.now
        assert found.now in instead.draw(each, task.parse(inputs), found.now) or len(found.now) > 60
        if not {free[name] for name in names} & {"image", "audio"}:  # these are no JSON
            assert set(each.inputs) == names
            assert goal.outcome(task.predict({**inputs, **each.inputs}).prediction) == each.outcome


CHECKS = [
    examples_parse,
    answer_is_whole,
    prediction_is_the_pipelines_own,
    batch_equals_singles,
    requests_that_meet_get_what_each_gets_alone,
    a_file_equals_its_cases,
    bad_values_get_a_message,
    explanation_adds_up,
    figure_draws,
    changes_hold,
    values_agree_with_enumeration,
]

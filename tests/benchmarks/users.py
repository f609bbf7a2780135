"""Explanations as users get them: explain.explain of ours, shap's explainers as their own documentation calls them.

Each side hides in its own way, so each has its own game, and its error is the distance to the values of that game.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
from known import Keep, by_permutations, coalitions, enumerated

from explain import explain_stream
from explain.games import Game
from explain.hierarchy import grouped
from explain.memory import Memory
from explain.priors import Floats
from explain.scoring import scorer
from inference import replica
from inference.task import Task

FEW = 13
"""Players up to which all coalitions are asked."""


@dataclass(frozen=True)
class Run:
    """Values float64[n], seconds until the first figure and until the last, the dtype, and what was asked."""

    values: Floats
    first: float
    whole: float
    dtype: str
    evaluations: int | None = None


@dataclass(frozen=True)
class Side:
    """Somebody's explanations of some inputs, and the true values of each, by the inputs' numbers."""

    name: str
    explain: Callable[[int], Run]
    truth: Callable[[int], Floats]

    def error(self, i: int, run: Run) -> float:
        """Relative L2 distance to the true values of its own game."""
        truth = self.truth(i)
        return float(np.linalg.norm(run.values - truth) / np.linalg.norm(truth))


def values_of(game: Game, n: int, evaluations: int) -> Floats:
    """Shapley values, exact up to FEW players and else by permutations, so many evaluations of them."""
    if n <= FEW:
        return enumerated("", game(coalitions(n))[:, 0]).truth
    return by_permutations(game, n, evaluations)[0]


def ours(
    task: Task, inputs: Sequence[Any], keep: Keep, name: str, reference: int, evaluations: int | None, narrow: bool
) -> Side:
    """explain.explain with its defaults, or with a number of evaluations; `narrow`: in bfloat16 where that is safe."""

    def explain(i: int) -> Run:
        memory, start = Memory(), time.perf_counter()
        with patch.object(replica, "can_be_reduced", replica.can_be_reduced if narrow else lambda task: False):
            stream = explain_stream(task, inputs[i], evaluations=evaluations, memory=memory)
            found = [(time.perf_counter() - start, each) for each in stream]
        last = found[-1][1]
        return Run(np.array(last.values), found[0][0], found[-1][0], last.dtype, last.evaluations)

    def truth(i: int) -> Floats:
        memory = Memory()
        raw = task.parse(inputs[i])
        *_, last = explain_stream(task, raw, evaluations=evaluations, memory=memory)
        known = memory.explained(task, raw, last.target)
        assert known is not None  # it was just said
        play = scorer(task, raw, [last.target], evaluations)
        game, n = grouped(play.game, known.players), len(known.players)
        budget = "" if evaluations is None else f"-{evaluations}"
        return keep(f"ours-{name}-{i}{budget}-{n}-{reference}", lambda: values_of(game, n, reference))

    width = "" if narrow else " in float32"
    asked = "" if evaluations is None else f", {evaluations} evaluations"
    return Side(f"ours{width}{asked}", explain, truth)


def shap_text(task: Task, texts: Sequence[str], keep: Keep, name: str, reference: int) -> Side:
    """shap.Explainer(pipeline) on the string; its players are the tokens between the special ones."""
    import shap
    from transformers import pipeline

    own = task.pipeline
    pipe = pipeline("text-classification", model=own.model, tokenizer=own.tokenizer, top_k=None)
    labels = [task.predict({"text": text}).prediction.items[0].name for text in texts]

    def explain(i: int) -> Run:
        start = time.perf_counter()
        found = shap.Explainer(pipe)([texts[i]], silent=True)
        spent = time.perf_counter() - start
        values = found.values[0][:, list(found.output_names).index(labels[i])]
        return Run(values[players(i)], spent, spent, task.dtype)

    def players(i: int) -> Any:
        return ~shap.maskers.Text(own.tokenizer).invariants(texts[i])[0]

    def truth(i: int) -> Floats:
        masker, free = shap.Explainer(pipe).masker, players(i)

        def game(z: Any) -> Floats:
            masks = np.ones((len(z), len(free)), bool)
            masks[:, free] = z
            strings = [str(masker(mask, texts[i])[0][0]) for mask in masks]
            distinct = sorted(set(strings), key=len)
            said = pipe(distinct, batch_size=64)
            scores = [next(each["score"] for each in one if each["label"] == labels[i]) for one in said]
            known = dict(zip(distinct, scores, strict=True))
            return np.array([[known[each]] for each in strings])

        return keep(f"shap-{name}-{i}-{reference}", lambda: values_of(game, int(free.sum()), reference))

    return Side("shap.Explainer(pipeline)", explain, truth)


def shap_row(task: Task, rows: Sequence[Any], truths: Sequence[Floats], kind: str) -> Side:
    """shap.Explainer(f, background) or KernelExplainer on the network, with the reference rows that ours has.

    f takes what the network takes, as one array; so both games are the same. truths: in the order of the fields.
    """
    import shap
    import torch

    from explain import background

    encoded = [task.encode([task.parse(row)]) for row in rows]
    numbers = encoded[0]["numbers"].shape[1]
    matrix = lambda batch: np.concatenate([batch["numbers"].numpy(), batch["categories"].numpy()], axis=1)  # noqa: E731
    reference = matrix(task.encode(background.of(task).rows().rows))
    columns = [each["name"] for kind in ("number", "category") for each in task.columns if each["kind"] == kind]
    fields = [field.name for field in task.demo.inputs if field.role == "input"]
    order = [columns.index(field) for field in fields]
    best = [task.target(task.predict(row).prediction) for row in rows]

    def explain(i: int) -> Run:
        def f(x: Any) -> Floats:
            tensors = torch.from_numpy(np.asarray(x, np.float32))
            batch = {"numbers": tensors[:, :numbers], "categories": tensors[:, numbers:].long()}
            return task.score(task.forward(batch), [best[i]])[:, 0]

        start = time.perf_counter()
        row = matrix(encoded[i])
        if kind == "Kernel":
            values = shap.KernelExplainer(f, reference, silent=True).shap_values(row, silent=True)[0]
        else:
            values = shap.Explainer(f, reference)(row, silent=True).values[0]
        spent = time.perf_counter() - start
        return Run(values[order], spent, spent, task.dtype)

    return Side(f"shap.{kind}Explainer" if kind else "shap.Explainer(f, background)", explain, truths.__getitem__)


def shap_picture(task: Task, pictures: Sequence[Any], keep: Keep, name: str, cells: Any, blur: str) -> Side:
    """shap.Explainer(f, maskers.Image), 500 evaluations in batches of 50, for the model's first label.

    f takes pictures uint8[m, 224, 224, 3] and gives probabilities. Its values are of pixels: those of a cell are added
    up, and compared with the cell's Shapley value in the game of cells that are blurred as shap blurs them.
    """
    import shap
    import torch
    from PIL import Image

    arrays = [np.asarray(picture.resize((224, 224), Image.Resampling.LANCZOS)) for picture in pictures]
    labels = np.asarray(Image.fromarray(cells).resize((224, 224), Image.Resampling.NEAREST))
    count = int(labels.max()) + 1
    own = task.pipeline

    def f(x: Any) -> Floats:
        with torch.inference_mode():
            images = list(np.asarray(x).astype(np.uint8))
            batch = own.image_processor(images=images, input_data_format="channels_last", return_tensors="pt")
            return own.model(**batch).logits.softmax(-1).double().numpy()

    def explain(i: int) -> Run:
        start = time.perf_counter()
        masker = shap.maskers.Image(blur, arrays[i].shape)
        found = shap.Explainer(f, masker)(
            arrays[i][None], max_evals=500, batch_size=50, outputs=shap.Explanation.argsort.flip[:1], silent=True
        )
        spent = time.perf_counter() - start
        pixels = found.values[0].sum(axis=(2, 3))
        return Run(np.bincount(labels.ravel(), pixels.ravel(), count), spent, spent, task.dtype)

    def truth(i: int) -> Floats:
        hidden = np.asarray(shap.maskers.Image(blur, arrays[i].shape)(np.zeros(arrays[i].size, bool), arrays[i])[0])
        hidden = hidden.reshape(arrays[i].shape)
        label = int(f(arrays[i][None])[0].argmax())

        def game(z: Any) -> Floats:
            shown = np.concatenate([z[j : j + 32][:, labels][..., None] for j in range(0, len(z), 32)])
            parts = [f(np.where(shown[j : j + 32], arrays[i], hidden))[:, label, None] for j in range(0, len(z), 32)]
            return np.concatenate(parts)

        return keep(f"shap-{name}-{i}", lambda: values_of(game, count, 0))

    return Side("shap.Explainer(f, Image masker)", explain, truth)

"""From an input to its answer, and to its explanation, beside the bare pipeline: python tests/benchmarks/latency.py

The work: the first example of each model, answered in five ways that take turns within each round: the forward pass
alone on the preprocessed batch; the bare `pipeline(x)`; `task.predict`, which adds checks, decision and trace; `POST
/api/v1/predict` to `python app.py` on loopback, over one connection that is kept; and the same through Gradio's queue,
as the page and gradio_client go. All five use the same weights, options and threads, and must agree on the answer.

Explanations, with the defaults, are compared with the model's own share of them: the very forward passes that they
make are recorded once and replayed bare. The first figure is compared with the passes up to it.
"""

import argparse
import base64
import mimetypes
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import torch
from bare import agree, bare, bare_input, loaded
from comparison import Comparison, command, turns
from processes import APP, PATIENCE, at_hand, only, served

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not the script of that name beside this file

from explain import Explanation, explain_stream
from inference import demo
from inference.task import Task
from inference.types import Target

ENOUGH = 40
"""Repeats within a round, if they fit `SECONDS`."""
SECONDS = 10.0
"""About what a round of one model may take; at least one repeat is made."""
LONG = 60.0
"""Seconds that all explanations of a model may take; at least one is made."""

Work = Callable[[], Any]
Call = tuple[tuple[Any, ...], dict[str, Any]]


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Each model in turn, one server for all."""
    rows = []
    with (
        served(APP, *only(options.model)) as server,
        httpx.Client(base_url=server.url, timeout=PATIENCE) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        names = at_hand(options.model)
        server.load(names)  # all that app.py loads by itself: nothing may still be loading while we measure
        for name in names:
            task = loaded(name)
            rows += thread.submit(answers, task, client, options.rounds).result()
            rows += thread.submit(explanations, task, options.rounds).result()
    return rows


def answers(task: Task, client: httpx.Client, rounds: int) -> list[Comparison]:
    """The ways to a prediction, each against the bare pipeline."""
    works = ways(task, client)
    longest = max(seconds(work) for work in works.values())
    repeats = max(1, min(ENOUGH, int(SECONDS / len(works) / longest)))
    found: dict[str, list[list[float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, figures in turns({name: timed(work) for name, work in works.items()}, repeats).items():
            found[name].append(figures)
    bare_figures = found.pop("pipeline")
    return [Comparison(f"{task.name}: {name}", found[name], "pipeline(x)", bare_figures, "ms") for name in found]


def ways(task: Task, client: httpx.Client) -> dict[str, Work]:
    """The works by name. Raises SystemExit where two of them disagree."""
    inputs: dict[str, Any] = task.demo.examples[0].to_json()["inputs"]
    value, batch = bare_input(task, inputs), task.encode([task.parse(inputs)])
    body = {"model": task.name, "inputs": sendable(task, inputs)}
    works: dict[str, Work] = {
        "forward pass": lambda: task.pipeline.forward(dict(batch), **task.forward_options),
        "pipeline": lambda: bare(task, value, inputs),
        "task.predict": lambda: task.predict(inputs),
        "POST /api/v1/predict": lambda: client.post("/api/v1/predict", json=body).raise_for_status().json(),
        "Gradio's queue": lambda: queued(client, body),
    }
    prediction = works["task.predict"]().prediction
    if not agree(works["pipeline"](), prediction):
        raise SystemExit(f"{task.name}: the bare pipeline answers differently; this would compare different work.")
    for name in ("POST /api/v1/predict", "Gradio's queue"):
        if works[name]()["prediction"]["items"][0]["id"] != prediction.items[0].id:
            raise SystemExit(f"{task.name}: {name} answers differently; this would compare different work.")
    return works


def sendable(task: Task, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as a program would send them: files as data URIs."""
    values = demo.resolve(task.folder, task.demo, inputs)
    return {name: data_uri(value) if isinstance(value, Path) else value for name, value in values.items()}


def data_uri(file: Path) -> str:
    """A file's bytes as a data URI."""
    return f"data:{mimetypes.guess_type(file)[0]};base64,{base64.b64encode(file.read_bytes()).decode()}"


def queued(client: httpx.Client, body: dict[str, Any]) -> Any:
    """A prediction through Gradio's queue: ask, then listen until it is complete."""
    asked = client.post("/gradio_api/call/predict", json={"data": list(body.values())}).raise_for_status()
    told = client.get(f"/gradio_api/call/predict/{asked.json()['event_id']}").raise_for_status().text
    event, _, data = told.strip().rpartition("data: ")
    if "event: complete" not in event:
        raise SystemExit(f"Gradio's queue gave no answer: {told[:200]}")
    return httpx.Response(200, text=data).json()[0]


def explanations(task: Task, rounds: int) -> list[Comparison]:
    """First and whole explanation, against the forward passes that they make."""
    inputs = task.demo.examples[0].to_json()["inputs"]
    target = task.target(task.predict(inputs).prediction)
    with recorded(task.pipeline.model) as calls:
        stream = explain_stream(task, inputs, target)
        first, until_first = next(stream), len(calls)
        last = [first, *stream][-1]
    works = {
        "figure": lambda: figures(task, inputs, target),
        "bare first": lambda: seconds(lambda: replay(task, calls[:until_first])),
        "bare whole": lambda: seconds(lambda: replay(task, calls)),
    }
    found = turns(works, max(1, min(rounds, int(LONG / last.seconds))))
    return [
        against(task, "first", first, [one for one, _ in found["figure"]], found["bare first"], until_first),
        against(task, "whole", last, [whole for _, whole in found["figure"]], found["bare whole"], len(calls)),
    ]


def against(
    task: Task, which: str, shown: Explanation, ours: list[float], theirs: list[float], passes: int
) -> Comparison:
    """A line of the table, in seconds."""
    what = f"{task.name}: {which} explanation, {shown.evaluations} evaluations of {len(shown.features)} players"
    peer = f"its {passes} forward passes, bare"
    return Comparison(what, [[figure] for figure in ours], peer, [[figure] for figure in theirs], "s")


def figures(task: Task, inputs: Any, target: Target) -> tuple[float, float]:
    """Seconds until the first and until the last explanation."""
    start = time.perf_counter()
    seen = [time.perf_counter() - start for _ in explain_stream(task, inputs, target)]
    return seen[0], seen[-1]


@contextmanager
def recorded(model: torch.nn.Module) -> Iterator[list[Call]]:
    """The arguments of every call of `model` while the block runs."""
    calls: list[Call] = []
    hook = model.register_forward_pre_hook(lambda _, *given: calls.append(given), with_kwargs=True)
    try:
        yield calls
    finally:
        hook.remove()


def replay(task: Task, calls: list[Call]) -> None:
    """The same calls of the model again, and nothing else."""
    with torch.inference_mode():
        for values, named in calls:
            task.pipeline.model(*values, **named)
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def timed(work: Work) -> Callable[[], float]:
    """A work that gives the milliseconds it took."""
    return lambda: 1000 * seconds(work)


def seconds(work: Work) -> float:
    """Run it once; the seconds it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    command(measure, __doc__, rounds=5)

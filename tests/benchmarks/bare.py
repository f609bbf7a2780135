"""The peer of latency and memory: the bare pipeline, on what its caller would hand it, and whether it says the same."""

import math
from typing import Any

import inference
from inference import demo
from inference.task import Task
from inference.types import Prediction


def loaded(name: str) -> Task:
    """The model, after a first answer in this thread; what is timed should run in another one.

    So it is in the app, which computes in many threads. With a single one, OpenMP's runtime lets idle threads spin, and
    on a busy machine, not on an idle one, that made a forward pass several times slower.
    """
    task = inference.load(name)
    task.predict(task.demo.examples[0].inputs)
    return task


def bare_input(task: Task, inputs: dict[str, Any]) -> Any:
    """A picture by its file, a message to a chat model as a conversation, anything else as our own task hands it on."""
    values = demo.resolve(task.folder, task.demo, inputs)
    first = task.demo.inputs[0]
    if first.kind == "image":
        return str(values[first.name])
    value = task.prepare(task.parse(inputs))
    if getattr(task.pipeline.tokenizer, "chat_template", None) and isinstance(value, str):
        return [{"role": "user", "content": value}]
    return value


def bare(task: Task, value: Any, inputs: dict[str, Any] | None = None) -> Any:
    """What the pipeline gives by itself, with the options that the task calls it with (for these inputs)."""
    own = task.options_for(task.parse(inputs)) if inputs else {}
    return task.pipeline(value, **task.options(), **own)


def agree(result: Any, prediction: Prediction) -> bool:
    """Whether a bare pipeline's result and our prediction put the same first: else the work was not the same."""
    first = prediction.items[0]
    if prediction.kind == "value":
        return math.isclose(result["value"], first.score, rel_tol=1e-4)
    if prediction.kind == "text":
        written = result[0]["generated_text"]
        return prediction.text == (written if isinstance(written, str) else written[-1]["content"])
    return first.id in result[0].values()

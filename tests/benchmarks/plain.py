"""The peer of load: a plain `gr.Interface` over the same pipeline, as many write it: plain.py --port N MODEL."""

import os
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import numpy as np
import pandas as pd

import inference
from inference.task import Task

BOXES: dict[str, Callable[[], gr.components.Component]] = {
    "text": gr.Textbox,
    "number": gr.Number,
    "category": gr.Textbox,
    "series": gr.Textbox,
    "audio": gr.Audio,
    "image": lambda: gr.Image(type="pil"),
}


def heard(sound: tuple[int, Any]) -> dict[str, Any]:
    """The samples of gr.Audio as a pipeline of speech takes them."""
    rate, samples = sound
    return {"sampling_rate": rate, "raw": samples.astype(np.float32) / 2**15}


def columns(csv: str) -> dict[str, Any]:
    """A series as its pipeline takes it."""
    return {"series": {name: column.tolist() for name, column in pd.read_csv(StringIO(csv)).items()}}


READ: dict[str, Callable[[Any], Any]] = {"audio": heard, "series": columns}
"""What must be done to a box's value before the pipeline takes it."""


def interface(task: Task) -> gr.Interface:
    """A box a field, the pipeline's own call, its result as JSON."""
    fields = task.demo.inputs

    def ask(*values: Any) -> Any:
        read = [READ.get(field.kind, lambda value: value)(value) for field, value in zip(fields, values, strict=True)]
        value = read[0] if len(read) == 1 else dict(zip([field.name for field in fields], read, strict=True))
        return task.pipeline(value, **task.options())

    return gr.Interface(ask, [BOXES[field.kind]() for field in fields], gr.JSON(), api_name="predict")


if __name__ == "__main__":
    interface(inference.load(sys.argv[3])).queue(max_size=None).launch(server_port=int(sys.argv[2]), ssr_mode=False)

"""The peer of load: a plain `gr.Interface` over the same pipeline, as many write it: plain.py --port N MODEL."""

import os
import sys
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

import inference
from inference.task import Task

BOXES = {"text": gr.Textbox, "number": gr.Number, "category": gr.Textbox}


def interface(task: Task) -> gr.Interface:
    """A box a field, the pipeline's own call, its result as JSON."""
    fields = task.demo.inputs
    boxes = [gr.Image(type="pil") if field.kind == "image" else BOXES[field.kind]() for field in fields]

    def ask(*values: Any) -> Any:
        value = values[0] if len(values) == 1 else dict(zip([field.name for field in fields], values, strict=True))
        return task.pipeline(value, **task.options())

    return gr.Interface(ask, boxes, gr.JSON(), api_name="predict")


if __name__ == "__main__":
    interface(inference.load(sys.argv[3])).queue(max_size=None).launch(server_port=int(sys.argv[2]), ssr_mode=False)

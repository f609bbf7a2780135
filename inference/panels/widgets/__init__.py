"""How each kind of field is entered: one widget a kind, one file each. A widget knows no task."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from .audio import audio
from .category import category
from .history import history
from .image import image
from .labels import labels
from .messages import messages
from .number import number
from .scene import scene
from .series import series
from .text import text

WIDGETS: dict[str, Callable[[Any, dict[str, Any]], gr.components.Component]] = {
    "text": text,
    "image": image,
    "audio": audio,
    "number": number,
    "category": category,
    "history": history,
    "labels": labels,
    "messages": messages,
    "scene": scene,
    "series": series,
}
"""By kind: from the field and what every component takes (label, value, key, …) to the component."""

SILENT = {"image", "audio", "messages"}
"""Kinds whose component has no place for the field's description: it stands above the form."""

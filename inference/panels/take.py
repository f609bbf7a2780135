"""What a visitor can take along: a case as a link, a picture, JSON or on paper, and its question for a program."""

import json
import shlex
from collections.abc import Mapping
from html import escape
from typing import Any

from ..demo import Demo
from ..serving.paths import PREFIX

ORIGIN = "http://127.0.0.1:7860"
"""Stands for the page's own address, which page.js puts in."""
FILES = {"image": "photo.jpg", "audio": "speech.wav"}
"""What is sent as a file, by kind of field, and what such a file may be called."""


def take(name: str, about: Demo, inputs: Mapping[str, Any]) -> str:
    """The card under an answered case."""
    files = {field.name: FILES[field.kind] for field in about.inputs if field.kind in FILES}
    asked = {"model": name, "inputs": {key: value for key, value in inputs.items() if key not in files}}
    pictures = [field.name for field in about.inputs if field.kind == "image"]
    saved = escape(json.dumps({**asked, "pictures": pictures}))
    buttons = "".join(
        f'<button type="button" data-save="{kind}">{label}</button>'
        for kind, label in (("png", "Save as PNG"), ("json", "Save as JSON"), ("print", "Print"))
    )
    link = '<button type="button" data-link>Copy link</button>'
    samples = "".join(
        f'<figure class="code"><figcaption>{title}<button type="button" class="copy">Copy</button></figcaption>'
        f'<pre tabindex="0" role="region" aria-label="{title}"><code>{escape(text)}</code></pre></figure>'
        for title, text in (("Shell", curl(asked, files)), ("Python", python(asked, files)))
    )
    return (
        f'<div class="card take" role="region" aria-label="Take it along" data-asked="{saved}">'
        f'<h2 class="eyebrow">Take this case along</h2><p class="buttons">{link}{buttons}</p>'
        '<p class="link" role="status" hidden></p>'
        f"<details><summary>Ask the same from a program</summary>{samples}</details></div>"
    )


def curl(asked: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """The same prediction by curl; pictures and recordings are files."""
    if not files:
        body = shlex.quote(json.dumps(asked, ensure_ascii=False))
        return f"curl {ORIGIN}{PREFIX}/predict -H 'content-type: application/json' \\\n     -d {body}"
    given = f" -F inputs={shlex.quote(json.dumps(asked['inputs']))}" if asked["inputs"] else ""
    sent = "".join(f" -F {shlex.quote(f'{field}=@{file}')}" for field, file in files.items())
    return f"curl {ORIGIN}{PREFIX}/predict -F model={shlex.quote(asked['model'])}{given}{sent}"


def python(asked: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """The prediction and its explanation by gradio_client, which comes with gradio."""
    inputs = ", ".join(
        [f"{name!r}: {value!r}" for name, value in asked["inputs"].items()]
        + [f"{field!r}: handle_file({file!r})" for field, file in files.items()]
    )
    return (
        f"from gradio_client import Client{', handle_file' if files else ''}\n\n"
        f"client = Client({ORIGIN!r})\n"
        f"inputs = {{{inputs}}}\n"
        f"answer = client.predict({asked['model']!r}, inputs, api_name='/predict')\n"
        f"reasons = client.predict({asked['model']!r}, inputs, api_name='/explain')\n"
    )

"""A model asked of the local hub, and in which words it is refused."""

import io
import json
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
from hub import Hub, Repo
from PIL import Image

from inference import hub, registry
from inference.errors import SeeWhyError

NAME = "someone/tiny"
WEIGHTS = "model.safetensors"
TEXT = {"text": "Win a free voucher today"}


def at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What HF_ENDPOINT would do, which is read when huggingface_hub is imported."""
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def fetch(spec: str = NAME, **options: Any) -> Path:
    return hub.fetch(spec, registry.examine, **options)


def refused(kind: type[SeeWhyError], spec: str = NAME, **options: Any) -> str:
    with pytest.raises(kind) as error:
        fetch(spec, **options)
    assert type(error.value) is kind
    return str(error.value)


def demo_of(server: Hub) -> dict[str, Any]:
    """Give the model a demo.json that names a picture and reference rows, and both files."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    text = {"kind": "text", "name": "text", "label": "Note"}
    image = {"kind": "image", "name": "image", "label": "Beside it"}
    about = {
        "version": 1,
        "task": "text-classification",
        "title": "Their own title",
        "summary": "Their own words.",
        "fields": [text, image],
        "examples": [{"title": "One", "inputs": {**TEXT, "image": "photos/a.png"}}],
        "background": "rows.csv",
    }
    rows = {"rows.csv": b"text,image\n", "photos/a.png": picture.getvalue(), "photos/unnamed.png": b"unnamed"}
    server.repos[NAME].files |= {"demo.json": json.dumps(about).encode(), **rows}
    return about


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def unreachable(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "http://127.0.0.1:9")


def parts(repo: Repo, part: str) -> None:
    del repo.files[WEIGHTS]
    repo.files[f"{WEIGHTS}.index.json"] = json.dumps({"weight_map": {"a": part}}).encode()

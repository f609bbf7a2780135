"""What a REST request has in its body, as a record. Knows no endpoint."""

import base64
import json
from typing import Any, TypeVar

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from ..errors import InputError
from ..types import Record

Asked = TypeVar("Asked", bound=Record)


async def read(request: Request, kind: type[Asked]) -> Asked:
    """The body as a `kind`. Raises InputError, or HTTPException 400 for damaged JSON, 415 for another media type."""
    media = media_of(request)
    if media == "multipart/form-data":
        return kind.from_json(await read_form(request))
    if media != "application/json":
        raise HTTPException(415, f"Send application/json or multipart/form-data, not {media[:80]}.")
    return kind.from_json(damaged_or(await request.body(), "The body"))


def media_of(request: Request) -> str:
    """The type of the body; JSON unless it says otherwise."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


async def read_form(request: Request) -> dict[str, Any]:
    """A form's parts, its files as data URIs among the inputs."""
    async with request.form(max_files=8, max_fields=16) as form:
        parts = {name: value for name, value in form.items() if isinstance(value, str)}
        inputs = damaged_or(parts.pop("inputs", "{}"), "The part inputs")
        if not isinstance(inputs, dict):
            raise InputError("The part inputs must be a JSON object keyed by field name.")
        for name, value in form.items():
            if isinstance(value, UploadFile):
                data = base64.b64encode(await value.read()).decode()
                inputs[name] = f"data:{value.content_type or 'application/octet-stream'};base64,{data}"
    if parts.get("target", "").startswith("{"):
        return {**parts, "target": damaged_or(parts["target"], "The part target"), "inputs": inputs}
    return {**parts, "inputs": inputs}


def damaged_or(text: bytes | str, what: str) -> Any:
    """Parsed JSON. Raises HTTPException 400."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HTTPException(400, f"{what} is no valid JSON.") from None


async def read_file(request: Request, kind: type[Asked]) -> tuple[Asked, tuple[bytes, str]]:
    """The parts of a form as a `kind`, each of them JSON or a plain word, and the bytes and the name of its `file`.

    Raises InputError, or HTTPException 415 for another media type.
    """
    media = media_of(request)
    if media != "multipart/form-data":
        raise HTTPException(415, f"Send multipart/form-data with the file as the part file, not {media[:80]}.")
    async with request.form(max_files=1, max_fields=16) as form:
        parts = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InputError("The part file is missing: send a CSV, Parquet, ZIP or TXT file under this name.")
        data, title = await file.read(), file.filename or ""
    return kind.from_json({name: json_or_word(value) for name, value in parts.items()}), (data, title)


def json_or_word(text: str) -> Any:
    """`true` and `{"text": "review"}` as JSON has them, any other word as it is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, bool | dict) else text

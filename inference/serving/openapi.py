"""The OpenAPI document of the API: what FastAPI finds of the routes, and beside it what each call answers and how it
may be refused. Knows no page.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from ..demo import Demo
from ..history.labelled import MIMES
from ..recording import Tick
from ..study.sent_evaluation import Evaluation
from ..study.sent_inspection import Inspection
from ..types import Answer
from .catalogue import Catalogue
from .endpoints import Endpoints
from .paths import PREFIX

ABOUT = (
    "Predictions, decisions and reasons of the models on offer. Inputs are objects keyed by the names of a model's "
    "fields, as `models` lists them; pictures and recordings travel as data URIs, or as files of a form. Streams are "
    'NDJSON: a JSON object a line, the last of which is `{"detail": …}` where something went wrong on the way. Where '
    "names and passwords are asked for, they come by HTTP Basic: turns, rates and explanations that are remembered are "
    "then that person's, on the page and here alike."
)
JSON, NDJSON = "application/json", "application/x-ndjson"
STREAMS = ("summary", "play")
"""Calls that answer with a stream, beside those that end in /stream."""
FILES: dict[str, Any] = {"text/csv": {"type": "string"}, "application/vnd.apache.parquet": {"type": "string"}}
OWN: dict[str, Any] = {"predict": Answer, "evaluate": Evaluation, "inspect": Inspection, "play": Tick}
"""Types of the answers that this package knows, by call."""
REFUSALS = {
    400: "the body is damaged",
    401: "asked for are a name and a password, by HTTP Basic, or the presenter's token, as Bearer or X-Seewhy-Token",
    403: "a page of another site asks",
    404: "no such model, or not offered here",
    413: "the body is too large",
    415: "a body of another media type",
    422: "the input cannot be used; `detail` says why",
    500: "a fault of the model, or ours; then `detail` has an id to quote",
    429: "too many from this address; Retry-After says when to try again",
    503: "too many at once; Retry-After says when to try again",
}
ALWAYS = (401, 403, 429, 500, 503)
"""How a call without a body may be refused, too."""
REFUSAL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
MODELS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "task": {"type": "string"},
            "title": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "object"}},
            "examples": {"type": "array", "items": {"type": "object"}},
            "recording": {"type": ["integer", "null"]},
        },
        "required": ["name", "task", "title", "fields", "examples", "recording"],
    },
}
MORE: dict[str, dict[str, Any]] = {
    "check": {"check": "faithfulness"},
    "compare": {"variant": "bfloat16"},
    "explain": {"evaluations": 64},
}
"""What an example of a call says beside the model and its input."""


def describe(app: FastAPI, endpoints: Endpoints) -> None:
    """Let the application answer with this document."""

    @cache
    def document() -> dict[str, Any]:
        found = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
        return completed(found, {**OWN, **endpoints.streams.answers}, dict(examples(endpoints.catalogue)))

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way


def completed(document: dict[str, Any], types: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """The document with the schemas of answers, and how each call may be refused.

    types: of the answers, by call. example: what every call with an input may be asked.
    """
    schemas, shared = schemas_of(types)
    for path, calls in document["paths"].items():
        name = path.removeprefix(f"{PREFIX}/")
        for method, call in calls.items():
            operation = f"{method}_{name}" if len(calls) > 1 and method != "post" else name
            call["operationId"], call["summary"] = operation.replace("/", "_"), call.pop("description", "")
            statuses = REFUSALS if call.keys() & {"requestBody", "parameters"} else ALWAYS
            call["responses"] = {"200": {"description": "the answer", "content": contents(operation, schemas)}}
            call["responses"] |= {str(status): refused(status) for status in statuses}
            body = call.get("requestBody", {}).get("content", {}).get(JSON, {})
            if example and "inputs" in body.get("schema", {}).get("properties", {}):
                body["example"] = {**example, **MORE.get(name.partition("/")[0], {})}
    schemes = {"basic": {"type": "http", "scheme": "basic"}, "presenter": {"type": "http", "scheme": "bearer"}}
    return {**document, "components": {"schemas": {**shared, "Refusal": REFUSAL}, "securitySchemes": schemes}}


def schemas_of(types: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of each call's answer, and what these share."""
    mode: Literal["serialization"] = "serialization"
    adapters = [(name, mode, TypeAdapter(kind)) for name, kind in types.items()]
    found, shared = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    schemas = {name: schema for (name, _), schema in found.items()}
    return {**schemas, "models": MODELS}, shared.get("$defs", {})


def contents(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """What a call answers, by media type. Of a stream's lines only the last has the schema; the document says none."""
    if name == "get_feedback":
        return {media.partition(";")[0]: {"schema": {"type": "string"}} for media in MIMES.values()}
    if name == "batch":
        return {NDJSON: {"schema": {"type": "object"}}} | {media: {"schema": one} for media, one in FILES.items()}
    if name.endswith("/stream") or name in STREAMS:
        return {NDJSON: {"schema": {"type": "object"}}}
    return {JSON: {"schema": schemas.get(name, {})}}


def refused(status: int) -> dict[str, Any]:
    """A refusal as the document has it."""
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"description": REFUSALS[status], "content": {JSON: {"schema": schema}}}


def examples(catalogue: Catalogue) -> Iterator[tuple[str, Any]]:
    """The model and the input of an example without files, if there is one."""
    for name, about in catalogue.demos.items():
        if about.examples and not has_files(about):
            yield "model", name
            yield "inputs", about.examples[0].inputs
            return


def has_files(about: Demo) -> bool:
    """Whether a model takes pictures or recordings."""
    return any(field.kind in ("image", "audio") for field in about.inputs)

"""The API for people to read: the OpenAPI document as one page, which asks no other host. Knows no endpoint."""

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from ..models import ASSETS
from .paths import PREFIX

SERVER = "http://127.0.0.1:7860"
STYLE = (ASSETS / "reference.css").read_text(encoding="utf-8")
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SeeWhy · the API</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)


def page(document: dict[str, Any], server: str = SERVER) -> str:
    """Each call with what it takes, what it answers and how it may be refused; its examples ask `server`."""
    calls = [(path, method, call) for path, methods in document["paths"].items() for method, call in methods.items()]
    index = "".join(
        f'<li><a href="#{call["operationId"]}">{escape(shortened(path))}</a></li>' for path, _, call in calls
    )
    body = "".join(called(*each) for each in calls).replace(SERVER, escape(server))
    shared = "".join(record(name, schema) for name, schema in document["components"]["schemas"].items())
    return (
        f"{HEAD}<style>{STYLE}</style></head><body><header><h1>{escape(document['info']['title'])}: the API</h1>"
        f"<p>{prose(document['info']['description'])}</p>"
        '<p>The same for programs: <a href="openapi.json">openapi.json</a>. <a href="../../">Back to the page</a></p>'
        f'</header><nav aria-label="Calls"><ul>{index}</ul></nav>'
        f"<main>{body}<h2>Records</h2>{shared}</main></body></html>"
    )


def shortened(path: str) -> str:
    """A path without what all begin with."""
    return path.removeprefix(f"{PREFIX}/")


def called(path: str, method: str, call: dict[str, Any]) -> str:
    """One call."""
    content = call.get("requestBody", {}).get("content", {})
    takes = parameters(call.get("parameters", ())) + "".join(taken(media, each) for media, each in content.items())
    rest = {status: each for status, each in call["responses"].items() if status != "200"}
    refusals = "".join(answered(status, each) for status, each in rest.items())
    return (
        f'<section id="{call["operationId"]}"><h2><code><b>{method.upper()}</b> {escape(path)}</code></h2>'
        f"<p>{prose(call['summary'])}</p>{takes}"
        f"<table><caption>Answers</caption><tbody>{answered('200', call['responses']['200'])}</tbody></table>"
        f"<details><summary>May be refused with {', '.join(rest)}</summary>"
        f"<table><tbody>{refusals}</tbody></table></details>"
        f"{sample(path, content)}</section>"
    )


def parameters(given: Iterable[dict[str, Any]]) -> str:
    """What stands in the address or the head of a request."""
    lines = "".join(
        f"<tr><th><code>{escape(each['name'])}</code></th><td>{escape(each['in'])}</td>"
        f"<td>{'needed' if each.get('required') else ''}</td><td>{prose(each.get('description', ''))}</td></tr>"
        for each in given
    )
    return f"<table><caption>Parameters</caption><tbody>{lines}</tbody></table>" if lines else ""


def taken(media: str, content: dict[str, Any]) -> str:
    """What a body holds, of one media type."""
    return f"<table><caption>{escape(media)}</caption><tbody>{''.join(rows(content['schema']))}</tbody></table>"


def rows(schema: dict[str, Any]) -> Iterator[str]:
    """A line for each property: its name, its type, and what it is where that is not asked for."""
    for name, each in schema.get("properties", {}).items():
        needed = "needed" if name in schema.get("required", ()) else ""
        if "default" in each and not needed:
            needed = f"default {escape(json.dumps(each['default']))}"
        told = prose(each.get("description", ""))
        yield f"<tr><th><code>{escape(name)}</code></th><td>{typed(each)}</td><td>{needed}</td><td>{told}</td></tr>"


def typed(schema: dict[str, Any]) -> str:
    """A type in a few words; a record leads to where it is described."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{escape(name)}">{escape(name)}</a>'
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(typed(each) for each in schema[key])
    if "enum" in schema or "const" in schema:
        return " or ".join(escape(json.dumps(each)) for each in schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", "anything")
    kind = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    inner = schema.get("items") or next(iter(schema.get("prefixItems", ())), None)
    if kind == "array" and inner:
        return f"array of {typed(inner)}"
    return "file" if schema.get("format") == "binary" else escape(kind)


def answered(status: str, answer: dict[str, Any]) -> str:
    """A status, and what comes with it."""
    kinds = "".join(f"<div>{escape(media)}: {typed(each['schema'])}</div>" for media, each in answer["content"].items())
    return f"<tr><th><code>{status}</code></th><td>{prose(answer['description'])}</td><td>{kinds}</td></tr>"


def sample(path: str, content: dict[str, Any]) -> str:
    """The call with its example, for a shell."""
    example = content.get("application/json", {}).get("example")
    if example is None:
        return ""
    body = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
    code = f"curl {SERVER}{path} -H 'content-type: application/json' \\\n     -d '{body}'"
    return f'<pre tabindex="0" aria-label="Example"><code>{escape(code)}</code></pre>'


def record(name: str, schema: dict[str, Any]) -> str:
    """A type that answers share."""
    told = prose(schema.get("description", "").partition("\n\n")[0])
    table = f"<table><tbody>{''.join(rows(schema))}</tbody></table>" if schema.get("properties") else ""
    return f'<section id="{escape(name)}"><h3>{escape(name)}</h3><p>{told}</p>{table}</section>'


def prose(text: str) -> str:
    """A sentence in which `code` is marked as such."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))

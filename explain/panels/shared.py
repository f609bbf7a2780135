"""A case as a link, made and opened again: what page.js needs for an address, and what a form starts with."""

import base64
import binascii
import hashlib
import json
import mimetypes
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from inference.errors import InputError
from inference.fields import AnyField
from inference.metadata import stripped
from inference.panels.asking import Values
from inference.panels.entered import entered
from inference.revision import revision
from inference.serving.endpoints import Endpoints
from inference.serving.links import Shared
from inference.serving.reports import report
from inference.types import Target

from .case import Case

MARK = "case"
"""What the address calls a link: `?model=NAME&case=TOKEN`."""
FILES = {"image": "picture", "audio": "recording"}
"""Kinds of field whose values are files, and what such a file is called."""
CHANGED = "The model is no longer the one that the link was made with: its answer may be another."


@dataclass(frozen=True)
class Reopened:
    """A case out of a link. values, others: of its input and of the one it was compared with, as the widgets take them,
    in the order of the fields.
    """

    case: Shared
    values: list[Any]
    others: list[Any]
    changed: bool

    @property
    def target(self) -> Target | None:
        """Whose score was explained."""
        return self.case.target

    def note(self, asked: bool) -> str:
        """What is shown, for people; where it is `asked`, page.js asks about it at once."""
        said = f" <b>{escape(CHANGED)}</b>" if self.changed else ""
        return f'<p class="opened"{" data-ask" if asked else ""}>Opened from a link.{said}</p>'


def reopened(endpoints: Endpoints, name: str, token: str) -> Reopened:
    """The case of a link. Raises InputError."""
    case = endpoints.links.open(token)
    if case.model != name:
        raise InputError("This link belongs to another model: its address was changed.")
    about, state = endpoints.catalogue.about(name), revision(endpoints.catalogue.folders[name])
    values = shown(about.inputs, case.inputs)
    others = values if case.other_inputs is None else shown(about.inputs, case.other_inputs)
    return Reopened(case, values, others, case.revision != state)


def shown(fields: Sequence[AnyField], inputs: dict[str, Any]) -> list[Any]:
    """Inputs as the widgets take them. Raises InputError."""
    return [widget_value(field, inputs.get(field.name)) for field in fields]


def widget_value(field: AnyField, value: Any) -> Any:
    """A value as its widget takes it; a file to the byte, so that it gets the same answer."""
    if value is None:
        return field.default if field.role == "setting" else None
    return placed(field, value) if field.kind in FILES else entered(field, field.parse(value))


def placed(field: AnyField, uri: str) -> str:
    """A data URI as a file among the uploads, which goes with the others; the same one, however often it is opened.

    Raises InputError.
    """
    head, _, body = uri.partition(",")
    media = head.removeprefix("data:").partition(";")[0]
    try:
        data = base64.b64decode(body, validate=True)
    except binascii.Error:
        raise InputError(f"{field.label} of this link is damaged.") from None
    folder = Path(get_upload_folder()) / hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    file, fresh = folder / f"{FILES[field.kind]}{mimetypes.guess_extension(media) or ''}", folder / secrets.token_hex(8)
    fresh.write_bytes(data)
    os.replace(fresh, file)  # whole for whoever has it open already, and new for whoever deletes what is old
    return str(file)


def link(case: Case, values: Values) -> str:
    """A link to the values of a form and to what is explained of them, as JSON for page.js."""
    known = case.explained()
    target = known.explanation.target if known else None
    return made(case.endpoints, case.name, values, target=target)


def made(endpoints: Endpoints, name: str, values: Values, others: Values | None = None, **more: Any) -> str:
    """A link to values of a model's fields, and to others where they are compared with these; as JSON for page.js.

    more: as in `Shared`. What is wrong comes as `problem`.
    """
    try:
        fields = endpoints.catalogue.about(name).inputs
        inputs, state = sent(fields, values), revision(endpoints.catalogue.folders[name])
        also = None if others is None else sent(fields, others)
        case = Shared(model=name, inputs=inputs, revision=state, other_inputs=also, **more)
        token = endpoints.links.make(case)
        asked = {"model": name, MARK: token.text}
        said = words(token.until, endpoints.links.lasting)
        return json.dumps({"query": asked, "view": case.view, "words": said, "space": os.environ.get("SPACE_ID")})
    except Exception as error:
        return json.dumps({"problem": report(error).message})


def words(until: float | None, lasting: bool) -> str:
    """Who can see what is in a link, and how long."""
    day = time.strftime("%d %B %Y", time.gmtime(until)).lstrip("0")
    where = "What you entered is in the link itself." if until is None else f"What you entered is kept until {day}."
    return f"{where} Whoever has the link can see it{'' if lasting else ', until this server is started anew'}."


def sent(fields: Sequence[AnyField], values: Values) -> dict[str, Any]:
    """Values of widgets as a program would send them. Raises InputError."""
    given = {field.name: (field, value) for field, value in zip(fields, values, strict=True) if value is not None}
    return {name: data_uri(field, value) if field.kind in FILES else value for name, (field, value) in given.items()}


def data_uri(field: AnyField, value: Any) -> str:
    """A file as a data URI, without what a camera writes beside the pixels. Raises InputError."""
    if isinstance(value, str) and value.startswith("data:"):
        return value
    try:
        data = Path(value).read_bytes()
    except OSError:
        raise InputError(f"{field.label} is no longer here: send it again.") from None
    media = mimetypes.guess_type(str(value))[0] or "application/octet-stream"
    return f"data:{media};base64,{base64.b64encode(stripped(data)).decode()}"

"""A row of a file that an address opens as a case, `STUDY-NUMBER`: its values for a form, and a line that says so."""

from dataclasses import dataclass
from html import escape
from typing import Any

from inference.errors import InputError
from inference.panels.entered import entered
from inference.serving.endpoints import Endpoints
from inference.study.reading import Study
from inference.types import Target


@dataclass(frozen=True)
class Opened:
    """A row of a file that was read."""

    study: Study
    number: int
    values: list[Any]
    """As the widgets take them, in the order of the fields."""
    target: Target | None = None
    """Whose score to explain, where that is said."""

    def note(self, asked: bool) -> str:
        """Which row is shown, for people; where it is `asked`, page.js asks about it at once."""
        truth = self.study.truth(self.number)
        said = f", where the file says <b>{escape(truth)}</b>" if truth else ""
        mark = " data-ask" if asked else ""
        return f'<p class="opened"{mark}>Row {self.number:,} of {escape(self.study.title)}{said}</p>'


def opened(endpoints: Endpoints, name: str, row: str) -> Opened:
    """The row that an address names. Raises InputError."""
    of, _, number = row.partition("-")
    study = endpoints.studies.get(of)
    if study.model != name or not (number.isdecimal() and len(number) < 10):
        raise InputError("This address names no row of a file; open one from its table.")
    inputs, about = study.inputs(int(number)), endpoints.catalogue.about(name)
    return Opened(study, int(number), [entered(field, inputs[field.name]) for field in about.inputs])

"""What the Compare screen of one model shows, as HTML again and again while the work goes on. It places nothing."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, cast

from inference.errors import InputError, SeeWhyError
from inference.panels.answer import failure
from inference.panels.form import example_values
from inference.panels.opening import FIRST, Opening, Upload
from inference.panels.waiting import awaited, how_far, ongoing, standing
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.study import mapping, variants
from inference.study.exporting import NEEDED
from inference.study.reading import Progress as Rows
from inference.study.reading import Study
from inference.study.source import open_source
from inference.study.variants import REFERENCE

from ..comparison import Comparison, shape
from ..types import Progress
from ..variation import Differing, Stage, Variation
from . import shared
from .beside import Seen, beside
from .opened import opened
from .roster import differing, roster

LINK = "case."
"""Before the token of a link, in the address."""
INPUTS = "inputs"
"""The choice of another input of the same model."""
ROWS = 200
"""Of the model's own labelled rows, so many are asked for the table of variants."""
EXPLAINED = 6
"""And so many are explained."""


class Comparing:
    """What the screen of one model shows."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.catalogue = endpoints.catalogue
        self.about, self.folder = self.catalogue.about(name), self.catalogue.folders[name]
        self.others: list[Any] | None = None
        """What the other input begins with, where a link says so."""
        self.opening = Opening(endpoints, name, truth=True)
        self.rows = [example_values(self.folder, self.about, example) for example in self.about.examples]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What the model can be compared with: its variants, other models of the same fields, another input."""
        made = [(f"A variant: {each}, {variants.about(each)}", f"variant:{each}") for each in variants.VARIANTS]
        others = [
            (f"Another model: {about.title}", f"other:{each}")
            for each, about in self.catalogue.demos.items()
            if each != self.name and about.task == self.about.task and shape(about) == shape(self.about)
        ]
        return [*made[1:], *others, ("The same model, another input", INPUTS)]

    @property
    def has_onnx(self) -> bool:
        """Whether what ONNX needs is installed."""
        return all(find_spec(each) for each in NEEDED)

    def start(self, of: str) -> tuple[Sequence[Any], str, str]:
        """The values that the form starts with, what is compared with, and what to say of both."""
        than, values = self.choices[0][1], self.rows[0] if self.rows else [field.default for field in self.about.inputs]
        if of.startswith(LINK):
            return self.reopened(of.removeprefix(LINK), values, than)
        token, number, asked, *_ = *of.split("-", 2), "", ""
        if not token:
            return values, than, ""
        try:
            found = opened(self.endpoints, self.name, f"{token}-{number}")
        except SeeWhyError as error:
            return values, than, failure(str(error))
        return found.values, asked if asked in [value for _, value in self.choices] else than, found.note(asked=False)

    def reopened(self, token: str, values: Sequence[Any], than: str) -> tuple[Sequence[Any], str, str]:
        """As `start`, for a link."""
        try:
            found = shared.reopened(self.endpoints, self.name, token)
        except SeeWhyError as error:
            return values, than, failure(str(error))
        self.others, asked = found.others, found.case.than
        known = asked in [value for _, value in self.choices]
        return found.values, asked if known else than, found.note(asked=known)

    def linked(self, _: str, than: str, *values: Any) -> str:
        """A link to one case compared."""
        half = len(values) // 2
        others = values[half:] if than == INPUTS else None
        return shared.made(self.endpoints, self.name, values[:half], others, view="compare", than=than)

    def case(self, than: str, *values: Any) -> Iterator[str]:
        """One case asked twice: both answers first, then the reasons."""
        half = len(values) // 2
        inputs, other_inputs = self.inputs(values[:half]), self.inputs(values[half:])
        shown = ""
        try:
            yield from self.loaded()
            yield busy("Asking both")
            other, variant = parts(than)
            given = other_inputs if than == INPUTS else None
            for found in self.endpoints.comparisons(self.name, inputs, other, variant, given):
                if isinstance(found, Waiting):
                    yield shown + standing(found)
                elif isinstance(found, Comparison):
                    shown = self.drawn(found, than, inputs, given)
                    yield shown + ("" if found.first.explanation else busy("Asking both what they used"))
                else:
                    progress = cast(Progress, found)
                    yield shown + busy("Asking both what they used", progress.done, progress.total)
        except Exception as error:
            yield shown + failure(report(error).message)

    def drawn(self, found: Comparison, than: str, inputs: dict[str, Any], given: dict[str, Any] | None) -> str:
        """Both sides."""
        other, variant = parts(than)
        about = self.catalogue.about(other) if other else self.about
        first, second = (self.about.title, about.title) if other else ("This input", "The other input")
        if variant:
            first, second = REFERENCE, variant
        raws = [self.catalogue.task(self.name).parse(each) for each in (inputs, given or inputs)]
        return beside(found, Seen(first, self.about, raws[0]), Seen(second, about, raws[1]))

    def file(self, than: str, upload: Upload, sent: str) -> Iterator[str]:
        """A file asked twice: how the reading and the asking go, and last how far both agree."""
        try:
            if upload.source is None:
                raise InputError(FIRST)
            if than == INPUTS:
                raise InputError("A file holds many inputs already: choose a variant or another model to compare with.")
            yield from self.loaded()
            study: Study | None = None
            columns = self.opening.chosen(upload, sent)
            for part in self.endpoints.reads(self.name, upload.source, columns, upload.title):
                if isinstance(part, Study):
                    study = part
                elif not isinstance(part, str):
                    yield reading("Reading the file", part)
            assert study is not None  # the stream's last part
            token = self.endpoints.studies.put(study)
            for found in self.endpoints.differences(self.name, *parts(than), study):
                if isinstance(found, Differing):
                    yield differing(found, f"{self.name}#compare-{token}-{{}}-{than}", self.about.unit)
                elif isinstance(found, Waiting):
                    yield standing(found)
                elif isinstance(found, Stage):
                    yield busy(found.what, found.done, found.total)
        except Exception as error:
            yield failure(report(error).message)

    def table(self, names: list[str]) -> Iterator[str]:
        """The table of variants as it grows."""
        shown = ""
        try:
            yield from self.loaded()
            raws, truth = yield from self.sample()
            chosen = [REFERENCE, *names]
            for found in self.endpoints.variations(self.name, raws, truth, chosen, explained=EXPLAINED):
                if isinstance(found, Variation):
                    shown = roster(found, self.about.unit)
                    yield shown
                elif isinstance(found, Waiting):
                    yield standing(found) + shown
                elif isinstance(found, Stage):
                    yield busy(found.what, found.done, found.total) + shown
        except Exception as error:
            yield shown + failure(report(error).message)

    def sample(self) -> Any:
        """Inputs for the table, with their truth: some of the model's own rows, else its examples."""
        task = self.catalogue.task(self.name)
        if self.opening.own is None or not self.about.evaluation:
            return [task.parse(example.inputs) for example in self.about.examples], None
        source = open_source(self.opening.own)
        for part in self.endpoints.reads(self.name, source, mapping.guess(self.about, source.columns)):
            if isinstance(part, Study):
                results = part.results
            elif not isinstance(part, str):
                yield reading("Reading the model's own rows", part)
        step = max(1, len(results.raws) // ROWS)
        return results.raws[::step][:ROWS], None if results.truth is None else results.truth[::step][:ROWS]

    def loaded(self) -> Iterator[str]:
        """How the loading goes, if the model is not in memory."""
        yield from awaited(lambda: self.catalogue.task(self.name), "Loading the model")

    def inputs(self, values: Sequence[Any]) -> dict[str, Any]:
        """The values by field name."""
        return dict(zip([field.name for field in self.about.inputs], values, strict=True))


def parts(than: str) -> tuple[str | None, str | None]:
    """What a choice names: another model, a variant, or neither."""
    kind, _, name = than.partition(":")
    return (name if kind == "other" else None), (name if kind == "variant" else None)


def reading(what: str, part: Rows | Waiting) -> str:
    """How far a file has been read, or how it stands in the queue."""
    return standing(part) if isinstance(part, Waiting) else busy(what, part.done, part.total)


def busy(what: str, done: int = 0, total: int | None = None) -> str:
    """What is under way, and how far it has come, as HTML."""
    return ongoing(what, how_far(what, share=done / total if total else None))

"""What a report is put together from: the sections of Evaluate, what the model goes by, some errors, their origin."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime

from inference import models
from inference.demo import FILE
from inference.errors import InputError
from inference.study import evaluation
from inference.study.digest import sha256
from inference.study.mapping import Columns
from inference.study.reading import Study, read
from inference.study.source import Source
from inference.task import Task

from .. import modelcard
from ..report import LIMITS, report
from ..summary import Doing, Summary, whole
from . import errors
from .sections import goes_by, identity, removal
from .sections.every import SECTIONS, printed
from .sections.measures import amount
from .sections.section import Judged


def reported(
    judged: Judged, sample: int | None = None, today: date | None = None, also: Sequence[str] = ()
) -> Iterator[Doing | str]:
    """How far it has come, and last the report as HTML. sample: rows explained, where none are yet. also: which of
    LONG to do for it. Raises InputError.
    """
    for name in also:
        yield from LONG[name](judged)
    if not goes_by.printed(judged):
        yield from explained(judged, sample)
    mistakes, shown = errors.worst(judged), list[str]()
    for html in errors.opened(judged, mistakes):
        shown.append(html)
        yield Doing("Explaining errors", len(shown), len(mistakes), "errors")
    sections = [(section.id, printed(section, judged)) for section in SECTIONS]
    made, about = today or datetime.now(UTC).date(), judged.task.demo
    facts = facts_of(judged.task, judged.study, made)
    card = modelcard.section(facts, measures(judged), judged.study.found.get(goes_by.TOLD, ""), LIMITS, made)
    yield report(about.title, facts, [*titled(sections), ("Some of its errors", errors.section(shown))], card=card)


def explained(judged: Judged, sample: int | None) -> Iterator[Doing]:
    """What the model goes by, kept with the file."""
    with closing(whole(judged.task, judged.study.results.raws, sample)) as parts:  # type: ignore[type-var]  # a generator
        for part in parts:
            if isinstance(part, Summary):
                goes_by.keep(judged, part)
            else:
                yield part


LONG: dict[str, Callable[[Judged], Iterator[Doing]]] = {"removal": removal.doing, "identity": identity.doing}
"""What takes long, and is done where it is asked for."""
TITLES = {
    "measures": "How right is it?",
    "threshold": "What the threshold does",
    "confusion": "What is taken for what?",
    "amounts": "How far off is it?",
    "groups": "Is it fair to groups?",
    goes_by.ID: goes_by.TITLE,
}


def titled(sections: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sections by their titles, without those that have nothing to say."""
    return [(TITLES.get(name, name.replace("-", " ").capitalize()), html) for name, html in sections if html]


def facts_of(task: Task, study: Study, made: date) -> dict[str, str]:
    """What was evaluated, by what it is called; empty where it is not known."""
    rows = len(study.results.raws)
    cut = ", the first ones of more" if study.cut else ""
    return {
        "Model": task.name,
        "Task": task.id,
        "Revision": origin(task),
        "File": study.file or study.title,
        "SHA-256 of the file": study.sha256,
        "Rows": f"{rows:,}{cut}",
        "Faulty rows": f"{study.faulty:,}, left out",
        "Rows belong together by": study.columns.cluster or "",
        "Truth": study.columns.truth or "none named: nothing is said of how right the model is",
        "Computed": task.where,
        "Made": made.isoformat(),
    }


def origin(task: Task) -> str:
    """The hub's commit, or the digest of each file of weights, which anybody can check."""
    folder = task.folder.resolve()
    if folder.parent.name == "snapshots":
        return f"commit {folder.name}"
    weights = models.weights(folder) if (folder / FILE).is_file() else None
    files = sorted(weights.glob("*.safetensors")) if weights else []
    return "; ".join(f"{file.name}, SHA-256 {sha256(file)}" for file in files)


def measures(judged: Judged) -> list[tuple[str, str, str, str]]:
    """Each measure with its interval and its rival, as texts; none where nothing can be measured."""
    try:
        found = evaluation.metrics(judged.task, judged.study)
    except InputError:
        return []
    say = lambda each, value: "–" if value is None else amount(each, value)  # noqa: E731
    return [
        (
            f"{each.name} of {each.label}" if each.label else each.name,
            say(each, each.value),
            "–" if each.interval is None else " to ".join(amount(each, end) for end in each.interval),
            say(each, each.baseline),
        )
        for each in found.measures
    ]


def of_file(
    task: Task, source: Source, columns: Columns, sample: int | None = None, also: Sequence[str] = ()
) -> Iterator[Doing | str]:
    """The report of a file: read, measured, explained. also: as for `reported`. Raises InputError."""
    study: Study | None = None
    for part in read(task, source, columns, source.path.name):
        if isinstance(part, Study):
            study = part
        else:
            yield Doing("Asking the model about every row", part.done, part.total or part.done, "rows")
    assert study is not None  # the stream's last part
    yield from reported(Judged(task, study, ""), sample, also=also)

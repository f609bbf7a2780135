"""What is made of files that are made to do harm; run under watch."""

import csv
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from security import watch
from security.archives import TEXTS, ZIPS, picture, zipped
from security.tables import PARQUETS, SOUND, TABLES, Attack, parquet, sound_columns, text

KINDS = {".csv": TABLES, ".parquet": PARQUETS, ".zip": ZIPS, ".txt": TEXTS}


def make(ending: str, folder: str) -> None:
    """Write the files, in the order of their names: in a process of its own, for that takes more than reading them."""
    for number, attack in enumerate(KINDS[ending].values()):
        attack(Path(folder) / f"{number}{ending}")


def tried(ending: str, folder: str, files: str) -> dict[str, Any]:
    """What came of each file that `make` has written: a study of it, and a whole file of answers."""
    import inference
    from inference.study.source import open_source

    task, found, scratch = inference.load(folder), dict[str, Any](), Path(tempfile.mkdtemp())
    warm = scratch / f"warm{ending}"
    WARM[ending](warm)
    ends(task, open_source, warm, scratch)
    watch.begin()
    for number, name in enumerate(KINDS[ending]):
        found[name] = ends(task, open_source, Path(files) / f"{number}{ending}", scratch)
    return found


WARM: dict[str, Attack] = {
    ".csv": text(SOUND),
    ".parquet": parquet(sound_columns),
    ".zip": zipped({"a.png": picture()}),
    ".txt": text("A good film."),
}


def ends(task: Any, open_source: Callable[[Path], Any], path: Path, scratch: Path) -> list[list[str]]:
    """How a study of the file ends, and a job that answers all of it, unless it is of a billion rows."""
    return [
        outcome(lambda: studied(task, open_source(path))),
        outcome(lambda: answered(task, open_source(path), scratch)),
    ]


def studied(task: Any, source: Any) -> str:
    from inference.study.mapping import guess
    from inference.study.reading import first_rows, read

    first_rows(task.demo, source)
    *_, last = read(task, source, guess(task.demo, source.columns), "a file")
    return f"{len(last.results.raws)} rows"


def answered(task: Any, source: Any, scratch: Path) -> str:
    from inference.study.job import run
    from inference.study.mapping import guess

    if source.total and source.total > 10**6:
        return "too long to be waited for"
    output = scratch / "answers.csv"
    *_, last = run(task, source, guess(task.demo, source.columns), output)
    with output.open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(2**31)
        formulas = [cell for row in csv.reader(file) for cell in row if cell[:1] in ("=", "@") or cell[:4] == "+cmd"]
    output.unlink()
    assert not formulas, formulas
    return f"{last.done} rows, {last.faulty} faulty"


def outcome(work: Callable[[], str]) -> list[str]:
    from inference.errors import SeeWhyError

    try:
        return ["answered", work()]
    except SeeWhyError as error:
        return [type(error).__name__, str(error)]
    except Exception as error:
        return [f"unforeseen {type(error).__name__}", str(error)]


if __name__ == "__main__":
    make(*sys.argv[1:])

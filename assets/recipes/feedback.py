"""Train a table's network again with answers that people marked, into a folder of its own beside the old one.

Knows no particular column. What people say is learned like any row, right or wrong; rows that the held-out part or the
validation part has as well are left out, or the comparison of old and new would flatter the new one.
"""

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from inference.modeling.tabular import TabularExtractor, TabularModel

from . import network
from .columns import Columns
from .report import Measure, report
from .targets import Target

TRUTH = "truth"
COPIED = ("background.csv", "evaluation.csv", "picture.svg", "NOTICE")
Parts = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def retrain(
    source: Path,
    columns: Columns,
    target: Target,
    parts: Parts,
    settings: network.Settings,
    measures: dict[str, Measure],
    arguments: Sequence[str],
) -> Path:
    """Do what `--feedback FILE [--output DIR]` asks: train, print old beside new on held-out rows, write the folder.

    parts: training, validation and held-out rows, as the model of `source` was trained. Without a row in the file, the
    new weights are the old ones. Raises ValueError for a file that cannot be learned from and a folder that is taken.
    """
    parser = argparse.ArgumentParser(prog=f"{source.name}/train.py")
    parser.add_argument("--feedback", type=Path, required=True, metavar="FILE")
    parser.add_argument("--output", type=Path, default=Path(f"{source.name}-with-feedback"), metavar="DIR")
    asked = parser.parse_args(arguments)
    free(asked.output)
    training, validation, held_out = parts
    marked = read(asked.feedback, columns, target)
    new = unseen(marked, columns, (validation, held_out))
    print(f"{len(marked)} marked answers; {len(marked) - len(new)} left out, which validation or held-out rows repeat.")
    after = network.fit(columns, target, pd.concat([training, new], ignore_index=True), validation, settings)
    report(
        {"before": fitted_in(source, target), "with feedback": after}, {"held-out": held_out}, target.column, measures
    )
    asked.output.mkdir(parents=True, exist_ok=True)
    after.model.save_pretrained(asked.output)
    after.extractor.save_pretrained(asked.output)
    describe(source, asked.output, len(new), "rows", "The form, the rule and the reference rows")
    return asked.output


def free(folder: Path) -> None:
    """Raises ValueError for a folder with something in it."""
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is there already; name another folder by --output.")


def fitted_in(folder: Path, target: Target) -> network.Network:
    """The network that a folder holds."""
    return network.Network(
        TabularExtractor.from_pretrained(folder), TabularModel.from_pretrained(folder).eval(), target
    )


def read(file: Path, columns: Columns, target: Target) -> pd.DataFrame:
    """The rows of a labelled file, as the History view writes it. Raises ValueError."""
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    lacking = [name for name in [*columns.names, TRUTH] if name not in rows]
    if lacking:
        raise ValueError(f"{file.name} has no column {', '.join(lacking)}; its columns are {', '.join(rows)}.")
    numbers = {name: pd.to_numeric(rows[name]).astype(float) for name in columns.numbers}
    known = {name: category.words for name, category in columns.categories.items()}
    for name, words in known.items():
        strange = set(rows[name]) - set(words.values()) if words else set()
        if strange:
            raise ValueError(f"{name} has words that the model does not know: {', '.join(sorted(strange)[:5])}.")
    found = rows[[*columns.categories]].assign(**numbers)[columns.names]
    return found.assign(**{target.column: target.told(rows[TRUTH])})


def unseen(marked: pd.DataFrame, columns: Columns, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows whose inputs none of the parts has."""
    taken = {key for part in parts for key in keys(part, columns)}
    return marked[[key not in taken for key in keys(marked, columns)]]


def keys(rows: pd.DataFrame, columns: Columns) -> list[tuple[object, ...]]:
    """What tells inputs apart: numbers as they are written with six digits, and words."""
    cells = [rows[name].map("{:.6g}".format) if name in columns.numbers else rows[name] for name in columns.names]
    return list(zip(*cells, strict=True))


def describe(source: Path, folder: Path, learned: int, what: str, same: str) -> None:
    """Put the old form, rule, rows and picture beside new weights, and a card that says what they are.

    learned: how many answers were learned; what: among which training `rows` or `texts`; same: what the new model took
    from the old one, as a sentence begins.
    """
    for name in COPIED:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)
    about = json.loads((source / "demo.json").read_text(encoding="utf-8"))
    about["title"] = f"{about['title']}, with feedback"
    (folder / "demo.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _, front, _ = (source / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    kept = "".join(line for line in front.splitlines(keepends=True) if not line.startswith("quality:"))
    card = (
        f"---\n{kept}---\n\n# {about['title']}\n\nThe model `{source.name}`, trained again by its recipe with "
        f"{learned} answers that people marked among the training {what}. What they said was not checked. {same} are "
        "the old model's, and its card holds for the rest.\n"
    )
    (folder / "README.md").write_text(card, encoding="utf-8")

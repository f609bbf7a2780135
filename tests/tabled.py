"""A tiny classifier of tables with two columns that say the same: `first` counts, `second`, its twin, does not."""

import json
from pathlib import Path

import numpy as np
import torch

from inference.modeling.tabular import TabularConfig, TabularExtractor, TabularModel

NAMES = ("first", "second", "third", "fourth", "fifth")


def build(folder: Path) -> Path:
    """Write the model folder; in its examples both columns are equal, in its reference rows they are not."""
    torch.manual_seed(1)
    sizes = {"n_numbers": len(NAMES), "n_bins": 4, "d_embedding": 4, "d_block": 16, "n_members": 2, "n_blocks": 1}
    labels = {0: "no", 1: "yes"}
    config = TabularConfig(**sizes, id2label=labels, label2id={name: i for i, name in labels.items()})
    model = TabularModel(config).eval()
    with torch.no_grad():
        model.adapter[:, 0] *= 3
        model.adapter[:, 1] = 0
        model.head_weight *= 4
    model.save_pretrained(folder)
    columns = [{"name": name, "kind": "number", "mean": 0.0, "scale": 1.0} for name in NAMES]
    TabularExtractor(columns=columns).save_pretrained(folder)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20, len(NAMES))).round(2)
    lines = [",".join(NAMES), *(",".join(map(str, row)) for row in rows.tolist())]
    (folder / "background.csv").write_text("\n".join(lines) + "\n")
    about = {
        "version": 1,
        "task": "tabular-classification",
        "title": "Twins",
        "summary": "Random weights.",
        "fields": [{"kind": "number", "name": name, "label": name} for name in NAMES],
        "examples": [{"title": f"Row {i}", "inputs": row} for i, row in enumerate(inputs(6))],
        "decision": {"of": "yes", "rules": [{"action": "Accept", "at_least": 0.5}, {"action": "Refuse"}]},
        "background": "background.csv",
    }
    (folder / "demo.json").write_text(json.dumps(about))
    return folder


def inputs(count: int, seed: int = 5) -> list[dict[str, float]]:
    """Rows whose twins are equal."""
    rows = np.random.default_rng(seed).normal(size=(count, len(NAMES))).round(2)
    rows[:, 1] = rows[:, 0]
    return [dict(zip(NAMES, row, strict=True)) for row in rows.tolist()]


def csv(path: Path, rows: list[dict[str, float]], labels: list[str]) -> Path:
    """The same as a file with the right answers."""
    lines = [
        ",".join([*(str(value) for value in row.values()), label]) for row, label in zip(rows, labels, strict=True)
    ]
    path.write_text("\n".join([",".join([*NAMES, "label"]), *lines]) + "\n")
    return path


def swapped(model: torch.nn.Module, args: tuple[object, ...], given: dict[str, torch.Tensor]) -> object:
    """A hook that lets a model read the twin in the place of the first column."""
    return args, {**given, "numbers": given["numbers"][:, [1, 0, 2, 3, 4]]}

"""Write the folder of a table's model: weights, columns, reference rows and demo.json; the card is written by people.

Knows no particular column; what the demo says of the model is handed to it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from . import evaluation
from .columns import Columns

REFERENCE = 100  # rows of the training part, drawn with a seed, that stand for the data in explanations


class Fitted(Protocol):
    """A model with what prepares its input, each as transformers saves it."""

    @property
    def model(self) -> Any: ...

    @property
    def extractor(self) -> Any: ...


def write(
    folder: Path,
    columns: Columns,
    fitted: Fitted,
    training: pd.DataFrame,
    about: Mapping[str, Any],
    fields: list[dict[str, Any]],
    examples: Mapping[str, dict[str, Any]],
    decision: Mapping[str, Any],
    reference_rows: int = REFERENCE,
    held_out: pd.DataFrame | None = None,
) -> None:
    """Write every file but the card. `about` opens demo.json, `examples` are inputs by title, `held_out` labelled."""
    fitted.model.save_pretrained(folder)
    fitted.extractor.save_pretrained(folder)
    reference = training.sample(reference_rows, random_state=0)[columns.names]
    reference.astype(columns.whole).to_csv(folder / "background.csv", index=False)
    if held_out is not None:
        evaluation.write(folder, held_out)
    demo = {
        "version": 1,
        **about,
        "fields": fields,
        "background": "background.csv",
        **({"evaluation": evaluation.FILE} if held_out is not None else {}),
        "examples": [{"title": title, "inputs": inputs} for title, inputs in examples.items()],
        "decision": decision,
    }
    (folder / "demo.json").write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

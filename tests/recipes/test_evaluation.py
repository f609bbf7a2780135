"""The labelled rows that come with a model."""

from pathlib import Path

import pandas as pd

from assets.recipes import evaluation
from assets.recipes.targets import YesNo


def test_rows_are_written_with_their_part_and_their_label(tmp_path: Path) -> None:
    kept, seen = (pd.DataFrame({"size": [size], "denied": [denied]}) for size, denied in ((1, True), (2, False)))
    evaluation.write(tmp_path, YesNo("denied", ("approved", "denied")), {"held-out": kept, "training": seen})
    found = pd.read_csv(tmp_path / evaluation.FILE)
    assert found.to_dict("records") == [
        {"size": 1, "split": "held-out", "truth": "denied"},
        {"size": 2, "split": "training", "truth": "approved"},
    ]

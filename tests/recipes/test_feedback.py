"""Training again with what people marked: what is learned, what is left out, and what is written."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

pytest.importorskip("sklearn")

from assets.recipes import feedback, folder, network
from assets.recipes.columns import Category, Columns, Number
from assets.recipes.probabilities import OF_A_TABLE
from assets.recipes.targets import YesNo

COLUMNS = Columns(
    {"x": Number("X", "A number.", (-5, 5), 0.1)}, {"kind": Category("Kind", "One of two.", {1: "flat", 2: "house"})}
)
YES_NO = YesNo("sold", ("no", "yes"))
SIZES = {"n_bins": 4, "d_embedding": 4, "d_block": 8, "n_blocks": 1, "n_members": 4, "dropout": 0.0}
SETTINGS = network.Settings(SIZES, {"lr": 1e-2}, batch_size=32, patience=3)


def rows(count: int, seed: int) -> pd.DataFrame:
    """What is sold lies above 0."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"x": rng.normal(size=count), "kind": rng.choice(["flat", "house"], count)})
    return table.assign(sold=table["x"] > 0)


PARTS = rows(160, 0), rows(60, 1), rows(60, 2)


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A model folder as a recipe writes it."""
    made = tmp_path / "old"
    fitted = network.fit(COLUMNS, YES_NO, *PARTS[:2], SETTINGS)
    about = {"task": "tabular-classification", "title": "Sold?", "summary": "Whether it is sold."}
    decision = {"of": "yes", "rules": [{"action": "Go", "tone": "good"}]}
    made.mkdir()
    folder.write(made, COLUMNS, fitted, PARTS[0], about, COLUMNS.fields(PARTS[0]), {}, decision)
    (made / "README.md").write_text('---\nlicense: apache-2.0\nquality: "good"\n---\n\n# Sold?\n')
    return made


def file_of(marked: pd.DataFrame, folder: Path) -> Path:
    path = folder / "feedback.csv"
    marked.to_csv(path, index=False)
    return path


def said(table: pd.DataFrame) -> pd.DataFrame:
    return table[["x", "kind"]].assign(truth=table["sold"].map({True: "yes", False: "no"}))


def retrained(source: Path, marked: pd.DataFrame) -> Path:
    arguments = ["--feedback", str(file_of(marked, source.parent)), "--output", str(source.parent / "new")]
    return feedback.retrain(source, COLUMNS, YES_NO, PARTS, SETTINGS, OF_A_TABLE, arguments)


def test_without_a_mark_the_new_model_is_the_old_one(source: Path) -> None:
    made = retrained(source, said(rows(5, 3))[:0])
    for name in ("model.safetensors", "config.json", "preprocessor_config.json", "background.csv"):
        assert (made / name).read_bytes() == (source / name).read_bytes()


def test_what_people_say_is_learned(source: Path) -> None:
    """They say that whatever lies from 1 on is not sold, where the training rows say that it is."""
    others = rows(400, 3)
    others = others[others["x"] > 1]
    made = retrained(source, said(others.assign(sold=False)))
    old, new = (
        network.Network(
            feedback.TabularExtractor.from_pretrained(each), feedback.TabularModel.from_pretrained(each), YES_NO
        )
        for each in (source, made)
    )
    for each in (old, new):
        each.model.eval()
    ask = pd.DataFrame({"x": [1.5, -1.5], "kind": ["flat", "flat"]})
    assert new(ask)[0] < old(ask)[0] - 0.3
    assert new(ask)[1] == pytest.approx(old(ask)[1], abs=0.3)


def test_rows_of_the_held_out_part_are_not_learned(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held_out = PARTS[2]
    retrained(source, said(pd.concat([held_out, PARTS[1][:10], rows(7, 3)])))
    assert "77 marked answers; 70 left out" in capsys.readouterr().out


def test_the_new_folder_says_what_it_is(source: Path) -> None:
    made = retrained(source, said(rows(9, 3)))
    assert json.loads((made / "demo.json").read_text())["title"] == "Sold?, with feedback"
    card = (made / "README.md").read_text()
    assert "license: apache-2.0" in card and "quality" not in card
    assert "9 answers that people marked" in card
    with pytest.raises(ValueError, match="is there already; name another folder by --output"):
        retrained(source, said(rows(9, 3)))


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        (pd.DataFrame({"x": [1.0], "truth": ["yes"]}), "has no column kind; its columns are x, truth"),
        (pd.DataFrame({"x": [1.0], "kind": ["flat"], "truth": ["maybe"]}), "must be no or yes, got 'maybe'"),
        (pd.DataFrame({"x": ["a"], "kind": ["flat"], "truth": ["yes"]}), "Unable to parse"),
    ],
)
def test_what_cannot_be_learned_from_is_told(source: Path, marked: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        retrained(source, marked)
    assert not (source.parent / "new").exists()

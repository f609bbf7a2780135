"""A presenter's CSV becomes a model folder that blocks, reviews or lets pass, and keeps every promise of a model."""

from pathlib import Path

import contract
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")

import inference
from assets.recipes import watch
from inference.registry import check
from inference.task import Task


def payments(count: int = 1600, seed: int = 5) -> pd.DataFrame:
    """Made-up payments: ordinary ones by day and at home; fraud by night, abroad, of large amounts."""
    rng = np.random.default_rng(seed)
    fraud = rng.random(count) < 0.05
    return pd.DataFrame(
        {
            "number": [f"P{i}" for i in range(count)],
            "amount": np.where(fraud, rng.lognormal(6, 0.4, count), rng.lognormal(3, 0.6, count)).round(2),
            "hour": np.where(fraud, rng.integers(0, 5, count), rng.integers(8, 22, count)),
            "country": np.where(fraud, rng.choice(["at", "br"], count), rng.choice(["de", "de", "at"], count)),
            "fraud": fraud.astype(int),
        }
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "payments.csv"
    payments().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(file: Path) -> Path:
    target = file.parent / "payments"
    watch.main([str(file), str(target), "--truth", "fraud", "--skip", "number", "--title", "Payments"])
    return target


@pytest.fixture(scope="module")
def task(folder: Path) -> Task:
    return inference.load(folder)


def test_the_folder_is_free_of_mistakes(folder: Path) -> None:
    assert check(folder) == "payments: no mistake found; fields: 3, examples: 6."


@pytest.mark.parametrize("promise", contract.CHECKS, ids=lambda promise: promise.__name__)
def test_it_keeps_the_contract_of_every_model(promise: contract.Any, task: Task) -> None:
    promise(task)


def test_fraud_is_blocked_or_reviewed_and_ordinary_payments_pass(task: Task) -> None:
    fresh = payments(400, seed=6)
    made = [
        task.demo.decision.decide(prediction).action  # type: ignore[union-attr]
        for prediction in task.predict_batch(fresh[["amount", "hour", "country"]].to_dict("records"))
    ]
    caught = pd.Series(made)[fresh["fraud"] == 1] != "Pass"
    touched = pd.Series(made)[fresh["fraud"] == 0] != "Pass"
    assert caught.mean() > 0.95
    assert touched.mean() < 0.05
    assert set(made) == {"Block", "Review", "Pass"}


def test_the_change_that_is_shown_does_pass(task: Task) -> None:
    answer = task.predict({"amount": 900.0, "hour": 3, "country": "br"})
    assert answer.decision and answer.decision.action == "Block"
    mended = answer.tables[-1]
    assert "“Pass”" in mended.title
    labels = {field.label: field for field in task.demo.inputs}
    new = {"amount": 900.0, "hour": 3, "country": "br"}
    for label, _, instead in mended.rows[:-1]:
        field = labels[label]
        new[field.name] = float(instead.replace(",", "")) if field.kind == "number" else instead
    again = task.predict(new)
    assert again.decision and again.decision.action == "Pass"


def test_a_country_never_seen_is_unusual_and_said_so(task: Task) -> None:
    known, unseen = ({"amount": 20.0, "hour": 12, "country": country} for country in ("de", "xx"))
    assert task.predict(unseen).prediction.scores[0] > task.predict(known).prediction.scores[0] + 2
    assert any("'xx' does not occur" in warning for warning in task.predict(unseen).warnings)


def test_without_labels_all_rows_count_as_ordinary(file: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    rows = pd.read_csv(file)
    rows[rows["fraud"] == 0].drop(columns=["fraud", "number"]).to_csv(plain, index=False)
    watch.main([str(plain), str(tmp_path / "plain")])
    task = inference.load(tmp_path / "plain")
    assert len(task.demo.examples) == 4
    assert task.predict(task.demo.examples[-1].inputs).prediction.scores[0] > 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns="fraud"), "has no column 'fraud'"),
        (lambda rows: rows.assign(fraud=rows["fraud"] * 2), "must hold 0 and 1 alone"),
        (lambda rows: rows[:100], "has 100 whole rows; 500 are needed"),
        (lambda rows: rows, "number has 1,600 different words"),
    ],
)
def test_a_table_that_does_not_fit_gets_a_message(tmp_path: Path, change: contract.Any, said: str) -> None:
    change(payments()).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(SystemExit, match=said):
        watch.main([str(tmp_path / "rows.csv"), str(tmp_path / "out"), "--truth", "fraud"])


def test_rows_with_empty_cells_are_left_out_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = payments().drop(columns="number")
    rows.loc[:9, "amount"] = np.nan
    rows.to_csv(tmp_path / "rows.csv", index=False)
    assert len(watch.table(tmp_path / "rows.csv", "fraud")) == 1590
    assert "10 rows with empty cells are left out." in capsys.readouterr().out

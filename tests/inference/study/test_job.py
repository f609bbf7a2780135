"""Files of any length: each row answered once, whatever stops the job and wherever it goes on."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from conftest import ROOT, load
from loan_files import LOANS, file, lines, read
from pyarrow import parquet

from inference import models
from inference.errors import InputError
from inference.serving.arguments import parser
from inference.serving.commands import command, said
from inference.study.job import Pace, Work, run
from inference.study.mapping import Columns, guess
from inference.study.parts import Part
from inference.study.source import Chunk, open_source
from inference.types import Raw


def paces(path: Path, output: Path, **options: object) -> list[Pace]:
    task, source = load(LOANS), open_source(path)
    return list(run(task, source, guess(task.demo, source.columns), output, size=50, **options))  # type: ignore[arg-type]


def test_every_row_has_the_answer_that_it_has_alone(tmp_path: Path) -> None:
    path, output = file(tmp_path, 130), tmp_path / "out.csv"
    *_, last = paces(path, output)
    assert (last.done, last.faulty) == (130, 0)
    task, rows = load(LOANS), read(output)
    assert [row["id"] for row in rows] == [str(n) for n in range(130)]
    for row in rows[:3]:
        answer = task.predict({field.name: row[field.name] for field in task.demo.inputs})
        assert answer.decision and row["decision"] == answer.decision.action
        assert row["prediction"] == answer.prediction.names[0]
        assert float(row["score"]) == pytest.approx(answer.prediction.scores[0], abs=1e-6)
        assert float(row["score of denied"]) == pytest.approx(1 - float(row["score of approved"]))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["loans.csv", "out.csv"]


def test_faulty_rows_stay_in_their_place_and_say_why(tmp_path: Path) -> None:
    header, *rows = lines(120)
    rows[3][1], rows[7] = "a lot", ["7", "1"]
    rows[50:100] = [[str(n), *["?"] * (len(header) - 1)] for n in range(50, 100)]  # a whole chunk
    path, output = tmp_path / "loans.csv", tmp_path / "out.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]), encoding="utf-8")
    *_, last = paces(path, output)
    assert (last.done, last.faulty) == (120, 52)
    found = read(output)
    assert found[3]["prediction"] == ""
    assert "got 'a lot'" in found[3]["problem"]
    assert found[7]["problem"] == f"2 cells where the header has {len(header)}"
    assert "found" not in found[0]
    assert [row["id"] for row in found if row["prediction"]] == [
        str(n) for n in range(120) if n not in (3, 7) and not 50 <= n < 100
    ]


def test_a_strict_job_refuses_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    header, *rows = lines(3)
    rows[1][1] = "a lot"
    path = tmp_path / "loans.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]), encoding="utf-8")
    with pytest.raises(InputError, match=r"Row 2, payments: .* got 'a lot'"):
        paces(path, tmp_path / "out.csv", strict=True)
    assert [each.name for each in tmp_path.iterdir()] == ["loans.csv"]


def test_a_stopped_job_goes_on_where_it_was(tmp_path: Path) -> None:
    path, output, task = file(tmp_path, 260), tmp_path / "out.csv", load(LOANS)
    source = open_source(path)
    stream = run(task, source, guess(task.demo, source.columns), output, size=50)
    done = [next(stream).done for _ in range(3)]
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert done == [0, 50, 100]
    assert not output.exists()
    begun: list[int] = []

    def counting(work: Work, chunks: Iterator[Chunk]) -> Iterator[Part]:
        for chunk in chunks:
            begun.append(chunk.number)
            yield work(chunk)

    first, *_, last = paces(path, output, engine=counting)
    assert (first.before, last.done, begun) == (100, 260, [2, 3, 4, 5])
    assert [row["id"] for row in read(output)] == [str(n) for n in range(260)]


def test_what_is_done_of_another_job_is_not_mixed_in(tmp_path: Path) -> None:
    output, task = tmp_path / "out.csv", load(LOANS)
    source = open_source(file(tmp_path, 100))
    stream = run(task, source, guess(task.demo, source.columns), output, size=50)
    _ = next(stream), next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    with pytest.raises(InputError, match="of another job"):
        paces(file(tmp_path, 101), output)


def test_a_killed_process_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    path, output = file(tmp_path, 60_000), tmp_path / "out.csv"
    command = [
        sys.executable,
        "app.py",
        "batch",
        "--model",
        "home-loans",
        "--input",
        str(path),
        "--output",
        str(output),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("out.csv.parts/*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert not output.exists()
    before = len(list(tmp_path.glob("out.csv.parts/*.parquet")))
    assert before >= 1
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "60,000 rows" in again.stdout
    assert [row["id"] for row in read(output)] == [str(n) for n in range(60_000)]


def test_a_spreadsheet_gets_no_formula(tmp_path: Path) -> None:
    path, output = tmp_path / "texts.csv", tmp_path / "out.csv"
    texts = ["=1+1", "+SUM(A1)", "-5", "@cmd", "\tx", "fine", "-2.5e3"]
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["text", "=evil"], *([text, ""] for text in texts)])
    task, source = load(models.ASSETS / "models" / "sentiment"), open_source(path)
    list(run(task, source, Columns({"text": "text"}), output))
    expected = ["'=1+1", "'+SUM(A1)", "-5", "'@cmd", "'\tx", "fine", "-2.5e3"]
    assert [row["text"] for row in read(output)] == expected
    assert "'=evil" in read(output)[0]


def test_parquet_keeps_the_types_of_its_columns(tmp_path: Path) -> None:
    header, *rows = lines(60)
    path, output = tmp_path / "loans.parquet", tmp_path / "out.parquet"
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    numbers = {name: pa.array([float(cell) for cell in columns[name]]) for name in ("payments", "housing")}
    parquet.write_table(pa.table({**{name: list(cells) for name, cells in columns.items()}, **numbers}), path)
    *_, last = paces(path, output)
    assert (last.done, last.total, last.seconds_left) == (60, 60, 0)
    found = parquet.read_table(output)
    assert found.schema.field("payments").type == pa.float64()
    assert found.column("prediction").null_count == 0


def test_columns_of_the_file_are_never_hidden_by_answers(tmp_path: Path) -> None:
    header, *rows = lines(2)
    path, output = tmp_path / "loans.csv", tmp_path / "out.csv"
    path.write_text("\n".join(",".join(row) for row in [[*header, "prediction"], *([*row, "x"] for row in rows)]))
    paces(path, output)
    assert read(output)[0]["prediction"] == "x"
    assert read(output)[0]["prediction (model)"] == "approved"


@pytest.mark.parametrize("name", ["ames-house-prices", "movies", "entities", "key-sentences", "highway"])
def test_every_kind_of_output_can_be_written(tmp_path: Path, name: str) -> None:
    task = load(models.find()[name])
    path, output = tmp_path / "in.parquet", tmp_path / "out.csv"
    inputs = [example.inputs for example in task.demo.examples]
    cells = {
        field.name: [
            json.dumps(each[field.name]) if isinstance(each[field.name], list | dict) else each[field.name]
            for each in inputs
        ]
        for field in task.demo.inputs
    }
    parquet.write_table(pa.table(cells), path)
    source = open_source(path)
    *_, last = run(task, source, guess(task.demo, source.columns), output)
    assert (last.done, last.faulty) == (len(inputs), 0)
    assert all(row["prediction"] for row in read(output))


def test_a_job_with_another_value_for_every_row_is_another_job(tmp_path: Path) -> None:
    task, source, output = load(LOANS), open_source(file(tmp_path, 100)), tmp_path / "out.csv"
    named = {name: column for name, column in guess(task.demo, source.columns).fields.items() if name != "payments"}
    stream = run(task, source, Columns(named, constants={"payments": "30"}), output, size=50)
    _ = next(stream), next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    with pytest.raises(InputError, match="of another job"):
        list(run(task, source, Columns(named, constants={"payments": "40"}), output, size=50))
    *_, last = run(task, source, Columns(named, constants={"payments": "30"}), output, size=50)
    assert (last.before, last.done) == (50, 100)


def test_the_time_left_of_a_csv_follows_from_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.study.delimited.BLOCK", 2_000)
    first, *between, last = paces(file(tmp_path, 500), tmp_path / "out.csv")
    assert first.seconds_left is None
    assert between[0].about and between[0].seconds_left and abs(between[0].total / 500 - 1) < 0.1  # type: ignore[operator]
    assert "of about" in said(between[0]) and "about" in said(between[0]).rpartition(",")[2]
    assert (last.total, last.about, last.seconds_left) == (500, False, 0)


def test_a_missing_file_and_a_wrong_ending_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        command(parser().parse_args(["batch", "--model", "home-loans", "--input", "none.csv", "--output", "o.csv"]))
    with pytest.raises(InputError, match=r"must be a \.csv or \.parquet file"):
        paces(file(tmp_path, 1), tmp_path / "out.xlsx")


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once is a chunk or two, whatever the number of rows."""
    monkeypatch.setattr("inference.study.delimited.BLOCK", 20_000)
    held = []

    def weighing(work: Work, chunks: Iterator[Chunk]) -> Iterator[Part]:
        for chunk in chunks:
            held.append(pa.total_allocated_bytes())
            yield work(chunk)

    paces(file(tmp_path, 5_000), tmp_path / "out.csv", engine=weighing)
    assert len(held) == 100
    assert max(held[50:]) <= 2 * max(held[:50])


def stopped(path: Path, output: Path, parts: int) -> None:
    task, source = load(LOANS), open_source(path)
    stream = run(task, source, guess(task.demo, source.columns), output, size=50)
    for _ in range(parts + 1):
        next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator


def test_what_was_done_before_a_stop_counts_too(tmp_path: Path) -> None:
    header, *rows = lines(120)
    rows[3][1] = "a lot"
    path, output = tmp_path / "loans.csv", tmp_path / "out.parquet"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]), encoding="utf-8")
    stopped(path, output, 1)
    first, *_, last = paces(path, output)
    assert (first.done, first.before, first.faulty) == (50, 50, 1)
    assert (last.done, last.faulty, sum(last.counts.values())) == (120, 1, 119)
    assert not parquet.read_schema(output).metadata
    stopped(path, output, 1)
    with pytest.raises(InputError, match="Row 4, payments"):
        paces(path, output, strict=True)


def test_no_file_is_lost_to_a_job(tmp_path: Path) -> None:
    path = file(tmp_path, 1)
    with pytest.raises(InputError, match="would replace the input"):
        paces(path, path)
    (tmp_path / "out.csv.parts").mkdir()
    own = tmp_path / "out.csv.parts" / "letter.txt"
    own.write_text("mine")
    with pytest.raises(InputError, match="other files"):
        paces(path, tmp_path / "out.csv")
    assert own.exists()


def test_a_file_without_rows_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text(",".join(lines(0)[0]))
    with pytest.raises(InputError, match="has no rows"):
        paces(path, tmp_path / "out.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["loans.csv"]


def test_a_full_disk_and_a_file_that_is_gone_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path, task = file(tmp_path, 1), load(LOANS)
    source = open_source(path)
    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.parquet.write_table", full)
        with pytest.raises(InputError, match="No space left"):
            paces(path, tmp_path / "out.csv")
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        list(run(task, source, guess(task.demo, source.columns), tmp_path / "other.csv"))


TYPES = {
    "dictionary": (pa.array(["=x", "b"]).dictionary_encode(), ["'=x", "b"]),
    "large": (pa.array(["=x", None], pa.large_string()), ["'=x", ""]),
    "view": (pa.array(["=x", "b"], pa.string_view()), ["'=x", "b"]),
    "bytes": (pa.array([b"=x", b"\xff"]), ["'=x", "/w=="]),
    "list": (pa.array([[1, 2], []]), ["[1, 2]", "[]"]),
    "map": (pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())), ['[["a", 1]]', ""]),
    "struct": (pa.array([{"a": b"\xff"}, None]), ['{"a": "/w=="}', ""]),
    "decimal": (pa.array([Decimal("-1.50"), None]), ["-1.50", ""]),
    "day": (pa.array([date(2020, 1, 2), None]), ["2020-01-02", ""]),
    "nothing": (pa.nulls(2), ["", ""]),
}


def test_every_type_of_a_parquet_file_becomes_a_harmless_csv(tmp_path: Path) -> None:
    header, *rows = lines(2)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    path, output = tmp_path / "in.parquet", tmp_path / "out.csv"
    cells = {name: list(values) for name, values in columns.items()}
    parquet.write_table(pa.table(cells | {name: column for name, (column, _) in TYPES.items()}), path)
    paces(path, output)
    assert {name: [row[name] for row in read(output)] for name in TYPES} == {
        name: want for name, (_, want) in TYPES.items()
    }


def test_an_input_that_only_the_task_can_refuse_is_a_faulty_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fits(raw: Raw) -> None:
        if raw["payments"] == 33:
            raise InputError("Not so much.")

    path, output, task = file(tmp_path, 60), tmp_path / "out.csv", load(LOANS)
    monkeypatch.setattr(task, "fits", fits)
    *_, last = paces(path, output)
    told = [row["problem"] for row in read(output) if float(row["payments"]) == 33]
    assert told and set(told) == {"Not so much."}
    assert last.faulty == len(told)

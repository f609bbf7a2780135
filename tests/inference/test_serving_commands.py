"""The command line answers a whole file: what is said of its fields there, and which reasons it gives."""

from pathlib import Path

import pytest
from conftest import load
from loan_files import LOANS, file, lines, read

from inference.errors import InputError
from inference.serving.arguments import parser
from inference.serving.commands import command


def test_the_command_line_explains_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from explain.reasons import top

    path, output = file(tmp_path, 2), tmp_path / "out.csv"
    options = parser().parse_args(
        ["batch", "--model", "home-loans", "--input", str(path), "--output", str(output), "--explain"]
    )
    assert "2 rows" in command(options, top)
    assert "(+" in read(output)[0]["reason 1"] or "(-" in read(output)[0]["reason 1"]
    assert "rows" in capsys.readouterr().err


def test_a_value_for_every_row_is_said_on_the_command_line(tmp_path: Path) -> None:
    header, *rows = lines(3)
    place, path, output = header.index("loan_to_value"), tmp_path / "loans.csv", tmp_path / "out.csv"
    path.write_text("\n".join(",".join(row[:place] + row[place + 1 :]) for row in [header, *rows]), encoding="utf-8")
    asked = ["batch", "--model", "home-loans", "--input", str(path), "--output", str(output)]
    with pytest.raises(InputError, match="No column for Loan to value"):
        command(parser().parse_args(asked))
    with pytest.raises(InputError, match="Loan to value must be a number"):
        command(parser().parse_args([*asked, "--set", "loan_to_value=high"]))
    assert [each.name for each in tmp_path.iterdir()] == ["loans.csv"]  # refused before anything was begun
    command(parser().parse_args([*asked, "--set", "loan_to_value=80", "--set", "payments=30"]))
    task, found = load(LOANS), read(output)
    for row, cells in zip(found, rows, strict=True):
        inputs = dict(zip(header[1:], cells[1:], strict=True)) | {"loan_to_value": "80", "payments": "30"}
        answer = task.predict({field.name: inputs[field.name] for field in task.demo.inputs})
        assert float(row["score"]) == pytest.approx(answer.prediction.scores[0], abs=1e-6)


@pytest.mark.parametrize("option", ["--set", "--column"])
def test_what_names_no_field_is_told(tmp_path: Path, option: str) -> None:
    path = file(tmp_path, 1)
    asked = ["batch", "--model", "home-loans", "--input", str(path), "--output", "o.csv", option, "payments"]
    with pytest.raises(InputError, match=f"{option} takes FIELD=…, got 'payments'"):
        command(parser().parse_args(asked))

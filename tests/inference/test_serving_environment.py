"""Options come from the command line, else from the environment; what cannot be used ends with words."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from inference.errors import InputError
from inference.serving import arguments
from inference.serving.environment import PREFIX, users


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def parsed(*given: str) -> argparse.Namespace:
    return arguments.parser().parse_args(given)


CASES: list[tuple[str, str, Any]] = [
    ("HOST", "0.0.0.0", "0.0.0.0"),
    ("PORT", "7861", 7861),
    ("ROOT_PATH", "/demo/", "/demo"),
    ("SHARE", "true", True),
    ("SHARE", "0", False),
    ("AUTH", "ann:secret,bob:b:c", ["ann:secret", "bob:b:c"]),
    ("SECRET", "a key that nobody knows", "a key that nobody knows"),
    ("LINKS", "/data/links", Path("/data/links")),
    ("MCP", "yes", True),
    ("MODEL", "assets/models, owner/name@main", ["assets/models", "owner/name@main"]),
    ("ORIGIN", "https://a.org", ["https://a.org"]),
    ("MAX_MODEL_SIZE", "2.5", 2.5),
    ("ALLOW_MODEL_LOADING", "on", True),
    ("PORT", "", None),
    ("RATE", "60", 60.0),
    ("TIME_LIMIT", "30", 30.0),
    ("MAX_ROWS", "5000", 5000),
    ("TRUST_PROXY", "2", 2),
    ("LOG", "json", "json"),
    ("METRICS_TOKEN", "a token", "a token"),
    ("HISTORY", "postgresql://db/seewhy", "postgresql://db/seewhy"),
    ("KEEP", "inputs", "inputs"),
    ("DAYS", "7", "7"),
    ("BACKEND", "ray", "ray"),
    ("REPLICAS", "1-4", (1, 4)),
    ("REPLICAS", "2", (2, 2)),
    ("GPU_SHARE", "0.25", 0.25),
]


@pytest.mark.parametrize(("name", "text", "value"), CASES)
def test_each_option_has_a_variable(name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + name, text)
    assert getattr(parsed(), name.lower()) == value


def test_no_option_is_without_a_test_of_its_variable() -> None:
    parser = arguments.parser()
    options = {action.dest.upper() for action in parser._actions if action.option_strings} - {"HELP"}
    assert options == {name for name, *_ in CASES}


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEWHY_PORT", "7861")
    monkeypatch.setenv("SEEWHY_MODEL", "one,two")
    found = parsed("--port", "7862", "--model", "three", "--model", "four")
    assert (found.port, found.model) == (7862, ["three", "four"])
    assert parsed().model == ["one", "two"]


def test_subcommands_take_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEWHY_OUTPUT", "x")
    with pytest.raises(SystemExit):
        parsed("batch", "--model", "m", "--input", "i")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PORT", "70000", "a port is a whole number from 1 to 65,535, got '70000'"),
        ("PORT", "http", "got 'http'"),
        ("SHARE", "maybe", "SEEWHY_SHARE must be one of 1, true"),
        ("ROOT_PATH", "demo", "it begins with a slash"),
        ("LOG", "yaml", "SEEWHY_LOG must be one of text, json, got 'yaml'"),
        ("BACKEND", "cloud", "SEEWHY_BACKEND must be one of local, ray, got 'cloud'"),
        ("REPLICAS", "4-1", "it is a number of replicas from 1, or two such as 1-4, got '4-1'"),
        ("REPLICAS", "0", "got '0'"),
        ("GPU_SHARE", "1.5", "it lies above 0 and up to 1, or is 2 to 16 whole ones, got '1.5'"),
        ("GPU_SHARE", "nan", "got 'nan'"),
    ],
)
def test_what_a_variable_cannot_mean_ends_with_words(
    name: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PREFIX + name, text)
    with pytest.raises(SystemExit) as ended:
        parsed()
    assert ended.value.code == 2 and said in capsys.readouterr().err


def test_names_and_passwords_stand_on_the_command_line_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("bob:b:c\n\n cy:d \n")
    assert users(["ann:secret", f"@{file}"]) == {"ann": "secret", "bob": "b:c", "cy": "d"}
    assert users([]) == {}


@pytest.mark.parametrize("given", ["hunter2", ":hunter2", "hunter2:", "@/nowhere/hunter2"])
def test_a_name_without_a_password_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(InputError) as refused:
        users([given])
    assert "--auth" in str(refused.value)
    assert given.startswith("@") or "hunter2" not in str(refused.value)

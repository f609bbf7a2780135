"""Names and files that are none of the hub's, or lead elsewhere."""

import json
from pathlib import Path

import pytest
from asked_hub import NAME, demo_of, fetch, refused
from hub import Hub

from inference import registry
from inference.errors import ModelError, NotFound


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("someone/else", "The hub has no model someone/else"),
        (f"{NAME}@v2", f"{NAME}@v2: there is no such revision"),
        ("someone/bad.git", "The hub has no model someone/bad.git"),  # by the hub's own rules for names
    ],
)
def test_what_does_not_exist_is_said(server: Hub, spec: str, said: str) -> None:
    assert said in refused(NotFound, spec)
    assert server.asked == []


NO_ID = [
    "tiny",
    "../tiny",
    "someone/..",
    "a/../b",
    "a/b/c",
    "/etc/passwd",
    "./a/b",
    "~/a",
    "a\\b/c",
    "a/b@",
    "a/b@../../x",
    "a/b@x..y",
    "a/b@/x",
    "a--b/c",
    "a/b\n",
    "a/b?x",
    "a/b%2e",
    "é/b",
    "http://a/b",
    "",
    "a/" + "b" * 97,
]


@pytest.mark.parametrize("spec", NO_ID)
def test_a_path_is_no_name_of_a_model(server: Hub, spec: str) -> None:
    assert "is named owner/name or owner/name@revision" in refused(NotFound, spec)
    assert (server.listed, server.asked) == (0, [])


@pytest.mark.parametrize("name", ["../evil.json", "/evil.json", "a/../../evil.json", "..\\evil.json", "./evil.json"])
def test_a_file_that_leads_elsewhere_is_not_asked_for(server: Hub, tmp_path: Path, name: str) -> None:
    server.repos[NAME].files[name] = b"{}"
    fetch()
    assert not [path for path in server.asked if "evil" in path]
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("place", ["../../../outside.csv", "/etc/passwd"])
def test_a_demo_cannot_name_a_table_elsewhere(server: Hub, place: str) -> None:
    about = demo_of(server) | {"background": place}
    server.repos[NAME].files["demo.json"] = json.dumps(about).encode()
    with pytest.raises(ModelError, match="lies outside the model folder; put it inside"):
        _ = registry.load(NAME).background

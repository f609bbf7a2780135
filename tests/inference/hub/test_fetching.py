"""What is fetched from the hub, and what is not."""

from pathlib import Path

import pytest
from asked_hub import NAME, TEXT, WEIGHTS, demo_of, fetch, write
from hub import Hub, Repo, commit_of

from inference import hub, models, registry

# What is fetched


def test_a_model_is_fetched_and_answers_under_its_name(server: Hub) -> None:
    task = registry.load(NAME)
    answer = task.predict(TEXT)
    assert (answer.model, answer.task) == (NAME, "text-classification")
    assert {*answer.prediction.names} == {"ham", "spam"}
    assert (task.demo.title, task.demo.summary) == ("tiny", "Gives ham and spam a probability each.")


def test_weights_come_last_and_nothing_comes_that_is_not_needed(server: Hub, files: dict[str, bytes]) -> None:
    unwanted = (
        "pytorch_model.bin",
        "modeling.py",
        "tf_model.h5",
        "model.onnx",
        "model.gguf",
        "onnx/model.json",
        "a.pkl",
    )
    server.repos[NAME].files |= {name: b"unwanted" for name in (*unwanted, "model.fp16.safetensors", ".gitattributes")}
    folder = fetch()
    assert {path.name for path in folder.iterdir()} == {*files} == {*server.asked}
    assert server.asked[-1] == WEIGHTS


def test_nothing_is_fetched_twice(server: Hub) -> None:
    fetch()
    server.asked.clear()
    assert fetch() == fetch(f"{NAME}@v1").parent / commit_of("main")
    assert server.asked == []  # the files of v1 are the same ones


@pytest.mark.parametrize("revision", ["v1", "refs/pr/2", commit_of("v1")])
def test_a_revision_is_a_branch_a_tag_or_a_commit(server: Hub, revision: str) -> None:
    spec = f"{NAME}@{revision}"
    assert registry.load(spec).name == spec
    assert fetch(spec).name == commit_of({commit_of("v1"): "v1"}.get(revision, revision))


def test_weights_in_parts_are_fetched_whole(server: Hub, sharded: dict[str, bytes]) -> None:
    server.repos[NAME].files = dict(sharded)
    assert sum(name.endswith(".safetensors") for name in sharded) > 1
    assert {path.name for path in fetch().iterdir()} == {*sharded}
    assert registry.load(NAME).predict(TEXT).prediction.names


def test_without_a_card_the_architecture_says_what_the_model_is_for(server: Hub) -> None:
    del server.repos[NAME].files["README.md"]
    assert registry.about(fetch()).task == "text-classification"


def test_an_adapter_of_an_installed_base_is_fetched_alone(server: Hub) -> None:
    sentiment = models.ASSETS / "models" / "sentiment"
    own = {path.name: path.read_bytes() for path in sentiment.iterdir() if path.suffix != ".py"}
    server.repos["someone/sentiment"] = Repo(own)
    task = registry.load("someone/sentiment")
    assert task.predict({"text": "A warm, witty film."}).prediction.names == ["positive", "negative"]
    assert {*server.asked} == {*own}


def test_its_own_demo_is_used_with_what_that_names(server: Hub) -> None:
    inputs = demo_of(server)["examples"][0]["inputs"]
    task = registry.load(NAME)
    assert (task.demo.title, task.background) == ("Their own title", [])
    assert task.parse(inputs)["image"].size == (8, 8)  # through the cache's link
    assert {"rows.csv", "photos/a.png"} < {*server.asked}
    assert "photos/unnamed.png" not in server.asked


def test_of_a_strangers_model_neither_its_own_words_nor_our_token_is_used(
    server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_of(server)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    folder = fetch(cache=tmp_path / "elsewhere", trusted=False)
    assert folder.is_relative_to(tmp_path / "elsewhere")
    assert registry.about(folder).title == "tiny"
    assert not {"demo.json", "rows.csv", "photos/a.png"} & {*server.asked}
    assert server.tokens == {None}
    fetch()
    assert "Bearer hf_secret" in server.tokens


def test_a_folder_goes_before_a_hub_model_of_the_same_spelling(
    server: Hub, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / NAME, files)
    monkeypatch.chdir(tmp_path)
    assert registry.find(NAME) == {"tiny": tmp_path / NAME}
    assert registry.load(NAME).name == "tiny"
    assert server.listed == 0


# What is refused, each before its weights are fetched


@pytest.mark.parametrize(
    "spec", ["a/b", "Some-1/b_2.c", "a/b@main", "a/b@refs/pr/1", "a/b@v1.0-rc_2", "a/b@" + "0" * 40]
)
def test_names_with_and_without_a_revision(spec: str) -> None:
    assert hub.parts(spec) == (spec.split("@")[0], [*spec.split("@"), "main"][1])

"""Models from the hub, asked of a local server that stands in for it: what is fetched, and what is refused and how."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
from hub import Hub, Repo, classifier, commit_of, running
from PIL import Image

from inference import hub, models, registry
from inference.errors import Busy, ModelError, NotFound, SeeWhyError

NAME = "someone/tiny"
WEIGHTS = "model.safetensors"
TEXT = {"text": "Win a free voucher today"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return classifier(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return classifier(tmp_path_factory.mktemp("tiny"), "6KB")


@pytest.fixture
def server(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, which this process asks, its cache empty."""
    with running() as started:
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        at(monkeypatch, started.url)
        started.repos[NAME] = Repo(dict(files), revisions=("main", "v1", "refs/pr/2"))
        yield started


def at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What HF_ENDPOINT would do, which is read when huggingface_hub is imported."""
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def fetch(spec: str = NAME, **options: Any) -> Path:
    return hub.fetch(spec, registry.examine, **options)


def refused(kind: type[SeeWhyError], spec: str = NAME, **options: Any) -> str:
    with pytest.raises(kind) as error:
        fetch(spec, **options)
    assert type(error.value) is kind
    return str(error.value)


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


def demo_of(server: Hub) -> dict[str, Any]:
    """Give the model a demo.json that names a picture and reference rows, and both files."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    text = {"kind": "text", "name": "text", "label": "Note"}
    image = {"kind": "image", "name": "image", "label": "Beside it"}
    about = {
        "version": 1,
        "task": "text-classification",
        "title": "Their own title",
        "summary": "Their own words.",
        "fields": [text, image],
        "examples": [{"title": "One", "inputs": {**TEXT, "image": "photos/a.png"}}],
        "background": "rows.csv",
    }
    rows = {"rows.csv": b"text,image\n", "photos/a.png": picture.getvalue(), "photos/unnamed.png": b"unnamed"}
    server.repos[NAME].files |= {"demo.json": json.dumps(about).encode(), **rows}
    return about


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


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


# Without the hub


def test_what_was_fetched_once_works_offline(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fetch()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    listed = server.listed
    assert fetch() == folder
    assert registry.load(NAME).predict(TEXT).prediction.names
    assert server.listed == listed


def test_offline_what_was_not_fetched_is_told_apart(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "was not fetched before, and HF_HUB_OFFLINE keeps" in refused(ModelError)


def unreachable(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "http://127.0.0.1:9")


def overloaded(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    server.status = 503


@pytest.mark.parametrize(("fault", "said"), [(unreachable, "check the network"), (overloaded, "HTTP 503")])
def test_without_a_network_what_is_there_serves_and_the_rest_is_told(
    server: Hub,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Hub, pytest.MonkeyPatch], None],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = fetch()
    fault(server, monkeypatch)
    assert fetch() == folder
    assert "is taken as it was fetched before" in caplog.text
    assert said in refused(Busy, f"{NAME}@v1")


def test_what_was_interrupted_does_not_count_as_there(
    server: Hub, sharded: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repos[NAME].files = dict(sharded)
    last = max(name for name in sharded if name.endswith(".safetensors"))
    server.gone = {last}
    assert "HTTP 404" in refused(ModelError)
    server.gone = set()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    for spec in (NAME, f"{NAME}@{commit_of('main')}"):
        assert "was not fetched before" in refused(ModelError, spec)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    assert hub.snapshot.is_whole(fetch())


# What is refused, each before its weights are fetched


def without_safetensors(repo: Repo) -> None:
    repo.files["pytorch_model.bin"] = repo.files.pop(WEIGHTS)


def with_nothing(repo: Repo) -> None:
    del repo.files[WEIGHTS]


def without_config(repo: Repo) -> None:
    del repo.files["config.json"]


def too_large(repo: Repo) -> None:
    repo.said_sizes[WEIGHTS] = 6 * 10**9


def large_card(repo: Repo) -> None:
    repo.said_sizes["README.md"] = 11 * 10**6


def damaged_card(repo: Repo) -> None:
    repo.files["README.md"] = b"---\ntags: [unclosed\n---\n"


def damaged_config(repo: Repo) -> None:
    repo.files["config.json"] = b"{"


def other_task(repo: Repo) -> None:
    repo.files["README.md"] = b"---\npipeline_tag: depth-estimation\n---\n"


def says_nothing(repo: Repo) -> None:
    del repo.files["README.md"]
    configured(repo, architectures=["BertModel"])


def without_head(repo: Repo) -> None:
    configured(repo, architectures=["BertModel"])


def own_code(repo: Repo) -> None:
    configured(repo, auto_map={"AutoModelForSequenceClassification": "modeling.Own"})


def own_columns(repo: Repo) -> None:
    repo.files["README.md"] = b"---\npipeline_tag: tabular-regression\n---\n"


def pickled_parts(repo: Repo) -> None:
    parts(repo, "pytorch_model-1.bin")


def missing_part(repo: Repo) -> None:
    parts(repo, "model-1.safetensors")


def adapter(repo: Repo) -> None:
    del repo.files[WEIGHTS]
    repo.files["adapter_model.safetensors"] = b"weights"
    repo.files["adapter_config.json"] = json.dumps({"base_model_name_or_path": "someone/base"}).encode()


def damaged_adapter(repo: Repo) -> None:
    adapter(repo)
    repo.files["adapter_config.json"] = b"[1]"


def gated(repo: Repo) -> None:
    repo.gated = True


def configured(repo: Repo, **change: object) -> None:
    repo.files["config.json"] = json.dumps(json.loads(repo.files["config.json"]) | change).encode()


def parts(repo: Repo, part: str) -> None:
    del repo.files[WEIGHTS]
    repo.files[f"{WEIGHTS}.index.json"] = json.dumps({"weight_map": {"a": part}}).encode()


REFUSED = [
    (without_safetensors, "has only pickled weights (pytorch_model.bin), which can run code when they are read"),
    (with_nothing, "has no safetensors, the only weights that are read here"),
    (without_config, "has no config.json"),
    (too_large, "has 6.0 GB to fetch, and 5.0 GB are allowed. Choose a smaller one, or raise --max-model-size"),
    (large_card, "README.md has 11,000,000 bytes, at most 10,000,000 are read"),
    (damaged_card, "README.md: the front matter is no valid YAML"),
    (damaged_config, "config.json is no valid JSON"),
    (other_task, "is for depth-estimation; the tasks here are "),
    (says_nothing, "does not say what it is for, nor does its architecture; the tasks here are "),
    (without_head, "is a BertModel, which has no trained head for text-classification"),
    (own_code, "brings code of its own (auto_map in config.json), and no code from a model runs here"),
    (own_columns, "needs a demo.json: the fields of tabular-regression differ from model to model"),
    (pickled_parts, "must name the safetensors that hold the weights"),
    (missing_part, "lacks model-1.safetensors, which its model.safetensors.index.json names"),
    (adapter, "no installed package carries 'someone/base', which this adapter changes"),
    (damaged_adapter, "adapter_config.json must hold a JSON object, got list"),
    (gated, "is gated: accept its terms on the hub's page, then log in here with `hf auth login`"),
]


@pytest.mark.parametrize(("fault", "said"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_model_is_refused_with_its_reason_before_its_weights_come(
    server: Hub, tmp_path: Path, fault: Callable[[Repo], None], said: str
) -> None:
    fault(server.repos[NAME])
    message = refused(ModelError)
    assert said in message
    assert NAME in message
    assert str(tmp_path) not in message
    assert not [name for name in server.asked if name.endswith((".safetensors", ".bin"))]
    assert hub.snapshot.cached(NAME, "main", None) is None


def offline(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


def closed(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    gated(server.repos[NAME])


def grown(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    too_large(server.repos[NAME])


def gone(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    del server.repos[NAME]


@pytest.mark.parametrize(
    ("fault", "kind", "presenter", "visitor"),
    [
        (offline, ModelError, "Unset it, or name a folder.", "Choose one of those here."),
        (closed, ModelError, "log in here with `hf auth login`.", "choose one that is open to all."),
        (grown, ModelError, "Choose a smaller one, or raise --max-model-size.", "are allowed. Choose a smaller one."),
        (gone, NotFound, "or log in if it is private.", "and choose one that is not private."),
        (unreachable, Busy, "check the network, or name a folder.", "try again later."),
    ],
)
def test_a_presenter_and_a_visitor_are_told_what_each_can_do(
    server: Hub,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Hub, pytest.MonkeyPatch], None],
    kind: type[SeeWhyError],
    presenter: str,
    visitor: str,
) -> None:
    fault(server, monkeypatch)
    assert refused(kind).endswith(presenter)
    message = refused(kind, trusted=False)
    assert message.endswith(visitor)
    assert not any(word in message for word in ("HF_HUB", "--", "hf auth", "log in", "folder", "network"))


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


@pytest.mark.parametrize(
    "spec", ["a/b", "Some-1/b_2.c", "a/b@main", "a/b@refs/pr/1", "a/b@v1.0-rc_2", "a/b@" + "0" * 40]
)
def test_names_with_and_without_a_revision(spec: str) -> None:
    assert hub.parts(spec) == (spec.split("@")[0], [*spec.split("@"), "main"][1])


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


def test_a_full_disk_is_said(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/some/path")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", full)
    assert refused(ModelError) == f"{NAME} could not be written to the hub's cache: No space left on device."


def test_a_local_folder_with_pickled_weights_is_refused_alike(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {"config.json": files["config.json"], "pytorch_model.bin": b"pickle"})
    with pytest.raises(ModelError, match=r"^mine has only pickled weights \(pytorch_model.bin\)"):
        models.find(folder)

"""What is refused of the hub's models, each before its weights are fetched."""

import json
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import pytest
from asked_hub import NAME, WEIGHTS, parts, refused, unreachable, write
from hub import Hub, Repo

from inference import hub, models
from inference.errors import Busy, ModelError, NotFound, SeeWhyError


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


def test_a_full_disk_is_said(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/some/path")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", full)
    assert refused(ModelError) == f"{NAME} could not be written to the hub's cache: No space left on device."


def test_a_local_folder_with_pickled_weights_is_refused_alike(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {"config.json": files["config.json"], "pytorch_model.bin": b"pickle"})
    with pytest.raises(ModelError, match=r"^mine has only pickled weights \(pytorch_model.bin\)"):
        models.find(folder)

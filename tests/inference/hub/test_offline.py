"""Without the hub: what is there serves, the rest is told."""

from collections.abc import Callable

import huggingface_hub.constants
import pytest
from asked_hub import NAME, TEXT, fetch, refused, unreachable
from hub import Hub, commit_of

from inference import hub, registry
from inference.errors import Busy, ModelError


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

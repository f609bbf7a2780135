"""Speech in the place of a text: written down by a speech model on offer, then answered as if it had been typed."""

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sounding import beeps, wav
from starlette.testclient import TestClient

from inference import models
from inference.errors import InputError
from inference.fields import TextField
from inference.serving import listening
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.listening import hear, missing
from inference.serving.streams import Streams
from inference.types import Record

SPEECH = wav(beeps(0.4, 0.2).samples)
URI = f"data:audio/wav;base64,{base64.b64encode(SPEECH).decode()}"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assistant, with another speech model's name in its demo.json."""
    folder = tmp_path_factory.mktemp("models") / "assistant"
    shutil.copytree(models.find()["assistant"], folder)
    about = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    about["fields"][0]["listens"] = "tiny-speech"
    (folder / "demo.json").write_text(json.dumps(about))
    return folder


@pytest.fixture(scope="module")
def catalogue(assistant: Path, tiny_models: Callable[[str], Path]) -> Catalogue:
    folders = {"assistant": assistant, "tiny-speech": tiny_models("tiny-speech"), "sms-spam": models.find()["sms-spam"]}
    return Catalogue(folders)


@pytest.fixture(scope="module")
def endpoints(catalogue: Catalogue) -> Endpoints:
    def explained(task: Any, inputs: Any, *_: Any, **__: Any) -> Iterator[Record]:
        yield SimpleNamespace(to_json=lambda: {"model": task.name, "inputs": inputs})  # type: ignore[misc]

    return Endpoints(catalogue, Streams(explain=explained, check=explained))


@pytest.fixture(scope="module")
def client(endpoints: Endpoints) -> Iterator[TestClient]:
    with TestClient(rest(endpoints), base_url="http://testserver/api/v1") as client:
        yield client


def words(endpoints: Endpoints) -> str:
    """What the speech model itself makes of the recording."""
    found = endpoints.predict("tiny-speech", {"audio": URI})["prediction"]["text"]
    assert found.strip()
    return str(found).strip()


def test_speech_gets_the_answer_that_its_words_get(endpoints: Endpoints) -> None:
    spoken = endpoints.predict("assistant", {"text": URI})
    typed = endpoints.predict("assistant", {"text": words(endpoints)})
    assert spoken["said"] == {"text": words(endpoints)}
    for part in ("prediction", "decision", "tables"):
        assert spoken[part] == typed[part]
    assert "said" not in typed


def test_writing_it_down_is_a_step_of_the_path(endpoints: Endpoints) -> None:
    first, *others = endpoints.predict("assistant", {"text": URI})["trace"]
    assert first["step"] == "listening"
    assert words(endpoints) in first["words"] and "tiny-speech" in first["detail"]
    assert [step["step"] for step in others][:2] == ["model loading", "data input"]


def test_a_recording_may_be_json_or_a_file_of_a_form(client: TestClient, endpoints: Endpoints) -> None:
    body = client.post("/predict", json={"model": "assistant", "inputs": {"text": URI}})
    form = client.post("/predict", data={"model": "assistant"}, files={"text": ("a.wav", SPEECH, "audio/wav")})
    assert body.status_code == form.status_code == 200
    assert body.json()["said"] == form.json()["said"] == {"text": words(endpoints)}


def test_explanations_and_checks_are_of_the_words(endpoints: Endpoints) -> None:
    inputs = {"text": words(endpoints)}
    assert endpoints.explain("assistant", {"text": URI})["inputs"] == inputs
    assert endpoints.check("assistant", {"text": URI}, "faithfulness")["inputs"] == inputs


def test_a_file_of_the_page_is_taken_as_it_is(endpoints: Endpoints, tmp_path: Path) -> None:
    (tmp_path / "speech.wav").write_bytes(SPEECH)
    assert endpoints.heard("assistant", {"text": tmp_path / "speech.wav"}).said == {"text": words(endpoints)}


def test_what_is_typed_stays_and_a_field_that_is_deaf_takes_no_speech(catalogue: Catalogue) -> None:
    for inputs in ({"text": "Call Ada, data: none"}, {"text": None}, {}, "no object"):
        assert hear(catalogue, "assistant", inputs).inputs is inputs
    assert hear(catalogue, "sms-spam", {"text": URI}).said == {}


def test_what_the_speech_model_warns_of_stands_beside_the_answer(endpoints: Endpoints) -> None:
    quiet = base64.b64encode(wav(0.005 * beeps(0.4).samples)).decode()
    answer = endpoints.predict("assistant", {"text": f"data:audio/wav;base64,{quiet}"})
    assert any("very quiet" in warning for warning in answer["warnings"])


@pytest.mark.parametrize(
    ("sent", "told"),
    [("data:audio/wav;base64,AAAA", "could not be read"), ("data:audio/wav;base64,?", "base64 is damaged")],
)
def test_what_is_no_recording_is_told(client: TestClient, sent: str, told: str) -> None:
    response = client.post("/predict", json={"model": "assistant", "inputs": {"text": sent}})
    assert response.status_code == 422
    assert told in response.json()["detail"]


def test_where_nothing_was_understood_it_says_so(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = SimpleNamespace(model="tiny-speech", prediction=SimpleNamespace(text="  "), warnings=())
    monkeypatch.setattr(listening, "written", lambda *_: blank)
    with pytest.raises(InputError, match="Request: nothing was understood"):
        hear(catalogue, "assistant", {"text": URI})


def test_without_a_speech_model_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assistant: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # nothing was fetched
    alone = Catalogue({"assistant": assistant})
    with pytest.raises(InputError, match=r"takes no speech here, so write it\. .*`python app.py --model tiny-speech`"):
        hear(alone, "assistant", {"text": URI})
    field = TextField(name="text", label="Request", listens="whisper-tiny-en")
    command = '`pip install -e ".[speech]" && python app.py fetch whisper-tiny-en`'
    assert missing(alone, field) == f"The presenter installs a speech model: {command}."


def test_the_assistant_listens_to_a_model_of_ours_that_can_be_fetched() -> None:
    about = Catalogue({"assistant": models.find()["assistant"]}).about("assistant")
    (field,) = listening.listening(about.inputs)
    assert field.listens in models.find()

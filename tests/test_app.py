"""The application as it is served: page, REST and gradio_client on one address, and what keeps strangers out."""

import json
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, serving
from gradio_client import Client, handle_file
from hub import Repo, classifier, running

import app
import inference
from explain.panels.case import Case
from explain.streams import STREAMS
from inference import models
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.security import MAX_BODY

TEXT = {"text": "A warm, witty film with a slow start."}


@pytest.fixture(scope="module")
def client(server: str) -> Client:
    return Client(server, verbose=False)


def test_the_page_opens(server: str) -> None:
    page = httpx.get(server)
    assert page.status_code == 200
    assert '"title":"SeeWhy"' in page.text


def test_gradio_client_reaches_the_same_functions_by_the_same_names(server: str, client: Client) -> None:
    rest = httpx.get(f"{server}/api/v1/models").json()
    assert client.predict(api_name="/models") == rest
    answer = client.predict("sentiment", TEXT, api_name="/predict")
    over_rest = httpx.post(f"{server}/api/v1/predict", json={"model": "sentiment", "inputs": TEXT}).json()
    assert answer["prediction"] == over_rest["prediction"]
    explanation = client.predict("sentiment", TEXT, None, 64, None, api_name="/explain")
    assert len(explanation["values"]) == len(explanation["features"]) == 8
    tested = client.predict("sentiment", TEXT, "faithfulness", api_name="/check")
    over_rest = httpx.post(
        f"{server}/api/v1/check", json={"model": "sentiment", "inputs": TEXT, "check": "faithfulness"}
    ).json()
    assert tested["order"] == over_rest["order"]
    assert tested["hiding"]["scores"] == pytest.approx(over_rest["hiding"]["scores"], abs=1e-4)


def test_gradio_client_streams(client: Client) -> None:
    parts = list(client.submit("tiny-chat", {"prompt": "The sea"}, api_name="/predict_stream"))
    assert parts[-1]["prediction"]["text"] == "".join(part["delta"] for part in parts[:-1])
    ladder = list(client.submit("sentiment", TEXT, None, 128, None, api_name="/explain_stream"))
    assert ladder[-1]["evaluations"] > ladder[0]["evaluations"]
    ticks = [{"prompt": "The sea"}, {"prompt": "Why?"}]
    assert [each["tick"] for each in client.submit("tiny-chat", ticks, api_name="/play")] == [0, 1]
    assert [each["tick"] for each in client.submit("shuttle", None, 5, 3, api_name="/play")] == [5, 6, 7]


def test_gradio_client_uploads_a_picture(client: Client) -> None:
    cat = ROOT / "assets" / "models" / "mobilenet-v2" / "examples" / "cat.jpg"
    answer = client.predict("mobilenet-v2", {"image": handle_file(cat)}, api_name="/predict")
    assert answer["prediction"]["items"][0]["id"] == "Egyptian Mau"


def test_no_caller_can_name_a_file_of_the_machine(server: str) -> None:
    cat = str(ROOT / "assets" / "models" / "mobilenet-v2" / "examples" / "cat.jpg")
    described = {"path": cat, "meta": {"_type": "gradio.FileData"}}
    for image in (cat, {"path": cat}, described):
        data = {"data": ["mobilenet-v2", {"image": image}]}
        event = httpx.post(f"{server}/gradio_api/call/predict", json=data).json().get("event_id")
        answer = httpx.get(f"{server}/gradio_api/call/predict/{event}").text
        assert "event: error" in answer
        assert "Egyptian Mau" not in answer
        sent = {"model": "mobilenet-v2", "inputs": {"image": image}}
        assert httpx.post(f"{server}/api/v1/predict", json=sent).status_code == 422


def test_gradio_client_is_told_what_was_wrong(client: Client) -> None:
    with pytest.raises(Exception, match="available are"):
        client.predict("nonsense", TEXT, api_name="/predict")
    with pytest.raises(Exception, match="Unknown check"):
        client.predict("sentiment", TEXT, "honesty", api_name="/check")


def test_only_the_public_functions_are_listed(client: Client) -> None:
    listed = client.view_api(return_format="dict", print_info=False)
    assert set(listed["named_endpoints"]) == {
        "/models",
        "/predict",
        "/explain",
        "/check",
        "/evaluate",
        "/inspect",
        "/summary",
        "/compare",
        "/counterfactuals",
        "/sweep",
        "/predict_stream",
        "/explain_stream",
        "/counterfactuals_stream",
        "/play",
    }
    assert not listed["unnamed_endpoints"]


def test_the_queue_cannot_be_bypassed(server: str) -> None:
    response = httpx.post(f"{server}/gradio_api/run/predict", json={"data": ["sentiment", TEXT]})
    assert response.status_code in (401, 403, 404)


def test_a_body_beyond_the_limit_is_refused(server: str) -> None:
    body = b"x" * (MAX_BODY + 1)
    for path in ("/api/v1/predict", "/gradio_api/upload"):
        assert httpx.post(server + path, content=body).status_code == 413


def test_a_body_of_unstated_length_is_cut_off(server: str) -> None:
    good = json.dumps({"model": "sentiment", "inputs": TEXT}).encode()

    def pieces(megabytes: int) -> Any:
        yield good
        for _ in range(megabytes):
            yield b" " * 2**20

    def status(megabytes: int) -> int:
        headers = {"content-type": "application/json"}
        return httpx.post(f"{server}/api/v1/predict", content=pieces(megabytes), headers=headers).status_code

    assert status(1) == 200
    with suppress(httpx.TransportError):  # the connection may be closed on us before we have read the answer
        assert status(MAX_BODY // 2**20 + 4) == 413
    assert httpx.get(f"{server}/api/v1/models").status_code == 200


def test_other_sites_pages_are_refused_and_our_own_is_not(server: str) -> None:
    sent = {"model": "sentiment", "inputs": TEXT}
    for origin, status in (("https://elsewhere.example", 403), ("null", 403), (server, 200)):
        response = httpx.post(f"{server}/api/v1/predict", json=sent, headers={"origin": origin})
        assert response.status_code == status


def test_no_file_of_the_machine_or_of_the_web_is_served(server: str) -> None:
    for path in ("/etc/passwd", str(ROOT / "pyproject.toml")):
        assert httpx.get(f"{server}/gradio_api/file={path}").status_code in (403, 404)
    for path in (
        "file=http://127.0.0.1:1/",
        "file/http://example.com/x",
        "file=HTTPS://example.com/",
        "proxy=http://a.b/",
    ):
        refused = httpx.get(f"{server}/gradio_api/{path}")
        assert (refused.status_code, "Only files" in refused.text) == (403, True), path


def test_no_run_history_no_analytics_no_monitoring(server: str) -> None:
    config = httpx.get(f"{server}/config").json()
    assert config["run_history"] is False
    assert config["analytics_enabled"] is False
    assert httpx.get(f"{server}/monitoring").status_code != 200


@pytest.mark.parametrize(("said", "variables"), [(["--root-path", "/demo"], {}), ([], {"GRADIO_ROOT_PATH": "/demo"})])
def test_under_a_proxys_path_page_and_api_answer(
    said: list[str], variables: dict[str, str], tiny_chat: Path, tmp_path: Path
) -> None:
    with serving("--model", str(tiny_chat), *said, log=tmp_path / "log", **variables) as url:  # prefix stripped
        assert httpx.get(f"{url}/api/v1/models").json()[0]["name"] == "tiny-chat"
        sent = {"model": "tiny-chat", "inputs": {"prompt": "The sea"}}
        assert httpx.post(f"{url}/api/v1/predict", json=sent, timeout=60).status_code == 200  # torch loads first
        assert httpx.get(f"{url}/config").json()["root"].endswith("/demo")


@pytest.mark.parametrize("name", models.find())
def test_check_finds_no_mistake_in_our_own_models(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = said_by(capsys, "check", str(models.find()[name]))
    assert "no mistake found" in found and not found.startswith("ended"), found


def test_where_check_finds_no_mistake_it_ends_well() -> None:
    found = run("check", "assets/models/sentiment")
    assert (found.returncode, "no mistake found" in found.stdout) == (0, True), found.stdout


def test_check_names_the_mistake(tmp_path: Path) -> None:
    folder = tmp_path / "faulty"
    folder.mkdir()
    (folder / "demo.json").write_text('{"version": 1, "task": "x", "title": "t", "summary": "s", "fields": [{}]}')
    found = run("check", str(folder))
    assert found.returncode == 1
    assert "fields.0" in found.stderr
    assert "Traceback" not in found.stdout + found.stderr


def test_a_folder_without_models_is_named(tmp_path: Path) -> None:
    found = run("--model", str(tmp_path))
    assert (found.returncode, "holds no model" in found.stderr) == (1, True)
    assert "Traceback" not in found.stderr


# Bring your own


def test_hub_models_are_served_beside_folders_and_visitors_may_name_more(tiny_chat: Path, tmp_path: Path) -> None:
    files = classifier(tmp_path / "files")
    with running() as hub:
        hub.repos |= {name: Repo(dict(files), revisions=("main", "v1")) for name in ("someone/tiny", "else/other")}
        environment = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "hub")}
        environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
        arguments = ["--model", "someone/tiny", "--model", "someone/tiny@v1", "--model", str(tiny_chat)]
        with serving(*arguments, "--allow-model-loading", log=tmp_path / "log", **environment) as url:
            names = [each["name"] for each in httpx.get(f"{url}/api/v1/models").json()]
            assert names == ["someone/tiny", "someone/tiny@v1", "tiny-chat"]
            for name in ("someone/tiny@v1", "else/other"):
                answer = httpx.post(f"{url}/api/v1/predict", json={"model": name, "inputs": TEXT}, timeout=60).json()
                assert answer["model"] == name
            client = Client(url, verbose=False)
            assert len(client.predict("else/other@v1", TEXT, None, 16, None, api_name="/explain")["values"]) == 8
            refused = httpx.post(f"{url}/api/v1/predict", json={"model": "else/none", "inputs": TEXT})
            assert (refused.status_code, "The hub has no model else/none" in refused.text) == (404, True)
            assert httpx.post(f"{url}/api/v1/predict", json={"model": "../files", "inputs": TEXT}).status_code == 404
    offline = {**environment, "HF_HUB_OFFLINE": "1"}
    with serving("--model", "someone/tiny", log=tmp_path / "log", **offline) as url:
        assert httpx.post(f"{url}/api/v1/predict", json={"model": "someone/tiny", "inputs": TEXT}).status_code == 200
        off = httpx.post(f"{url}/api/v1/predict", json={"model": "else/other", "inputs": TEXT})
        assert off.json() == {"detail": "Unknown model 'else/other'; available are someone/tiny."}
        assert off.status_code == 404


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `python app.py …` prints, or what it ends with."""
    try:
        app.main(list(arguments))
    except SystemExit as end:
        return f"ended: {end.code}"
    return capsys.readouterr().out.strip()


def test_a_folder_without_a_demo_is_checked_and_gets_a_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "mine")
    classifier(tmp_path / "mine")
    assert said_by(capsys, "check", folder) == (
        "mine: no demo.json: what is shown follows from text-classification; fields: 1, examples: 4."
    )
    assert "mine: wrote demo.json for text-classification" in said_by(capsys, "new-model", folder)
    assert "no mistake found" in said_by(capsys, "check", folder)
    assert said_by(capsys, "new-model", folder).startswith("ended: mine has demo.json and README.md already; nothing")
    other = str(tmp_path / "other")
    assert "wrote demo.json and README.md" in said_by(capsys, "new-model", other, "--task", "text-generation")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "someone/tiny"], "someone/tiny was not fetched before, and HF_HUB_OFFLINE keeps this process"),
        (["--model", "nothing-here"], "nothing-here holds no model"),
        (["--model", "tests", "--model", "assets/models"], "tests holds no model"),
        (["--max-model-size", "-1"], "--max-model-size must be a number of gigabytes above 0, got -1"),
        (["--max-model-size", "nan"], "--max-model-size must be a number of gigabytes above 0, got nan"),
        (["new-model", "somewhere-new"], "somewhere-new does not say what it is for"),
        (["check", "tests"], "Unknown model 'tests'; available are "),
    ],
)
def test_what_cannot_be_served_ends_with_a_message(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said_by(capsys, *arguments).startswith(f"ended: {said}")


def test_on_zero_gpu_visitors_can_name_no_models(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.runtime.ZERO_GPU", True)
    assert "does not go with ZeroGPU" in said_by(capsys, "--allow-model-loading")


def test_the_page_shows_a_functions_answer_and_why() -> None:
    about = {
        "task": "text-regression",
        "title": "Length",
        "summary": "Counts letters.",
        "fields": [{"kind": "text", "name": "text", "label": "Text"}],
        "output": "length",
    }
    task = inference.from_function(lambda records: [len(record["text"]) for record in records], about, name="length")
    endpoints = Endpoints(Catalogue({}, made=[task]), STREAMS)
    assert "Length" in json.dumps(app.page(endpoints).get_config_file())
    shown = "".join(map(str, Case(endpoints, "length").answered(["Seven words are few"])))
    for part in ("length", "in Python", "Seven", "This is what the model uses"):
        assert part in shown


def test_the_function_of_the_readme_is_explained_and_served(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    (snippet,) = [block for block in blocks if "app.serve(" in block]
    script = tmp_path / "own.py"
    script.write_text(snippet)
    with serving(log=tmp_path / "log", script=script, PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1") as url:
        (described,) = httpx.get(f"{url}/api/v1/models").json()
        assert described["name"] == "word_weights"
        sent = {"model": "word_weights", "inputs": {"text": "Win a free voucher today"}}
        answer = httpx.post(f"{url}/api/v1/predict", json=sent).json()
        assert answer["decision"]["action"] == "Block it"
        explanation = httpx.post(f"{url}/api/v1/explain", json=sent).json()
        by_word = {f["label"]: v for f, v in zip(explanation["features"], explanation["values"], strict=True)}
        assert by_word["free"] > by_word["Win"] > by_word["voucher"] > by_word["a"] == 0
    assert "voucher" in (tmp_path / "log").read_text()  # what the snippet printed


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`python app.py …`, to its end."""
    return subprocess.run(
        [sys.executable, "app.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

"""Two people over HTTP: whatever the first is given, the second tries.

What opens something to whoever holds it (an upload's address, an answer's id, a link, a study) is a long random name or
a digest; so two things are tried: that nothing tells the second of it, and that it is of no use altered, in a part, or
as the second's own. The same in browsers: tests/browser/test_two_visitors.py.
"""

import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, serving
from PIL import Image

from inference.serving.links import Links, Shared

WEB = httpx.Client(timeout=60)
SECRET = "amberlight"
TEXT = {"text": f"A warm {SECRET} film with a slow start."}
KEY, TOKEN = "a-key-of-sixteen-letters", "the-presenters-own-token"
LISTINGS = (
    "config",
    "info",
    "queue/status",
    "monitoring",
    "app_id",
    "user",
    "token",
    "startup-events",
    "upload_progress",
)
PRESENTERS = ("/metrics", "/api/v1/feedback?model=sentiment", "/api/v1/history", "/api/v1/studies", "/api/v1/links")


@dataclass
class First:
    """All that the first one was given, by kind."""

    session: str = "first0session"
    given: dict[str, str] = field(default_factory=dict)
    links: Path = Path()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("first")
    arguments = [f"--model={ROOT / 'assets' / 'models' / name}" for name in ("sentiment", "cat-or-dog")]
    arguments += ["--history", str(folder / "history.db"), "--keep", "inputs"]
    arguments += ["--secret", KEY, "--links", str(folder / "links")]
    with serving(*arguments, log=folder / "log", SEEWHY_TOKEN=TOKEN) as url:
        yield url


@pytest.fixture(scope="module")
def first(server: str, tmp_path_factory: pytest.TempPathFactory) -> First:
    """Somebody who has asked, explained, uploaded a file and a photo, had a file answered, and made two links."""
    mine = First(links=tmp_path_factory.getbasetemp() / "first0" / "links")
    photo = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(photo, "PNG")
    for name, data in ((f"{SECRET}.csv", f"text\n{TEXT['text']}\n".encode()), (f"{SECRET}.png", photo.getvalue())):
        (path,) = WEB.post(f"{server}/gradio_api/upload", files={"files": (name, data)}).json()
        mine.given[f"upload {name}"] = path
    mine.given["kept"] = WEB.post(f"{server}/api/v1/predict", json={"model": "sentiment", "inputs": TEXT}).json()[
        "kept"
    ]
    mine.given["event"], told = called(server, "predict", ["sentiment", TEXT], mine.session)
    assert SECRET in json.dumps(TEXT) and '"prediction"' in told
    for _ in range(2):
        mine.given["explanation"], told = called(
            server, "explain", ["sentiment", TEXT, None, 64, None, "auto"], mine.session
        )
    assert '"kept": true' in told  # the second time it is known to this one
    links = Links(KEY, mine.links)  # as the server has them
    uri = f"data:image/png;base64,{'A' * 400}{SECRET}"
    mine.given["link of a photo"] = links.make(Shared(model="cat-or-dog", inputs={"image": uri})).text
    (file,) = mine.links.iterdir()
    mine.given["held"] = file.name
    return mine


def called(server: str, name: str, data: list[Any], session: str) -> tuple[str, str]:
    """An event of a page's session over Gradio's API: its id, and all that was streamed of it."""
    body = {"data": data, "session_hash": session}
    event = WEB.post(f"{server}/gradio_api/call/{name}", json=body).json()["event_id"]
    return event, WEB.get(f"{server}/gradio_api/call/{name}/{event}", timeout=60).text


def altered(name: str) -> list[str]:
    """Names like one that was given: cut, longer, of other letters, with one letter changed."""
    last = "0" if name[-1] != "0" else "1"
    return [name[:-1], f"{name}0", name.swapcase(), name[::-1], name[:-1] + last, "0" * len(name), "*", "%2e%2e"]


def test_every_name_is_too_long_to_be_guessed(first: First) -> None:
    for kind, name in first.given.items():
        random = Path(name).parent.name if kind.startswith("upload") else name
        assert len(random) >= 22 and len(set(random)) > 7, kind


def test_nothing_that_is_open_to_all_tells_of_them(server: str, first: First) -> None:
    secrets = [first.session, SECRET, *first.given.values()]
    for path in (*(f"/gradio_api/{each}" for each in LISTINGS), *PRESENTERS, "/", "/config", "/readyz", "/healthz"):
        answer = WEB.get(server + path)
        assert not [each for each in secrets if each in answer.text], path
    assert WEB.get(f"{server}/api/v1/feedback?model=sentiment").status_code == 401


def test_uploads_open_by_their_whole_address_alone(server: str, first: First) -> None:
    for path in (Path(path) for kind, path in first.given.items() if kind.startswith("upload")):
        tried = [path.parent, path.parent.parent, path.parent.parent / path.name, f"{path.parent}/*", f"{path}.bak"]
        tried += [path.parent.with_name(each) / path.name for each in altered(path.parent.name)]
        tried += [f"{path.parent}/../{path.parent.name[:8]}/{path.name}"]
        for each in tried:
            answer = WEB.get(f"{server}/gradio_api/file={each}")
            assert answer.status_code in (403, 404), each
            assert f"{SECRET} film" not in answer.text and b"PNG" not in answer.content[:8]


def test_no_program_is_answered_about_the_path_of_an_upload(server: str, first: First) -> None:
    path = first.given[f"upload {SECRET}.png"]
    for value in (path, f"file://{path}", {"path": path}, {"path": path, "meta": {"_type": "gradio.FileData"}}):
        sent = {"model": "cat-or-dog", "inputs": {"image": value}}
        answer = WEB.post(f"{server}/api/v1/predict", json=sent)
        assert answer.status_code == 422 and path not in answer.text


def test_what_the_server_keeps_for_links_and_answers_is_no_file_that_opens(server: str, first: First) -> None:
    folder = first.links
    for each in (folder, folder / first.given["held"], folder.parent / "history.db", folder.parent / "history.db-wal"):
        assert each.exists()
        assert WEB.get(f"{server}/gradio_api/file={each}").status_code in (403, 404)
        assert WEB.get(f"{server}/gradio_api/file/{each}").status_code in (403, 404)


def test_an_altered_link_opens_nothing_and_a_held_name_is_no_link(server: str, first: First) -> None:
    links, link = Links(KEY, first.links), first.given["link of a photo"]
    assert SECRET in json.dumps(links.open(link).inputs)  # so it would be noticed
    for each in (*altered(link), first.given["held"], f"@{first.given['held']}"):
        with pytest.raises(Exception, match="damaged, or was made by another server"):
            links.open(each)
    with pytest.raises(Exception, match="damaged, or was made by another server"):
        Links("another-key-of-letters", first.links).open(link)


def test_of_an_answer_nobody_marks_deletes_or_reads_what_they_hold_no_id_of(server: str, first: First) -> None:
    for id in (*altered(first.given["kept"]), first.given["event"], first.session):
        sent = {"id": id, "verdict": "wrong"}
        assert WEB.post(f"{server}/api/v1/feedback", json=sent).status_code in (404, 422), id
        assert WEB.delete(f"{server}/api/v1/history/{id}").status_code in (404, 405, 422), id
    for method in ("GET", "PUT", "PATCH"):
        assert WEB.request(method, f"{server}/api/v1/history/{first.given['kept']}").status_code == 405
    for token in ("Bearer", TOKEN[:-1], first.given["kept"], first.session):
        head = {"authorization": f"Bearer {token}"}
        assert WEB.get(f"{server}/api/v1/feedback?model=sentiment", headers=head).status_code == 401
    sent = {"id": first.given["kept"], "verdict": "right"}
    assert WEB.post(f"{server}/api/v1/feedback", json=sent).json()["agreed"] is True  # it is still there, unmarked


def test_a_result_that_was_fetched_is_told_to_nobody_again(server: str, first: First) -> None:
    for name, event in (("predict", first.given["event"]), ("explain", first.given["explanation"])):
        for asked in (event, *altered(event)):
            told = WEB.get(f"{server}/gradio_api/call/{name}/{asked}").text
            assert "prediction" not in told and "values" not in told and SECRET not in told


def test_an_explanation_is_known_to_nobody_who_asks_the_same(server: str, first: First) -> None:
    for session in ("second0session", first.session[:-1], first.session.upper()):
        _, told = called(server, "explain", ["sentiment", TEXT, None, 64, None, "auto"], session)
        assert "event: complete" in told and '"kept": true' not in told
    sent = {"model": "sentiment", "inputs": TEXT, "evaluations": 64}
    head = {"x-session": first.session, "cookie": f"session_hash={first.session}; session={first.session}"}
    answer = WEB.post(f"{server}/api/v1/explain", json=sent, headers=head, params={"session_hash": first.session})
    assert answer.json().get("kept") is not True


def test_the_work_of_one_is_not_ended_by_another(server: str, first: First) -> None:
    for number in range(8):  # at once, so that some still wait in Gradio's own queue
        asked = ["sentiment", {"text": TEXT["text"] * 3}, None, 64 + number, None, "auto"]
        body = {"data": asked, "session_hash": f"{first.session}{number}"}
        event = WEB.post(f"{server}/gradio_api/call/explain", json=body).json()["event_id"]
        for session in ("second0session", body["session_hash"][:-1], ""):
            for sent in ({"session_hash": session, "fn_index": 4, "event_id": event}, {"event_id": event}):
                assert WEB.post(f"{server}/gradio_api/cancel", json=sent).status_code in (200, 422)
                WEB.post(f"{server}/gradio_api/reset", json=sent)
        assert "event: complete" in whole(f"{server}/gradio_api/call/explain/{event}")


def whole(address: str) -> str:
    """A stream of events to its end. Signs of life would keep one open for ever that never ends."""
    told, end = [], time.monotonic() + 60
    with WEB.stream("GET", address) as lines:
        for line in lines.iter_lines():
            told.append(line)
            assert time.monotonic() < end, told
    return "\n".join(told)


def test_a_file_that_was_answered_leaves_nothing_behind(server: str, first: First) -> None:
    file = {"file": (f"{SECRET}.csv", f"text\n{TEXT['text']}\n".encode())}
    answer = WEB.post(f"{server}/api/v1/batch", data={"model": "sentiment", "format": "csv"}, files=file, timeout=60)
    assert answer.status_code == 200 and SECRET in answer.text
    assert not re.search(r"/tmp|seewhy-|gradio", answer.text + str(answer.headers))  # no name that could be tried

"""What is sent before anybody asks: it counts as a call, has a bound altogether, and goes after a while."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from inference.serving import uploads
from inference.serving.limits import Rate
from inference.serving.reports import NO_ROOM
from inference.serving.uploads import Room, Uploads
from inference.serving.watch import Watch

STRANGER = "203.0.113.1"
PATHS = ["/gradio_api/upload", "/gradio_api/upload/", "/demo/gradio_api/upload?upload_id=x"]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "uploads", most_bytes=1_000)


@pytest.fixture
def visitor(room: Room) -> TestClient:
    return visiting(room, Rate(0))


def visiting(room: Room, rate: Rate) -> TestClient:
    """A stranger who sends files to an app that writes them as they come."""

    async def take(request: Request) -> PlainTextResponse:
        room.folder.mkdir(exist_ok=True)
        with (room.folder / os.urandom(8).hex()).open("wb", buffering=0) as file:
            async for part in request.stream():
                file.write(part)
        return PlainTextResponse("taken")

    app = Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST"])])
    return TestClient(Watch(Uploads(app, room, rate)), client=(STRANGER, 1))


def parts(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


# How often


@pytest.mark.parametrize("path", PATHS)
def test_an_upload_counts_as_a_call(path: str, room: Room) -> None:
    stranger = visiting(room, Rate(1))
    first, second = stranger.post(path, content=b"x"), stranger.post(path, content=b"x")
    assert (first.status_code, second.status_code) == (200, 429)
    assert 0 < int(second.headers["retry-after"]) <= 60 and "more than 1 calls a minute" in second.json()["detail"]
    assert stranger.get("/gradio_api/upload").status_code == stranger.post("/api/v1/predict").status_code == 200


# How much


def test_no_more_is_taken_than_there_is_room_for(visitor: TestClient, room: Room) -> None:
    found = [visitor.post(PATHS[0], content=b"x" * 300) for _ in range(6)]
    assert [each.status_code for each in found] == [200, 200, 200, 503, 503, 503]
    assert found[-1].json() == {"detail": NO_ROOM} and found[-1].headers["retry-after"] == "60"
    assert sum(file.stat().st_size for file in room.folder.iterdir()) <= 1_000
    assert visitor.post("/api/v1/predict", content=b"x" * 300).status_code == 200  # what needs no room is answered


def test_one_that_does_not_say_its_length_is_ended_half_way(visitor: TestClient, room: Room) -> None:
    answer = visitor.post(PATHS[0], content=parts(5_000))
    assert (answer.status_code, answer.json()) == (503, {"detail": NO_ROOM})
    assert sum(file.stat().st_size for file in room.folder.iterdir()) < 1_000


def test_once_old_files_are_gone_there_is_room_again(
    visitor: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert visitor.post(PATHS[0], content=parts(2_000)).status_code == 503
    for file in room.folder.iterdir():
        file.unlink()
    assert visitor.post(PATHS[0], content=b"x").status_code == 503  # believed for some seconds
    monkeypatch.setattr(uploads, "FRESH", 0.0)
    assert visitor.post(PATHS[0], content=b"x").status_code == 200


def test_what_others_wrote_there_counts_and_a_disk_that_fills_up_is_heeded(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.folder.mkdir()
    (room.folder / "old").write_bytes(b"x" * 400)
    monkeypatch.setattr(uploads, "free", lambda _: 200)
    room.measure()
    room.count(99)
    assert not room.is_full
    room.count(1)
    assert room.is_full


def test_an_answer_is_not_lost_when_another_upload_takes_the_last_room(room: Room) -> None:
    async def take(request: Request) -> PlainTextResponse:
        await request.body()
        room.count(room.most_bytes)
        assert await request.is_disconnected() is False
        return PlainTextResponse("taken")

    app = Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
    assert TestClient(Uploads(app, room, Rate(0))).post(PATHS[0], content=b"x").text == "taken"


# How long


def test_what_is_old_goes_and_what_is_new_or_the_pages_own_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, own, new = (tmp_path / name / "photo.jpg" for name in ("old", "own", "new"))
    room = Room(tmp_path, kept=lambda: {str(own)})
    for file in (old, own):
        file.parent.mkdir()
        file.write_bytes(b"x")
    room.sweep()
    assert old.exists()
    later = time.time() + uploads.SECONDS + 5
    new.parent.mkdir()
    new.write_bytes(b"x")
    os.utime(new, (later, later))
    monkeypatch.setattr(time, "time", lambda: later)
    room.sweep()
    assert (old.exists(), own.exists(), new.exists()) == (False, True, True)
    later += uploads.SECONDS + 5
    room.sweep()
    assert not old.parent.exists() and own.exists() and not new.exists()


def test_a_copy_of_an_old_file_is_new(tmp_path: Path) -> None:
    copied = tmp_path / "example.jpg"
    copied.write_bytes(b"x")
    os.utime(copied, (0, 0))  # as the file was that it was copied from
    Room(tmp_path).sweep()
    assert copied.exists()


def test_a_file_that_cannot_be_deleted_keeps_none_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / str(number) for number in range(5)]
    for file in files:
        file.write_bytes(b"x")
    unlink = Path.unlink

    def stuck(file: Path, missing_ok: bool = False) -> None:
        if file.name in "02":
            raise PermissionError(file.name)
        unlink(file)

    monkeypatch.setattr(Path, "unlink", stuck)
    later = time.time() + uploads.SECONDS + 5
    monkeypatch.setattr(time, "time", lambda: later)
    Room(tmp_path).sweep()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0", "2"]

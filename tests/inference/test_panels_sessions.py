"""What Gradio notes of visitors goes in time, on the real page: fails without `sweep` in the place of Gradio's own."""

import gc
import time
import weakref
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.state_holder import SessionState, StateHolder

import app
from explain.panels.case import Case
from explain.streams import STREAMS
from inference import models
from inference.panels import sessions
from inference.panels.sessions import CALLED, HERE, UNREAD, UNUSED
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

LOANS = "home-loans"
ASKED = {"data": [LOANS, {"payments": "many"}]}
"""Refused before the model is asked."""


class App:
    """The running app, which sweeps once a second."""

    def __init__(self, url: str, blocks: gr.Blocks) -> None:
        self.url, self.blocks, self.holder = url, blocks, blocks.state_holder
        self.web = httpx.Client(base_url=f"{url}/gradio_api", timeout=60)

    def ask(self, session: str, event: str, data: list[Any], by: str = "queue/join") -> str:
        """An event of the page, by what it is of; what is answered."""
        dependencies = self.web.get(f"{self.url}/config").json()["dependencies"]
        found = [each["id"] for each in dependencies if each["targets"] and each["targets"][0][1] == event]
        body = {"data": data, "fn_index": found[-1], "session_hash": session}
        answer = self.web.post(by, json=body).raise_for_status()
        return self.told(session) if by == "queue/join" else answer.text

    def told(self, session: str) -> str:
        with self.web.stream("GET", "queue/data", params={"session_hash": session}) as stream:
            return "".join(stream.iter_lines())

    def draw(self, session: str, screen: str = LOANS) -> str:
        return self.ask(session, "change", [screen])

    def unused(self, session: str, so_long: timedelta) -> bool:
        """As if nothing had been heard of it for so long; whether it has gone then."""
        assert ended(lambda: not self.blocks._queue.event_ids_to_events)
        self.holder.time_last_used[session] -= so_long + timedelta(seconds=1)
        return ended(lambda: session not in self.holder.session_data, 3)


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    endpoints = Endpoints(Catalogue({LOANS: models.find()[LOANS]}), STREAMS)
    blocks = app.page(endpoints)
    url = app.launch(blocks, endpoints, app.parser().parse_args([]), prevent_thread_lock=True, quiet=True)[1].rstrip(
        "/"
    )
    yield App(url, blocks)
    blocks.close()


def ended(true: Any, seconds: float = 10) -> bool:
    """Whether something comes to be so."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return bool(true())


def cases() -> list[Case]:
    gc.collect()
    return [each for each in gc.get_objects() if type(each) is Case]  # isinstance would look into lazy objects


def test_a_page_that_nobody_uses_goes_with_all_that_was_shown_there(running: App) -> None:
    before = {id(case) for case in cases()}
    for session in ("one", "two"):
        assert "render" in running.draw(session)
    held = [weakref.ref(case) for case in cases() if id(case) not in before]
    functions = [weakref.ref(each) for each in running.holder.session_data["one"].blocks_config.fns.values()]
    assert len(held) == 2 and running.unused("one", UNUSED)
    assert "one" not in running.holder.time_last_used and "one" not in running.blocks._queue.pending_event_ids_session
    assert "two" in running.holder.session_data
    gc.collect()
    assert sum(case() is None for case in held) == 1
    assert any(function() is None for function in functions)


def test_a_page_that_is_open_says_so_and_stays(running: App) -> None:
    assert UNUSED.total_seconds() > 3 * HERE
    running.draw("open")
    assert not running.unused("open", UNUSED / 2)
    running.ask("open", "tick", [], by="run/predict")
    assert not running.unused("open", UNUSED / 2)


def test_a_page_that_has_gone_is_opened_anew(running: App) -> None:
    running.draw("asleep")
    drawn = max(running.holder.session_data["asleep"].blocks_config.fns)
    assert running.unused("asleep", UNUSED)
    asked = {"data": [], "fn_index": drawn, "session_hash": "asleep"}
    assert running.web.post("queue/join", json=asked).status_code == 410  # see assets/lost.js
    assert "render" in running.draw("asleep")


def test_calls_without_a_page_leave_nothing(running: App) -> None:
    for _ in range(3):
        event = running.web.post("call/predict", json=ASKED).json()["event_id"]
        assert "must be" in running.web.get(f"call/predict/{event}").text
        assert event in running.holder.session_data
        assert running.unused(event, CALLED)
        queue = running.blocks._queue
        assert event not in queue.pending_event_ids_session and event not in queue.pending_messages_per_session


def test_an_answer_may_be_fetched_a_while_later(running: App) -> None:
    event = running.web.post("call/predict", json=ASKED).json()["event_id"]
    assert not running.unused(event, CALLED)
    assert "must be" in running.web.get(f"call/predict/{event}").text
    event = running.web.post("call/predict", json=ASKED).json()["event_id"]
    assert running.unused(event, UNREAD)
    assert running.web.get(f"call/predict/{event}").status_code == 404


def test_those_unused_for_longest_make_room(running: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    for session in ("first", "second", "third"):
        running.draw(session)
    assert ended(lambda: "first" not in running.holder.session_data)
    assert {"second", "third"} <= running.holder.session_data.keys()


def test_what_is_under_way_stays_however_long_it_takes(running: App, monkeypatch: pytest.MonkeyPatch) -> None:
    running.draw("busy")
    assert ended(lambda: not running.blocks._queue.event_ids_to_events)
    event = type("Event", (), {"session_hash": "busy"})()
    monkeypatch.setitem(running.blocks._queue.event_ids_to_events, "an event", event)
    running.holder.time_last_used["busy"] -= 2 * UNUSED
    assert not ended(lambda: "busy" not in running.holder.session_data, 2)


def test_the_list_of_a_screens_files_goes_with_it_and_the_files_stay_listed(running: App, tmp_path: Path) -> None:
    sets = running.blocks.temp_file_sets
    running.draw("listed")
    drawn, last = len(sets), sets[-1]
    last.add(str(tmp_path / "chart.png"))
    assert running.unused("listed", UNUSED)
    assert len(sets) < drawn - 10 and not any(each is last for each in sets)
    assert str(tmp_path / "chart.png") in sets[0]
    sets[0].clear()


def test_a_visitors_state_is_deleted_with_the_page() -> None:
    deleted: list[str] = []
    with gr.Blocks() as blocks:
        pass
    blocks.queue()
    app.restrain(blocks)
    holder = StateHolder()
    holder.set_blocks(blocks)
    session: SessionState = holder["mine"]
    with blocks:
        state = gr.State("what was sent", delete_callback=deleted.append)
    session.blocks_config.blocks[state._id] = state
    assert session[state._id] == "what was sent"
    holder.time_last_used["mine"] -= 2 * UNUSED
    holder.delete_all_expired_state()
    assert deleted == ["what was sent"] and not holder.session_data

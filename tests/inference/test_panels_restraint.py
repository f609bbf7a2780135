"""What Gradio would keep of visitors, or fetch for them: each of these fails without its replacement."""

import gc
import weakref
from contextlib import nullcontext

import gradio as gr
import httpx
import pytest
from fastapi import Request
from gradio import queueing, routes
from gradio.queueing import Event, ProcessTime
from gradio.state_holder import SessionState

import app
from inference import models
from inference.panels.restraint import Times, restrain
from inference.serving.admission import KINDS
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.logs import Words


class Function:
    """As Gradio's own, by identity."""


def test_no_value_of_a_visitor_is_kept() -> None:
    with gr.Blocks() as blocks:
        box = gr.Textbox("at first")
    blocks.queue()
    restrain(blocks)
    session = SessionState(blocks)
    session._update_value_in_config(box._id, "a secret")
    assert "a secret" not in str(session.config_values)


def test_the_times_of_a_function_go_with_it() -> None:
    times, function = Times(), Function()
    assert isinstance(times[function], ProcessTime)
    times[function].add(1.0)
    assert times[function].avg_time == 1.0
    left = weakref.ref(function)
    del function
    gc.collect()
    assert left() is None and len(times) == 0


def test_a_page_that_another_server_drew_is_told_so(server: str) -> None:
    asked = {"fn_index": 9_999, "session_hash": "drawn-elsewhere", "data": []}
    answer = httpx.post(f"{server}/gradio_api/queue/join", json=asked)
    assert answer.status_code == 410
    assert "drawn by another server" in answer.json()["detail"]


def test_who_began_an_event_ends_it_and_nobody_else_even_while_it_waits() -> None:
    with gr.Blocks() as blocks:
        gr.Button().click(dict)
    blocks.queue()
    restrain(blocks)
    (function,) = blocks.fns.values()
    event = Event("mine", function, Request({"type": "http"}), None)
    blocks._queue.event_ids_to_events[event._id] = event
    for session, taken in (("mine", True), ("another", False), ("", False)):
        asked = {"session_hash": session, "fn_index": 0, "event_id": event._id}
        with nullcontext() if taken else pytest.raises(ValueError, match="no such event"):
            routes.CancelBody(**asked)
    assert routes.CancelBody(session_hash="another", fn_index=0, event_id="ended").event_id == "ended"


def test_who_finds_gradios_queue_full_is_told_when_to_come_back() -> None:
    with gr.Blocks() as blocks:
        gr.api(lambda: 1, api_name="one")
    blocks.queue(max_size=0)
    restrain(blocks)
    url = blocks.launch(prevent_thread_lock=True, quiet=True)[1]
    refused = httpx.post(f"{url}gradio_api/call/one", json={"data": []})
    blocks.close()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["detail"] == "Many people are here right now. Please try again in 5 s."


def test_gradios_queue_is_never_full_before_ours() -> None:
    """All who are at work or wait in ours run at once in Gradio's, none waits in it."""
    endpoints = Endpoints(Catalogue({"home-loans": models.find()["home-loans"]}))
    blocks = app.page(endpoints)
    url = app.launch(blocks, endpoints, app.parser().parse_args([]), prevent_thread_lock=True, quiet=True)[1]
    queue, most = blocks._queue, sum(kind.places + kind.room for kind in KINDS)
    assert url and len(queue.active_jobs) > most and queue.max_size is not None and queue.max_size > most
    blocks.close()


def test_what_fails_around_an_event_is_not_quoted(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with gr.Blocks() as blocks:
        gr.Button().click(dict)
    blocks.queue()
    restrain(blocks)
    try:
        raise ValueError("a secret")
    except ValueError:
        queueing.traceback.print_exc()  # as Gradio does there
    assert capsys.readouterr().err == ""
    (record,) = caplog.records
    assert "secret" not in Words().format(record) and "ValueError" in Words().format(record)


def test_no_address_is_fetched_in_the_place_of_a_file(server: str) -> None:
    asked = {"path": "http://127.0.0.1:9/10GB.bin", "meta": {"_type": "gradio.FileData"}}
    data = {"data": ["mobilenet-v2", {"image": asked}]}
    event = httpx.post(f"{server}/gradio_api/call/predict", json=data, timeout=60).json()["event_id"]
    told = httpx.get(f"{server}/gradio_api/call/predict/{event}", timeout=60).text
    assert "Only uploaded files are accepted" in told

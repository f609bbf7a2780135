"""The panel of a recording: what it shows before and while it is played, and how a tick gets into the form."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from inference import models
from inference.panels import playing
from inference.panels.playing import Player, panel
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

FOLDER = models.find()["shuttle"]


@pytest.fixture(scope="module")
def player() -> Player:
    return Player(Endpoints(Catalogue({"shuttle": FOLDER})), "shuttle")


def test_before_anybody_plays_no_model_is_asked(player: Player) -> None:
    html = player.invitation()
    assert "180 held-out readings, one decision every 0.5 s." in html
    assert 'data-play="start"' in html and "data-ticks" not in html


def test_the_panel_is_drawn_again_while_the_server_decides_and_whole_at_the_end(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "PAUSE", 0.0)
    drawn = list(player.played("1"))
    assert len(drawn) == 181
    assert "Decisions at 3 of 180 ticks" in drawn[2] and "As a table" not in drawn[2]
    assert "Decisions at 180 of 180 ticks" in drawn[-1] and "As a table" in drawn[-1]


def test_the_road_is_drawn_at_each_tick_on_one_scale_with_what_is_done_there() -> None:
    driven = Player(Endpoints(Catalogue({"highway": models.find()["highway"]})), "highway")
    *_, html = driven.played("1")
    roads = html.split("<div hidden>")[1:]
    assert len(roads) == len(driven.recording.ticks)
    assert len({re.findall('class="metres" x="[^"]*"', road)[0] for road in roads}) == 1
    assert all(road.count('class="way"') == 1 for road in roads)
    assert len({road.split("</div>")[0] for road in roads}) > 20
    assert "You drive in lane" in roads[0]


def test_a_recording_of_something_else_has_no_roads(player: Player) -> None:
    assert player.roads([]) == ""


def test_leaving_ends_the_work(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "PAUSE", 0.0)
    task, asked = player.endpoints.catalogue.task("shuttle"), []
    predict_some = task.predict_some
    monkeypatch.setattr(task, "predict_some", lambda raws: asked.append(raws) or predict_some(raws))
    stream = player.played("1")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert len(asked) == 1


def test_a_tick_fills_the_form_in_the_order_of_its_fields(player: Player) -> None:
    values = player.loaded(json.dumps([3, 42]))
    assert values == [player.recording.ticks[42][field.name] for field in player.about.inputs]


@pytest.mark.parametrize("asked", ["", "x", "[1]", "[1, 9999]", "[1, null]", "[" * 5000, '[1, "a"]'])
def test_nonsense_leaves_the_form_as_it_is(player: Player, asked: str) -> None:
    assert len(player.loaded(asked)) == len(player.about.inputs)
    assert all(value == gr.skip() for value in player.loaded(asked))


def test_a_failing_model_gets_a_message_in_the_panel(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> Iterator[Any]:
        raise RuntimeError("secret")
        yield

    monkeypatch.setattr(player.endpoints, "plays", busy)
    (html,) = player.played("1")
    assert 'role="alert"' in html and "secret" not in html


def test_a_faulty_recording_is_said_where_the_panel_would_stand(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "shuttle")
    (folder / "recording.json").write_text("[]")
    with gr.Blocks() as blocks:
        assert panel(Endpoints(Catalogue({"shuttle": folder})), "shuttle") is None
    shown = [block.value for block in blocks.blocks.values() if isinstance(block, gr.HTML)]
    assert "shuttle/recording.json" in shown[0]

"""The panel where a model's recording is played: the server decides ahead, the page shows one tick after the other."""

import json
import time
from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from ..demo import read_recording, resolve
from ..fields import Scene
from ..recording import Recording, Tick
from ..road import Road, legend
from ..serving.endpoints import Endpoints
from ..serving.places import Waiting
from ..serving.reports import report
from ..units import quantity
from .answer import failure
from .asking import QUIET
from .timeline import pace, table, timeline
from .waiting import standing

PAUSE = 0.4
"""Seconds between two drawings while the server decides ahead."""
SPEEDS = (0.5, 1, 2, 5, 10)
DRAWN = 200
"""Ticks of the longest recording whose roads are drawn: about 3 kB each, sent with every drawing of the panel."""


class Player:
    """The recording of one model."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        """Raises ModelError for a faulty recording."""
        self.endpoints, self.name = endpoints, name
        self.about, self.folder = endpoints.catalogue.about(name), endpoints.catalogue.folders[name]
        found = read_recording(self.folder, self.about)
        assert found  # the page asks only where demo.json names one
        self.recording: Recording = found
        raws = (self.about.parse(inputs) for inputs in found.ticks[: DRAWN + 1])
        scenes = [value for raw in raws for value in raw.values() if isinstance(value, Scene)]
        self.scenes = scenes if len(scenes) == len(found.ticks) <= DRAWN else []

    def played(self, asked: str) -> Iterator[str]:
        """The panel with ever more ticks decided, as HTML; whoever leaves ends it."""
        ticks: list[Tick] = []
        drawn = time.perf_counter()
        try:
            for tick in self.endpoints.plays(self.name):
                if isinstance(tick, Waiting):
                    yield frame(standing(tick))
                    continue
                ticks.append(tick)
                if time.perf_counter() - drawn >= PAUSE:
                    yield self.card(ticks)
                    drawn = time.perf_counter()
            yield self.card(ticks)
        except Exception as error:
            yield failure(report(error).message)

    def loaded(self, asked: str) -> Any:
        """The inputs of the tick that page.js names, as the form's widgets take them."""
        try:
            _, tick = json.loads(asked)
            inputs = resolve(self.folder, self.about, self.recording.ticks[int(tick)])
        except (ValueError, TypeError, IndexError, RecursionError):
            return [gr.skip() for _ in self.about.inputs] if len(self.about.inputs) > 1 else gr.skip()
        values = [inputs.get(field.name) for field in self.about.inputs]
        return values if len(values) > 1 else values[0]

    def invitation(self) -> str:
        """The panel before anybody plays."""
        about = f"{self.recording.title}, one decision every {quantity(self.recording.seconds)} s."
        button = '<button type="button" class="go" data-play="start">Play the recording</button>'
        return frame(f'<p class="invite">{button}<span>{escape(about)}</span></p>')

    def card(self, ticks: list[Tick]) -> str:
        """The panel with the ticks decided so far."""
        rule = self.about.decision
        whole = len(ticks) == len(self.recording.ticks)
        return frame(
            f"{self.roads(ticks)}{timeline(self.recording, ticks, rule)}"
            f"{CONTROLS.format(last=len(self.recording.ticks) - 1)}"
            f'<p class="hint">{escape(pace(self.recording, ticks))}</p>'
            f"{table(self.recording, ticks, rule) if whole else ''}"
        )

    def roads(self, ticks: list[Tick]) -> str:
        """The road at each tick on one scale and what the own car does, for page.js to show one of; else nothing."""
        if not self.scenes:
            return ""
        far = [car.distance for scene in self.scenes for car in scene.cars]
        decided = zip(self.scenes, ticks, strict=False)
        roads = (Road(scene, far).draw(action=tick.prediction.items[0].id) for scene, tick in decided)
        drawn = "".join(f"<div hidden>{road}</div>" for road in roads)
        return f'<div class="roads">{drawn}</div>{legend(self.scenes[0].unit, ["bold arrow: what the policy does"])}'


def frame(content: str) -> str:
    """The place of the panel on the page."""
    head = '<div class="card recording" role="region" aria-label="Recording"><h2 class="eyebrow">Recording</h2>'
    return f"{head}{content}</div>"


OPTIONS = "".join(f'<option value="{speed}"{" selected" * (speed == 1)}>{speed}×</option>' for speed in SPEEDS)

CONTROLS = (
    '<p class="readout" aria-live="off"></p><div class="controls">'
    '<button type="button" data-play="toggle">Pause</button>'
    '<button type="button" data-play="back" aria-label="One tick back">‹</button>'
    '<button type="button" data-play="on" aria-label="One tick on">›</button>'
    '<input type="range" min="0" max="{last}" value="0" aria-label="Tick">'
    f"<label>Speed <select>{OPTIONS}</select></label>"
    '<button type="button" class="go" data-play="explain">Explain this tick</button></div>'
)
"""Play and pause, steps, the place in the recording, the speed; a tick that is explained goes into the form."""


def panel(endpoints: Endpoints, name: str) -> tuple[gr.Textbox, Any] | None:
    """Place the panel of a model that has a recording; what a form listens to, and what then fills it."""
    try:
        player = Player(endpoints, name)
    except Exception as error:
        gr.HTML(failure(report(error).message))
        return None
    shown = gr.HTML(player.invitation(), elem_id="recording")
    # page.js writes into these: their keys are their own, as those of a form's widgets are
    start = gr.Textbox("", elem_id="play", visible="hidden", label="Play", key=f"{name}.play")
    tick = gr.Textbox("", elem_id="tick", visible="hidden", label="Tick", key=f"{name}.tick")
    start.change(player.played, start, shown, **QUIET)
    return tick, player.loaded

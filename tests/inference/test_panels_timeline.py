"""A recording as a drawing: where ticks stand, how decisions are told apart without colour, what it says in words."""

import json
import re
from html import unescape
from typing import Any

from inference.panels import timeline
from inference.policy import Policy, Rule
from inference.recording import Recording, Tick
from inference.types import Decision, Item, Prediction

RULE = Policy((Rule("Stop <it>", 10, "bad"), Rule("Look", 5, "caution"), Rule("Go on", None, "good")))
SCORES = [1.0, 6.0, 12.0, 2.0]
RECORDING = Recording(
    title="Four", seconds=0.5, ticks=({"x": 1},) * 4, source="Made up.", truth=("fine", "fine", "odd", None)
)


def ticks(scores: list[float] = SCORES, rule: Policy | None = RULE) -> list[Tick]:
    predictions = [Prediction("value", "value", (Item("value", "Surprise", s),), unit="nats") for s in scores]
    return [Tick(i, p, rule.decide(p) if rule else None, 2.0 + i) for i, p in enumerate(predictions)]


def rows(html: str) -> dict[str, tuple[str, list[float]]]:
    """Tone and places of the marks of each lane, by its name."""
    found = re.findall(r'<div class="row (\w+)"><span class="lane">(.*?)</span><div class="strip">(.*?)</div>', html)
    return {unescape(n): (tone, [float(x) for x in re.findall(r"left:([\d.]+)%", m)]) for tone, n, m in found}


def test_every_decision_has_a_lane_in_the_order_of_the_rule_and_a_mark_at_its_tick() -> None:
    lanes = rows(timeline.timeline(RECORDING, ticks(), RULE))
    assert list(lanes)[-4:] == ["Stop <it>", "Look", "Go on", "truth: odd"]
    assert lanes["Stop <it>"] == ("bad", [62.5])
    assert lanes["Look"] == ("caution", [37.5])
    assert lanes["Go on"] == ("good", [12.5, 87.5])
    assert lanes["truth: odd"] == ("truth", [62.5])


def test_the_curve_runs_over_the_whole_length_with_its_thresholds() -> None:
    html = timeline.timeline(RECORDING, ticks(), RULE)
    points = re.findall(r'points="(.*?)"', html)[0].split()
    assert [point.split(",")[0] for point in points] == ["12.50", "37.50", "62.50", "87.50"]
    assert float(points[2].split(",")[1]) == 0  # the highest stands at the top
    assert re.findall(r'class="threshold (\w+)" style="top:([\d.]+)%', html) == [("bad", "16.7"), ("caution", "58.3")]


def test_ticks_not_decided_yet_keep_their_place_free() -> None:
    html = timeline.timeline(RECORDING, ticks()[:2], RULE)
    assert rows(html)["Look"] == ("caution", [37.5])
    assert "truth: odd" in html and rows(html)["truth: odd"][1] == []
    assert "Decisions at 2 of 4 ticks" in html
    assert timeline.timeline(RECORDING, [], RULE)


def test_what_the_page_moves_over_is_told_as_data_and_in_words() -> None:
    html = timeline.timeline(RECORDING, ticks(), RULE)
    data = json.loads(unescape(re.findall(r'data-ticks="(.*?)"', html)[0]))
    assert data[2] == ["Stop <it>", "bad", "Surprise 12 nats", "odd"]
    assert data[3] == ["Go on", "good", "Surprise 2 nats", ""]
    assert 'aria-label="Decisions at 4 of 4 ticks: 2 × “Go on”' in html
    assert "<it>" not in html


def test_a_model_without_a_rule_has_a_lane_for_each_of_its_answers() -> None:
    def action(name: str, other: str) -> Prediction:
        return Prediction("labels", "probability", (Item(name, name, 0.8), Item(other, other, 0.2)))

    made = [action("keep", "slower"), action("slower", "keep"), action("keep", "slower")]
    played = [Tick(i, p, None, 1.0) for i, p in enumerate(made)]
    lanes = rows(timeline.timeline(Recording(title="T", seconds=1, ticks=({},) * 3, source=""), played, None))
    assert lanes["keep"] == ("neutral", [16.67, 83.33])
    assert lanes["slower"] == ("neutral", [50.0])


def test_texts_have_no_curve_and_many_answers_share_a_lane() -> None:
    made = [Prediction("text", "log-probability", (), text=f"reply {i}") for i in range(12)]
    played = [Tick(i, p, None, 1.0) for i, p in enumerate(made)]
    html = timeline.timeline(Recording(title="T", seconds=1, ticks=({},) * 12, source=""), played, None)
    assert "polyline" not in html
    assert len(rows(html)) == timeline.LANES + 1
    assert len(rows(html)["another"][1]) == 4


def test_times_are_those_that_were_measured() -> None:
    said = timeline.pace(RECORDING, ticks())
    assert said == (
        "Each decision was made by itself, in 3.5 ms on the server (median; the slowest 5.0 ms). "
        "At its own pace the recording has a tick every 0.5 s. Made up."
    )


def test_the_table_has_every_tick() -> None:
    html = timeline.table(RECORDING, ticks(), RULE)
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)[1:]]
    assert cells[2] == ["3", "Stop &lt;it&gt;", "Surprise 12 nats", "odd"]
    assert len(cells) == 4


def test_scores_that_are_all_alike_or_below_nothing_are_drawn() -> None:
    for scores in ([0.0] * 4, [-3.0, -2.0, -1.0, -4.0]):
        html = timeline.timeline(RECORDING, ticks(scores, None), None)
        heights = [float(p.split(",")[1]) for p in re.findall(r'points="(.*?)"', html)[0].split()]
        assert all(0 <= height <= 100 for height in heights)


def test_the_decision_of_a_tick_is_drawn_by_the_item_that_its_rule_is_about() -> None:
    rule = Policy((Rule("Block", 0.5, "bad"), Rule("Pass")), of="spam")
    made: Any = Prediction("labels", "probability", (Item("ham", "ham", 0.7), Item("spam", "spam", 0.3)))
    found = timeline.moment(Tick(0, made, Decision("Pass", "why"), 1.0), rule)
    assert (found.word, found.tone, found.score) == ("Pass", "neutral", 0.3)

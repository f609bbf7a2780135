"""Speech written down, on a tiny Whisper that hears two seconds at a time: parts, and the score of what was written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import load

from inference.sounds import RATE, Sound, cuts
from inference.tasks.automatic_speech_recognition import AutomaticSpeechRecognition
from inference.types import Raw, TextTarget


@pytest.fixture
def task(tiny_models: Callable[[str], Path]) -> AutomaticSpeechRecognition:
    found = load(tiny_models("tiny-speech"))
    assert isinstance(found, AutomaticSpeechRecognition)
    return found


def sweep(seconds: float, hertz: float = 200.0) -> Raw:
    times = np.arange(round(RATE * seconds)) / RATE
    return {"audio": Sound(np.sin(2 * np.pi * hertz * times * (1 + 0.2 * times)).astype(np.float32) / 2)}


@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_the_score_is_that_of_the_text_given_the_sound(task: AutomaticSpeechRecognition, seconds: float) -> None:
    raw = sweep(seconds)
    (prediction,) = task.predict_some([raw])
    assert prediction.text is not None and prediction.text.count("\n") == (0 if seconds < 2 else 2)
    assert prediction.scores == pytest.approx(task.scores([raw], [TextTarget(prediction.text)])[0], rel=1e-5)


def test_recordings_of_different_lengths_are_written_down_together_as_alone(task: AutomaticSpeechRecognition) -> None:
    raws = [sweep(0.5), sweep(5.0, 300.0), sweep(1.5, 800.0)]
    together, alone = task.predict_some(raws), [task.predict_some([raw])[0] for raw in raws]
    assert [each.text for each in together] == [each.text for each in alone]
    for each, own in zip(together, alone, strict=True):
        assert each.scores == pytest.approx(own.scores, rel=1e-4)


def test_a_recording_is_encoded_once_to_be_written_down_and_scored(task: AutomaticSpeechRecognition) -> None:
    seen: list[int] = []
    encoder = task.pipeline.model.get_encoder()
    heard = encoder.register_forward_hook(lambda module, given, states: seen.append(len(states.last_hidden_state)))
    try:
        task.predict_some([sweep(0.5), sweep(1.0)])
    finally:
        heard.remove()
    assert seen == [2]


def test_a_long_recording_is_cut_where_it_is_quiet() -> None:
    samples = np.full(5 * RATE, 0.5, np.float32)
    samples[round(1.6 * RATE) : round(1.7 * RATE)] = 0
    (first, *rest) = cuts(samples, 2 * RATE)
    assert first[0] == 0 and 1.6 <= first[1] / RATE <= 1.7
    assert [start for start, _ in rest] == [end for _, end in [first, *rest[:-1]]] and rest[-1][1] == len(samples)
    assert all(end - start <= 2 * RATE for start, end in [first, *rest])

"""A checked value goes back into its widget and comes out the same, for every kind of field of every model."""

import numpy as np
import pytest

from inference import demo, models
from inference.contents import digest
from inference.demo import resolve
from inference.panels.entered import ENTERED, entered
from inference.panels.widgets import WIDGETS
from inference.sounds import Sound


def test_every_kind_that_has_a_widget_has_a_way_back() -> None:
    assert set(ENTERED) == set(WIDGETS)


@pytest.mark.parametrize("name", models.find())
def test_what_is_entered_again_is_the_same_input(name: str) -> None:
    folder = models.find()[name]
    about = demo.read(folder)
    raw = about.parse(resolve(folder, about, about.examples[0].inputs))
    back = about.parse({field.name: entered(field, raw[field.name]) for field in about.inputs})
    sounds = {key for key, value in raw.items() if isinstance(value, Sound)}
    assert digest({k: v for k, v in back.items() if k not in sounds}) == digest(
        {k: v for k, v in raw.items() if k not in sounds}
    )
    for key in sounds:  # which a file holds in 16 bits
        assert np.abs(back[key].samples - raw[key].samples).max() <= 2**-15


def test_an_empty_number_stays_empty_and_a_loud_sound_is_not_stretched() -> None:
    assert ENTERED["number"](float("nan")) is None
    rate, samples = ENTERED["audio"](Sound(np.full(100, 0.25, np.float32)))
    assert (rate, samples.dtype, samples.max()) == (16_000, np.int16, 8192)

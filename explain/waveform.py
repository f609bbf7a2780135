"""A recording as its waveform, each stretch coloured by its value. Colours are in assets/style/."""

from html import escape
from typing import Any

import numpy as np

from inference.sounds import Sound
from inference.types import Raw

from .picked import pick
from .types import Explanation
from .wording import side, signed, strengths

WIDTH, HEIGHT, BARS = 600, 90, 150
"""The picture in its own units, and how many bars the loudness is drawn with."""


def stretches(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The waveform over stripes, as strong as the values of the stretches they stand for."""
    named = next(feature.field for feature in explanation.features if "seconds" in (feature.where or {}))
    sound: Sound = raw[named]
    strength = strengths(explanation)
    values: Any = dict(zip((feature.id for feature in explanation.features), explanation.values, strict=True))
    stripes = ""
    for feature in explanation.features:
        if feature.field != named:
            continue
        start, end = (WIDTH * second / sound.seconds for second in (feature.where or {})["seconds"])
        share = strength[feature.id]
        stripes += (
            f'<rect class="{side(share)}" x="{start:.1f}" width="{end - start:.1f}" height="{HEIGHT}" '
            f'style="--strength:{abs(share):.2f}"{pick(feature)}><title>{escape(feature.label)}: '
            f"{signed(values[feature.id], explanation)}</title></rect>"
        )
    return (
        f'<figure class="waveform"><svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(alt)}">{stripes}<path d="{outline(sound)}"/></svg>'
        f"<figcaption><span>0 s</span><span>{sound.seconds:.1f} s</span></figcaption></figure>"
    )


def outline(sound: Sound) -> str:
    """The loudness of a recording as an SVG path: a bar for the peak of each part, the loudest the tallest."""
    parts = np.array_split(np.abs(sound.samples), min(BARS, len(sound.samples)))
    peaks = np.array([part.max() for part in parts])
    tall = 0.46 * HEIGHT * peaks / (peaks.max() or 1)
    step = WIDTH / len(parts)
    return "".join(
        f"M{(i + 0.5) * step:.1f} {HEIGHT / 2 - max(each, 0.5):.1f}V{HEIGHT / 2 + max(each, 0.5):.1f}"
        for i, each in enumerate(tall.tolist())
    )

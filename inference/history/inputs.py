"""An input as the history keeps it: as it can be sent again, and as a digest that tells it from others."""

import base64
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..contents import digest
from ..fields import AnyField
from ..pictures import data_uri
from ..sounds import RATE, Sound
from ..types import Item, Prediction, Raw
from .entry import PLACES

LARGEST = 500_000
"""Characters of an input that are kept; of a larger one the digest alone."""
KEPT = 20
"""Items of a prediction that are kept."""


def sendable(fields: Sequence[AnyField], sent: Mapping[str, Any], raw: Raw) -> str | None:
    """What reaches the model, as JSON that can be sent again; None where it is too large to be kept.

    sent: the inputs as they came, for kinds of field whose checked values have no JSON of their own. What is recorded
    beside the inputs, such as protected attributes, is left out.
    """
    values = {}
    for each in fields:
        if each.name in raw:
            values[each.name] = OF_KIND.get(each.kind, as_sent)(sent.get(each.name), raw[each.name])
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError, RecursionError):  # nothing that a program could send
        return None
    return text if len(text) <= LARGEST else None


def as_sent(sent: Any, checked: Any) -> Any:
    """The value as it came."""
    return sent


def as_checked(sent: Any, checked: Any) -> Any:
    """The value that the model got: of what was spoken, the words."""
    return checked


def number(sent: Any, checked: float) -> float | None:
    """A number, or None for one that was left empty."""
    return None if checked != checked else checked


def picture(sent: Any, checked: Any) -> str:
    """The picture as the model got it, without what else the file said."""
    return data_uri(checked)


def sound(sent: Any, checked: Sound) -> str:
    """The sound likewise, as WAV."""
    from scipy.io import wavfile

    buffer = io.BytesIO()
    wavfile.write(buffer, RATE, np.round(np.clip(checked.samples, -1, 1) * (2**15 - 1)).astype(np.int16))
    return f"data:audio/wav;base64,{base64.b64encode(buffer.getvalue()).decode()}"


OF_KIND: dict[str, Callable[[Any, Any], Any]] = {
    "text": as_checked,
    "category": as_checked,
    "number": number,
    "image": picture,
    "audio": sound,
}
"""By kind of field; the others as they were sent."""


def fingerprint(raw: Raw, salt: bytes) -> str:
    """The digest of an input: equal for equal inputs in one database, and telling nothing in another."""
    return digest(raw, salt).hex()[:32]


def without_words(prediction: Prediction) -> Prediction:
    """A prediction without what may repeat the input: its scores, not what they are of."""
    return replace(prediction, items=tuple(Item("", "", each.score) for each in prediction.items), text=None)


def bounded(prediction: Prediction) -> Prediction:
    """The first items alone, of spans and boxes more, without what is known of them whatever the input is."""
    most = PLACES if prediction.kind in ("spans", "boxes") else KEPT
    kept = tuple(replace(each, facts=None) for each in prediction.items[:most])
    return replace(prediction, items=kept)

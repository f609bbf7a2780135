"""Fields of inputs that are hidden in part, and which of their players are kept."""

import numpy as np

from inference.fields import CategoryField, HistoryField, NumberField, TextField
from inference.types import Raw

TEXT = TextField(name="text", label="Review")
MOVIES = HistoryField(name="history", label="Movies", items={"7": "Alien", "3": "Brazil", "5": "Chinatown"})
AREA = NumberField(name="area", label="Area", unit="m²")
STYLE = CategoryField(name="style", label="Style", choices=("flat", "house"))


def kept(*values: int) -> np.ndarray:
    return np.array(values, bool)


BACKGROUND: list[Raw] = [
    {"area": 40.0, "style": "flat"},
    {"area": 40.0, "style": "flat"},
    {"area": 60.0, "style": "flat"},
    {"area": 200.0, "style": "house"},
]

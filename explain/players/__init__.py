"""Split a field into players and hide some of them: one class per kind of field, by the users' own door.

What is hidden is a raw value, before any preprocessing; no model or tokenizer is called here.
"""

from .audio import AudioPlayers
from .columns import CategoryPlayers, ColumnPlayers, Reference
from .field import FieldPlayers
from .history import HistoryPlayers
from .image import ImagePlayers
from .labels import LabelsPlayers
from .messages import MessagesPlayers
from .scene import ScenePlayers
from .series import SeriesPlayers
from .text import TextPlayers
from .whole import Players

__all__ = [
    "AudioPlayers",
    "CategoryPlayers",
    "ColumnPlayers",
    "FieldPlayers",
    "HistoryPlayers",
    "ImagePlayers",
    "LabelsPlayers",
    "MessagesPlayers",
    "Players",
    "Reference",
    "ScenePlayers",
    "SeriesPlayers",
    "TextPlayers",
]

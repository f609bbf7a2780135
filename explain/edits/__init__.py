"""What can be changed in an input so that it stays one that could be sent: one class per kind of field.

A kind without a class of its own changes by the parts that an explanation hides (edit.PartEdits).
"""

from .columns import CategoryEdits, NumberEdits
from .edit import Edit, FieldEdits, Known, PartEdits
from .history import HistoryEdits
from .scene import SceneEdits
from .series import SeriesEdits
from .text import MessagesEdits, TextEdits
from .whole import Edits, strengths

__all__ = [
    "CategoryEdits",
    "Edit",
    "Edits",
    "FieldEdits",
    "HistoryEdits",
    "Known",
    "MessagesEdits",
    "NumberEdits",
    "PartEdits",
    "SceneEdits",
    "SeriesEdits",
    "TextEdits",
    "strengths",
]

"""What a visitor may enter, and the checking of one value: one class per kind of field, one file each.

A field knows nothing of models, widgets or players; the page and the explanation dispatch on its `kind`.
"""

from typing import Annotated

from pydantic import Discriminator

from .audio import AudioField
from .category import CategoryField
from .field import Field, Role, shown
from .history import HistoryField
from .image import ImageField
from .labels import LabelsField
from .messages import Message, MessagesField
from .number import NumberField
from .scene import Car, Scene, SceneField
from .series import SeriesColumn, SeriesField
from .text import TextField, visible

AnyField = Annotated[
    TextField
    | ImageField
    | AudioField
    | NumberField
    | CategoryField
    | HistoryField
    | LabelsField
    | SeriesField
    | MessagesField
    | SceneField,
    Discriminator("kind"),
]
"""Any kind of field, read by its `kind`."""

__all__ = [
    "AnyField",
    "AudioField",
    "Car",
    "CategoryField",
    "Field",
    "HistoryField",
    "ImageField",
    "LabelsField",
    "Message",
    "MessagesField",
    "NumberField",
    "Role",
    "Scene",
    "SceneField",
    "SeriesColumn",
    "SeriesField",
    "TextField",
    "shown",
    "visible",
]

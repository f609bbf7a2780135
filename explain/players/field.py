"""What splitting a field into players means: the base of one class per kind of field. Knows no kind."""

from typing import Any, ClassVar

from inference.masks import Kept, Regions, Spans

from ..types import Feature, LabelMap


class FieldPlayers:
    """The players of one field of one input. Subclasses register themselves by the `kind` of field they split."""

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type["FieldPlayers"]]] = {}
    referenced: ClassVar[bool] = False
    """Whether a hidden value comes from a reference row instead of from `show`."""

    features: tuple[Feature, ...]
    baseline: str
    label_map: LabelMap | None = None
    masks: Spans | Regions | None = None
    """What hides the players of a text or a picture."""

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            FieldPlayers.kinds[cls.kind] = cls

    def __init__(self, field: Any, value: Any, stand_in: str) -> None:
        raise NotImplementedError

    def otherwise(self) -> None:
        """Hide by other means from now on, if there are any: to see how much the means matter."""

    def show(self, kept: Kept) -> Any:
        """The raw value with only the players in `kept` (bool[n]) to be seen."""
        raise NotImplementedError

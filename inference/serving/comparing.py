"""The endpoints that compare: one case asked twice, the variants of a model, two models over a file."""

from collections.abc import Iterator
from typing import Any

from ..errors import InputError
from ..types import Record
from .admission import CHECKING, READING, queued
from .catalogue import Catalogue
from .listening import hear
from .others import Others
from .streams import Streams


class Comparing:
    """What `Endpoints` offers of it."""

    catalogue: Catalogue
    others: Others
    streams: Streams

    def compare(
        self,
        model: str,
        inputs: dict[str, Any],
        other: str | None = None,
        variant: str | None = None,
        other_inputs: dict[str, Any] | None = None,
        target: Any = None,
    ) -> dict[str, Any]:
        """Two answers side by side: of another model, of a variant of this one, or to other inputs."""
        *_, last = self.comparisons(model, inputs, other, variant, other_inputs, target)
        return last.to_json()

    @queued(CHECKING, "compare")
    def comparisons(
        self,
        model: str,
        inputs: Any,
        other: str | None = None,
        variant: str | None = None,
        other_inputs: Any = None,
        target: Any = None,
    ) -> Iterator[Record]:
        """What both predict, how far the explaining has come again and again, and last the whole comparison."""
        if other is None and variant is None and other_inputs is None:
            raise InputError("Say what to compare with: other, a model; variant, a form of this one; or other_inputs.")

        pair = self.others.pair(model, other, variant)
        heard = (hear(self.catalogue, model, each).inputs for each in (inputs, other_inputs))
        yield from self.streams.compare(*pair, *heard, target)

    @queued(READING, "variants")
    def variations(self, model: str, *given: Any, **options: Any) -> Iterator[Record]:
        """The variants of a model held against float32, as `explain.varying.vary` tells it."""
        yield from self.streams.vary(self.catalogue.task(model), *given, **options)

    @queued(READING, "differences")
    def differences(self, model: str, other: str | None, variant: str | None, *given: Any) -> Iterator[Record]:
        """Two models over a file, as `explain.varying.differ` tells it."""
        yield from self.streams.differ(*self.others.pair(model, other, variant), *given)

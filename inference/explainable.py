"""What an explanation asks of a task: targets and their scores, parts hidden on tensors, and what stands in for them.

`Task` is this and the path of an input; an explanation needs no more of it than what is here, `predict` and `name`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from . import demo, tokens
from .accelerator import in_batches
from .device import on_device
from .masks import Parts, Variants
from .targets import apart
from .trace import Batch
from .types import Contrast, ItemTarget, Prediction, Raw, Scale, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from transformers import Pipeline

Forward = Callable[[Batch], Batch]


class Explainable:
    """One loaded model as the explanation sees it."""

    scale: ClassVar[Scale]
    folder: Path
    demo: demo.Demo
    pipeline: "Pipeline"
    batch_size: int = 32
    additive: bool = False
    """Whether scores are sums over the players: then their Shapley values have a closed form."""
    one_pass: ClassVar[bool] = True
    """Whether a score follows from one `forward`, so that a copy of the model can stand in for it."""
    trees: Any = None
    """The fitted trees that a task over numbers asks, if it does: then their Shapley values have a closed form, too."""

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """Model inputs for a batch of checked inputs."""
        raise NotImplementedError

    def forward(self, batch: Batch) -> Batch:
        """One forward pass; tensors come back on the CPU, floating ones as float32."""
        raise NotImplementedError

    def target(self, prediction: Prediction) -> Target | None:
        """What is explained unless something else is asked for: the first item, or the text as shown; None if empty."""
        raise NotImplementedError

    def targets(self, prediction: Prediction) -> list[Target]:
        """What somebody may ask about a prediction; one pass of the model scores them all."""
        first = self.target(prediction)
        return [] if first is None else [first]

    def parts(self, target: Target) -> list[Target]:
        """What a target is made of that can be explained by itself, such as the tokens of a text; else empty."""
        return []

    def parts_named(self, target: Target) -> Sequence[str]:
        """The same parts as they stand in the target."""
        return ()

    def rivals(self, raw: Raw, target: Target) -> list[Contrast]:
        """Contrasts of a target with what might have been there instead, where the prediction does not list them."""
        return []

    def name_of(self, target: Target) -> str:
        """What a target is called, for people."""
        if isinstance(target, Contrast):
            return " rather than ".join(self.name_of(each) for each in target.contrast)
        if isinstance(target, ItemTarget):
            return target.item
        return "the reply" if target.token is None else f"token {target.token + 1} of the reply"

    def called(self, target: Target, raw: Raw) -> str:
        """`name_of`, where the input is at hand to be quoted."""
        if isinstance(target, Contrast):
            return " rather than ".join(self.called(each, raw) for each in target.contrast)
        return self.name_of(target)

    def score(self, outputs: Batch, targets: Sequence[Target]) -> "NDArray[np.float64]":
        """The scores of simple targets in each row of the outputs, float64[batch, targets], in `scale`."""
        raise NotImplementedError

    @on_device
    def scores(self, raws: Sequence[Raw], targets: Sequence[Target]) -> "NDArray[np.float64]":
        """The score of each target for each input, float64[len(raws), targets], from one pass. Raises InputError."""
        import numpy as np

        simple, parts = apart(targets)
        work = lambda some: self.score_batch(self.encode(some), simple, self.forward)  # noqa: E731
        return np.concatenate(list(in_batches(work, raws, self.batch_size))) @ parts

    def score_batch(self, batch: Batch, targets: Sequence[Target], forward: Forward) -> "NDArray[np.float64]":
        """The scores of simple targets for encoded inputs, float64[batch, targets].

        forward: `forward`, or a copy of the model that does the same.
        """
        return self.score(forward(batch), targets)

    def variants(
        self, raw: Raw, parts: Parts, rows: Sequence[Raw] = (), weights: "NDArray[np.float64] | None" = None
    ) -> Variants | None:
        """The same input with its parts hidden, on tensors; None where each has to be encoded by itself.

        rows, weights: what hidden columns take their values from.
        """
        return None

    def readable(self, raw: Raw) -> Raw:
        """The part of an input that the model reads: what is cut off has no players."""
        return raw

    def usual(self, raw: Raw, combinations: Sequence[tuple[str, ...]]) -> list[Raw] | None:
        """A row with each combination of its columns as is usual given the others; None where that is not known."""
        return None

    @property
    def stand_in(self) -> str:
        """What hides a token of a text, by name; empty where nothing does, and hidden tokens are left out."""
        return tokens.replacement(self.pipeline.tokenizer)[1]

    @cached_property
    def background(self) -> list[Raw]:
        """Reference rows of a table, each keyed by field name. Raises ModelError."""
        return demo.read_background(self.folder, self.demo)

"""What a model is compared with: another on offer, or a variant of it, made when first asked for and then kept.

It knows no page and no explanation.
"""

from ..cache import Cache
from ..errors import InputError
from ..study import sizes, variants
from ..task import Task
from .catalogue import Catalogue

MOST_BYTES = 1024**3


class Others:
    """The second of two tasks, and the first as it is compared."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._made: Cache[Task] = Cache(MOST_BYTES)
        self._of: dict[str, tuple[str, int]] = {}
        """What each variant was made of: the model's name, and which of those that were loaded under it."""

    def pair(self, model: str, other: str | None = None, variant: str | None = None) -> tuple[Task, Task]:
        """The two tasks: of a variant, float32 beside it; of neither, the same task twice, for two inputs.

        Raises NotFound, InputError, ModelError.
        """
        if other is not None and variant is not None:
            raise InputError("Send other, the name of another model, or variant, a form of the same one, but not both.")
        task = self.catalogue.task(model)
        if variant is not None:
            return self.variant(task, variants.REFERENCE), self.variant(task, variant)
        return task, task if other is None else self.catalogue.task(other)

    def variant(self, task: Task, name: str) -> Task:
        """A variant of a loaded model. Raises InputError, ModelError."""
        if not isinstance(name, str) or name not in variants.VARIANTS:
            raise InputError.among("variant", name, variants.VARIANTS)
        self._let_go()
        made_of = task.name, id(task.pipeline.model)  # of a model that was loaded anew, another one
        key = f"{made_of} {name}"
        self._of[key] = made_of
        return self._made.get(key, lambda: sized(variants.variant(task, name)))

    def _let_go(self) -> None:
        """Forget the variants of models that have left memory: they would hold their weights there."""
        for key, (name, model) in list(self._of.items()):
            now = self.catalogue.loaded(name)
            if now is None or id(now.pipeline.model) != model:
                self._made.drop(key)
                self._of.pop(key, None)


def sized(task: Task) -> tuple[Task, int]:
    """A task with the bytes of its weights; float32 shares those of the model itself."""
    return task, 0 if task.variant == variants.REFERENCE else sizes.in_memory(task.pipeline.model)

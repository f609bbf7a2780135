"""A task with another model in the place of its own; all else is shared. It knows no kind of model."""

import copy
from functools import cached_property
from typing import TYPE_CHECKING

from ..task import Task

if TYPE_CHECKING:
    from torch import nn


def around(task: Task, model: "nn.Module", name: str) -> Task:
    """A twin of the task with another model, on which it derives anew what it keeps; the task stays as it is.

    name: what the twin is a variant by.
    """
    twin = copy.copy(task)
    twin.pipeline = copy.copy(task.pipeline)
    twin.pipeline.model = model
    twin.variant, twin.name = name, f"{task.name}, {name}"
    derived = {name for kind in type(task).__mro__ for name, each in vars(kind).items() if is_derived(each)}
    for attribute in derived & twin.__dict__.keys():
        del twin.__dict__[attribute]
    return twin


def is_derived(attribute: object) -> bool:
    """Whether an attribute of a class is worked out once and kept."""
    return isinstance(attribute, cached_property)

"""The command line of what is offered: which models, and whether visitors may name others."""

import argparse
from collections.abc import Sequence

from .. import hub, models, registry, runtime
from ..errors import ModelError
from ..task import Task
from .catalogue import Catalogue
from .environment import Several
from .guests import MOST, Guests


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which models are on offer."""
    parser.add_argument(
        "--model",
        action=Several,
        help="a model folder, a folder of them, or owner/name[@revision] on the hub; repeatable",
    )
    parser.add_argument(
        "--max-model-size",
        type=float,
        default=hub.MAX_BYTES / 1e9,
        metavar="GB",
        help="how much may be fetched for one model of the hub (default: %(default)g)",
    )
    parser.add_argument(
        "--allow-model-loading",
        action="store_true",
        help=f"visitors may name models of the hub; {MOST} of theirs are kept, no larger together than one may be",
    )


def catalogue(options: argparse.Namespace, made: Sequence[Task] = ()) -> Catalogue:
    """The models that the options name, or all that come with the product; `made` are loaded already.

    Raises NotFound, ModelError, Busy.
    """
    if not 0 < options.max_model_size < float("inf"):
        raise ModelError(f"--max-model-size must be a number of gigabytes above 0, got {options.max_model_size:g}.")
    if options.allow_model_loading and runtime.ZERO_GPU:
        raise ModelError("--allow-model-loading does not go with ZeroGPU, where models must be loaded before launch.")
    named = options.model or ([] if made else [str(models.ASSETS / "models")])
    max_bytes = int(options.max_model_size * 1e9)
    folders = models.merge(registry.find(spec, max_bytes) for spec in named)
    return Catalogue(folders, made=made, guests=Guests(max_bytes) if options.allow_model_loading else None)

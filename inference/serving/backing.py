"""Who computes: this process, or replicas on a cluster, which several copies of this server may share.

With replicas, this process keeps its models without their weights: it checks, asks and shows.
"""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

from .. import device, on_serve, runtime
from ..errors import ModelError
from .admission import Check

LOCAL, RAY = "local", "ray"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say who computes."""
    parser.add_argument(
        "--backend",
        choices=(LOCAL, RAY),
        default=LOCAL,
        help="who computes: this process, or replicas on a cluster of Ray's, that of RAY_ADDRESS or else one on this "
        "machine (default: %(default)s)",
    )
    parser.add_argument(
        "--replicas",
        type=replicas,
        default=(1, 1),
        metavar="MIN-MAX",
        help="how many replicas ray keeps at least and starts at most, as the load asks for (default: 1)",
    )
    parser.add_argument(
        "--gpu-share",
        type=share,
        default=1.0,
        metavar="FRACTION",
        help="of a GPU for each replica, of a processor's core where the cluster has no GPU (default: %(default)g)",
    )


def replicas(text: str) -> tuple[int, int]:
    """The fewest and the most of `2` or `1-4`. Raises argparse.ArgumentTypeError."""
    found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", text.strip())
    fewest, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 0 < fewest <= most:
        raise argparse.ArgumentTypeError(f"it is a number of replicas from 1, or two such as 1-4, got {text[:40]!r}")
    return fewest, most


def share(text: str) -> float:
    """A part of a device, or whole ones. Raises argparse.ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not (0 < found <= 1 or found in range(2, 17)):
        raise argparse.ArgumentTypeError(f"it lies above 0 and up to 1, or is 2 to 16 whole ones, got {text[:40]!r}")
    return found


def begin(options: argparse.Namespace, folders: Mapping[str, Path], made: bool = False) -> Check | None:
    """Have the models computed by whoever the options name; what says what is missing there, None for this process.

    folders: the models by name. made: whether there are tasks that only this process has. To be called before a model
    is loaded. Raises ModelError, InputError.
    """
    if options.backend == LOCAL:
        return None
    if runtime.ZERO_GPU:
        raise ModelError("--backend ray does not go with ZeroGPU, which lends GPUs itself.")
    if options.allow_model_loading:
        raise ModelError("--allow-model-loading does not go with --backend ray, whose replicas hold the models named.")
    if made:
        raise ModelError("A model made in Python is this process's own: it cannot be computed with --backend ray.")
    device.apart = True
    models = [(str(folder), name) for name, folder in folders.items()]
    device.lent = on_serve.deploy(models, options.replicas, options.gpu_share)
    return on_serve.missing

"""The backend `ray`: replicas of a Ray Serve deployment hold the models and compute; this process checks and shows.

Each replica serves many requests at once, of every process that sends to it, and they meet in its forward passes
(batching.py); Serve starts and stops replicas with the load, shares a GPU among several by fractions, and replaces one
that dies or says it is not well. What is sent is what a lent GPU would get (device.py), pickled, between processes of
one cluster that trust each other.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from . import batching, device, registry
from .cluster import connect
from .errors import Busy, InputError
from .task import Task

log = logging.getLogger(__name__)

NAME = "seewhy"
AT_ONCE, WAITING = 32, 64
"""Requests that a replica works on at once, and that may wait for one, of each process that sends."""
TRIES = 3
"""How often a request is sent anew whose replica went away before it said anything."""
AWAY = "The machine that computed this went away; please try again."
FULL = "Many people are here right now; please try again in a few seconds."
GONE = "The machines that compute cannot be reached right now; please try again in a minute."

Loaded = Sequence[tuple[str, str]]
"""The folder and the name of each model that a replica holds from its start."""


class Replica:
    """One process with the models. Its methods run in threads of its own."""

    def __init__(self, models: Loaded) -> None:
        self._kept: list[Task] = [registry.load(folder, name) for folder, name in models]
        self._sizes: list[int] = []
        batching.watchers.append(lambda model, size: self._sizes.append(size))

    def carried(self, sent: bytes) -> Iterator[bytes]:
        """`device.carried`, where the models are."""
        yield from device.carried(sent)

    def passes(self) -> list[int]:
        """How many requests met in each forward pass since this was last asked."""
        found, self._sizes = self._sizes, []
        return found

    def check_health(self) -> None:
        """Asked by Serve every few seconds; an accelerator that cannot hold a number any more ends the replica."""
        import torch

        for task in self._kept[:1]:
            torch.zeros(1, device=task.pipeline.device or "cpu").item()


def deploy(models: Loaded, replicas: tuple[int, int] = (1, 1), share: float = 1.0) -> device.Send:
    """Start the replicas, or find those that another process of this cluster has started; how work is sent to them.

    They load while the page opens already; what is sent meanwhile waits. replicas: the fewest and the most. share: of a
    GPU for each replica, where the cluster has GPUs; else of a core. Raises InputError where Ray Serve is missing.
    """
    ray = connect()
    try:
        from ray import serve
    except ImportError:
        raise InputError('Ray Serve is missing; install it with pip install -e ".[scale]".') from None
    fewest, most = replicas
    kind = "num_gpus" if ray.cluster_resources().get("GPU") else "num_cpus"
    scaling = {"min_replicas": fewest, "max_replicas": most, "target_ongoing_requests": AT_ONCE // 4}
    serve.start(http_options={"location": "NoServer"})
    if NAME not in serve.status().applications:
        made = serve.deployment(
            Replica,
            name="models",
            ray_actor_options={kind: share},
            autoscaling_config=scaling,
            max_ongoing_requests=AT_ONCE,
            max_queued_requests=WAITING,
            health_check_period_s=5,
            health_check_timeout_s=30,
        )
        quiet = {"log_level": "WARNING"}
        target = serve.RunTarget(made.bind(list(models)), name=NAME, route_prefix=None, logging_config=quiet)
        serve.run_many([target], wait_for_applications_running=False)
    handle: Any = serve.get_app_handle(NAME).options(stream=True, method_name="carried")
    return lambda sent: parts(handle, sent)


def missing() -> str | None:
    """What the replicas lack before they can answer, in words; None where one of them can."""
    from ray import serve

    try:
        found = serve.status().applications.get(NAME)
    except Exception as error:  # Ray has many of its own, by how it went away
        log.warning("the cluster cannot be reached: %s", type(error).__name__)
        return GONE
    running = sum(each.replica_states.get("RUNNING", 0) for each in found.deployments.values()) if found else 0
    if running:
        return None
    return "the replicas could not be started" if found and "FAILED" in found.status else "the replicas are starting"


def parts(handle: Any, sent: bytes) -> Iterator[bytes]:
    """What a replica answers, part by part; closing the stream ends its work. Raises Busy."""
    from ray.exceptions import RayActorError, RayError, RayTaskError
    from ray.serve.exceptions import BackPressureError, RayServeException

    for left in reversed(range(TRIES)):
        answer, said = handle.remote(sent), False
        try:
            for part in answer:
                said = True
                yield part
            return
        except BackPressureError:
            raise Busy(FULL) from None
        except RayActorError as error:
            log.warning("a replica went away: %s", type(error).__name__)
            if said or not left:
                raise Busy(AWAY) from None
        except RayTaskError:  # a fault of ours in a replica
            raise
        except (RayError, RayServeException) as error:
            log.warning("the replicas cannot be reached: %s", type(error).__name__)
            raise Busy(GONE) from None
        finally:
            answer.cancel()

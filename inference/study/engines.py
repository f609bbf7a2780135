"""Who does the work of a job, by name: `local` in this process, `ray` on a cluster's machines (extra `scale`)."""

from collections.abc import Callable

from .job import Engine, local


def ray() -> Engine:
    """Actors that hold the model, on all machines of a Ray cluster. Raises InputError where Ray is missing."""
    from .on_ray import engine

    return engine()


ENGINES: dict[str, Callable[[], Engine]] = {"local": lambda: local, "ray": ray}

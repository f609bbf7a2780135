"""Ray, started or joined: on this machine's loopback alone, unless RAY_ADDRESS names a cluster (extra `scale`)."""

import os
from typing import Any

from .errors import InputError


def connect() -> Any:
    """The package ray, connected. Raises InputError where it is missing."""
    os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # else it listens on every interface
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise InputError('Ray is missing; install it with pip install -e ".[scale]".') from None
    if not ray.is_initialized():
        own = {"_node_ip_address": "127.0.0.1", "include_dashboard": False}
        ray.init(log_to_driver=False, logging_level="warning", **({} if os.environ.get("RAY_ADDRESS") else own))
    return ray

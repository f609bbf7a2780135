"""How the server tidies up: once an hour while it runs, and when it is told to end, as a container tells it by SIGTERM.

As the first process of a container, Python would ignore that signal, and elsewhere end with its files left behind.
"""

import atexit
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)

HOUR = 3600.0
PATIENCE = 5.0
"""Seconds for tidying up; who sent the signal kills after 10, as a rule."""
STATUS = 128 + signal.SIGTERM
"""What a shell says of a process that the signal has ended."""


def hourly(*sweeps: Callable[[], None]) -> None:
    """Do each of these now and then every hour, as long as the process lasts."""
    threading.Thread(target=sweeping, args=(sweeps,), name="sweeping", daemon=True).start()


def sweeping(sweeps: tuple[Callable[[], None], ...]) -> None:
    """For ever; one that fails is told of, tried again an hour later, and keeps none of the others."""
    while True:
        for sweep in sweeps:
            try:
                sweep()
            except Exception as error:  # such as a folder that cannot be read today
                log.error("old files could not be deleted: %s", type(error).__name__)  # its message may hold a name
        time.sleep(HOUR)


def begin() -> None:
    """End in order at SIGTERM. To be called once more after whoever sets a handler of his own."""
    if threading.current_thread() is threading.main_thread():  # no other one may
        owner = os.getpid()
        signal.signal(signal.SIGTERM, lambda *_: end(owner))


def end(owner: int) -> None:
    """Do what is to be done when the process ends, and end. Work under way is not waited for.

    owner: the process that `begin` was called in; one that was forked off has nothing to tidy up.
    """
    signal.signal(signal.SIGTERM, now)
    if os.getpid() != owner:
        now()
    late = threading.Timer(PATIENCE, now)
    late.daemon = True
    late.start()
    with suppress(Exception):
        atexit._run_exitfuncs()
    now()


def now(*_: Any) -> None:
    """End at once: a thread that computes would be torn out of its forward pass in the course of the usual end."""
    with suppress(Exception):
        sys.stdout.flush()
    os._exit(STATUS)

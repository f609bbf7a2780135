"""Every model loaded while the first visitor still reads, so that no prediction waits for it."""

import logging

from .catalogue import Catalogue
from .reports import report

log = logging.getLogger(__name__)


class Preloading:
    """The models of a catalogue, one after the other; what cannot be loaded is told in the log and passed over."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.names, self.done = catalogue, list(catalogue.demos), 0

    def run(self) -> None:
        """Load them."""
        for name in self.names:
            try:
                self.catalogue.task(name)
            except Exception as error:
                log.warning("%s", report(error).message)
            self.done += 1

    def missing(self) -> str | None:
        """What is still to come, in words."""
        return None if self.done == len(self.names) else f"{self.done} of {len(self.names)} models are loaded"

"""What a monitor wants to know, counted for Prometheus. It sees no input, no answer and nobody's address.

A model of the presenter's is named; those that visitors name are `other`, so that nobody can make names up.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..runtime import device_memory
from .admission import Admission, Call
from .catalogue import Catalogue

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
STEPS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
OTHER = "other"
disable_created_metrics()  # a second series for each, which nobody reads


class Metrics:
    """Told of calls by `Admission`, of batches and caches by `inference.observing`, of requests by `Watch`."""

    def __init__(self, catalogue: Catalogue, admission: Admission) -> None:
        self._known = frozenset(catalogue.demos)
        self.registry = CollectorRegistry()
        kept: dict[str, Any] = {"registry": self.registry}
        self._calls = Counter("seewhy_requests", "Calls by how they ended", ["call", "model", "outcome"], **kept)
        timed = ["call", "model"]
        told = "From the call to its last part, its waiting included"
        self._seconds = Histogram("seewhy_request_seconds", told, timed, buckets=SECONDS, **kept)
        self._waited = Histogram("seewhy_wait_seconds", "In the queue", ["kind"], buckets=SECONDS, **kept)
        steps = "Steps of a prediction's path"
        self._steps = Histogram("seewhy_step_seconds", steps, ["model", "step"], buckets=STEPS, **kept)
        self._sizes = Histogram("seewhy_batch_size", "Inputs of a forward pass", ["model"], buckets=SIZES, **kept)
        self._looks = Counter("seewhy_cache_lookups", "Looks into a cache", ["cache", "found"], **kept)
        self._http = Counter("seewhy_http_requests", "HTTP requests by route and status", ["route", "status"], **kept)
        self.registry.register(Now(catalogue, admission))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        admission.told.append(self.call)

    def call(self, call: Call) -> None:
        """A call has ended."""
        model = self._named(call.model)
        self._calls.labels(call.name, model, call.outcome).inc()
        if call.outcome == "answered":
            self._seconds.labels(call.name, model).observe(call.seconds)
            self._waited.labels(call.kind).observe(call.waited)
        for step in call.steps:
            self._steps.labels(model, step.step).observe(step.ms / 1000)

    def batch(self, model: str, size: int) -> None:
        """A forward pass over `size` inputs."""
        self._sizes.labels(self._named(model)).observe(size)

    def cache(self, cache: str, found: bool) -> None:
        """Something was looked up in a cache."""
        self._looks.labels(cache, "yes" if found else "no").inc()

    def request(self, route: str, status: int) -> None:
        """An HTTP request was answered."""
        self._http.labels(route, str(status)).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)

    def _named(self, model: object) -> str:
        return model if isinstance(model, str) and model in self._known else OTHER


class Now(Collector):
    """What is measured when somebody looks: the queue, the models in memory, the memory of the devices."""

    def __init__(self, catalogue: Catalogue, admission: Admission) -> None:
        self.catalogue, self.admission = catalogue, admission

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each of them anew."""
        lines = {(kind.name,): line for kind, line in self.admission.lines.items()}
        yield gauge("seewhy_waiting", "Calls in the queue", ["kind"], lines, lambda line: line.waiting)
        yield gauge("seewhy_working", "Calls at work", ["kind"], lines, lambda line: line.working)
        held = self.catalogue.held()
        yield gauge("seewhy_models_loaded", "Models in memory", [], {(): len(held)})
        yield gauge("seewhy_models_bytes", "What their weights take", [], {(): sum(held.values())})
        memory = {(device, which): size for device, sizes in device_memory().items() for which, size in sizes.items()}
        yield gauge("seewhy_device_memory_bytes", "Memory of a device", ["device", "state"], memory)


def gauge(
    name: str,
    told: str,
    labels: Iterable[str],
    values: dict[Any, Any],
    value: Callable[[Any], float] = float,
) -> GaugeMetricFamily:
    """One measure with its values by label."""
    family = GaugeMetricFamily(name, told, labels=list(labels))
    for key, found in values.items():
        family.add_metric(key, value(found))
    return family

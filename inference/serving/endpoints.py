"""The functions that everybody calls: page, REST and gradio_client. JSON in, JSON out."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ..device import on_device
from ..history.history import History
from ..recording import Tick
from ..study.store import Store
from ..task import Task
from ..trace import Trace
from ..types import Answer, Contrast, Raw, Record, Target
from .admission import CHECKING, EXPLAINING, PLAYING, PREDICTING, Admission, Check, queued
from .catalogue import Catalogue
from .comparing import Comparing
from .examining import Examining
from .keeping import Keeping
from .links import Links
from .listening import Heard, has_speech, hear
from .others import Others
from .playing import decided, ticks_of
from .streams import Stream, Streams
from .summing import Summing

NOTHING = Streams()


@on_device
def answered(task: Task, inputs: Any, trace: Trace) -> Iterator[str | Trace | Answer]:
    """As `Task.stream`, and the trace before the answer."""
    with closing(task.stream(inputs, trace)) as parts:  # type: ignore[type-var]  # a generator
        for part in parts:
            if isinstance(part, Answer):
                yield trace
            yield part


class Endpoints(Keeping, Comparing, Examining, Summing):
    """Every function by its name: these, and what is kept, compared, looked into and summed up.

    Of the long ones there are streaming twins, and the same as records under plural names, for the page.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        streams: Streams = NOTHING,
        admission: Admission | None = None,
        links: Links | None = None,
        history: History | None = None,
        token: str = "",
    ) -> None:
        """history: where answers are kept; token: what makes its holder the presenter, who may read it."""
        self.catalogue, self.streams, self.admission = catalogue, streams, admission or Admission()
        self.links, self.history, self.token = links or Links(), history, token
        self.ready: dict[str, Check] = {}
        self.others = Others(catalogue)
        self.studies = Store()

    def models(self) -> list[dict[str, Any]]:
        """Every model on offer: name, task, title, fields, examples, and how long its recording is."""
        return self.catalogue.describe()

    def predict(self, model: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The prediction for one input, with its decision, warnings and trace."""
        *_, answer = self.predict_stream(model, inputs)
        return answer

    def explain(
        self,
        model: str,
        inputs: dict[str, Any],
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        method: str = "auto",
    ) -> dict[str, Any]:
        """Why the model gave the target its score: the last explanation of the stream."""
        *_, last = self.explain_stream(model, inputs, target, evaluations, seconds, method)
        return last

    def check(self, model: str, inputs: dict[str, Any], check: str, target: Any = None) -> dict[str, Any]:
        """How far an explanation can be trusted: what one check of it found."""
        *_, last = self.checks(model, inputs, check, target)
        return last.to_json()

    def counterfactuals(
        self,
        model: str,
        inputs: dict[str, Any],
        to: str | None = None,
        past: float | None = None,
        fixed: list[str] | None = None,
        count: int | None = None,
        evaluations: int | None = None,
    ) -> dict[str, Any]:
        """The smallest changes of an input that flip what is decided about it, each checked by the model."""
        *_, last = self.counterfactuals_stream(model, inputs, to, past, fixed, count, evaluations)
        return last

    def sweep(
        self, model: str, inputs: dict[str, Any], field: str, target: str | None = None, points: int | None = None
    ) -> dict[str, Any]:
        """A number or a category over its range: the score at each value, and what would be decided."""
        *_, last = self.sweeps(model, inputs, field, target, points)
        return last.to_json()

    def predict_stream(self, model: str, inputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """`{"delta": "…"}` for each piece of a text as it is written, and the answer last."""
        for part in self.asked(model, inputs):
            yield {"delta": part} if isinstance(part, str) else part.to_json()

    def explain_stream(
        self,
        model: str,
        inputs: dict[str, Any],
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        method: str = "auto",
    ) -> Iterator[dict[str, Any]]:
        """Ever better explanations."""
        for explanation in self.explanations(model, inputs, target, evaluations, seconds, method=method):
            yield explanation.to_json()

    def counterfactuals_stream(
        self,
        model: str,
        inputs: dict[str, Any],
        to: str | None = None,
        past: float | None = None,
        fixed: list[str] | None = None,
        count: int | None = None,
        evaluations: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """How far the search has come, each set of changes as it is found, and all of them last."""
        for part in self.changes(model, inputs, to, past, fixed or (), count, evaluations):
            yield part.to_json()

    def play(
        self, model: str, ticks: list[dict[str, Any]] | None = None, start: int = 0, count: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """One decision a tick, of the model's own recording or of the inputs in `ticks`, as fast as they are made."""
        for tick in self.plays(model, ticks, start, count):
            yield tick.to_json()

    @queued(PLAYING, "play")
    def plays(self, model: str, ticks: Any = None, start: Any = 0, count: Any = None) -> Iterator[Tick]:
        """As `play`, as records. Predictions take their turns between two ticks."""
        task = self.catalogue.task(model)
        for number, inputs, truth in ticks_of(task, ticks, start, count):
            yield decided(task, number, inputs, truth)

    @queued(PREDICTING, "predict")
    def answers(self, model: str, inputs: Any, trace: Trace | None = None) -> Iterator[str | Answer]:
        """As `predict_stream`, as records; the trace is told of every step."""
        trace = trace or Trace()
        heard = hear(self.catalogue, model, inputs, trace)
        with closing(answered(self.catalogue.task(model, trace), heard.inputs, trace)) as parts:  # type: ignore[type-var]
            for part in parts:
                if isinstance(part, Trace):
                    vars(trace).update(vars(part))  # it may have been written elsewhere
                else:
                    yield heard.told(part)

    @queued(PREDICTING, "listen")
    def hearings(self, model: str, inputs: Any) -> Iterator[Heard]:
        """As `heard`."""
        yield hear(self.catalogue, model, inputs)

    def heard(self, model: str, inputs: Any) -> Heard:
        """The inputs with words in the place of speech."""
        *_, heard = self.hearings(model, inputs)
        assert isinstance(heard, Heard)  # the stream's last part
        return heard

    def _known(self, model: str, inputs: Any, *asked: Any, **options: Any) -> Record | None:
        """An explanation that is there already; none where a model must first be loaded, or asked for words."""
        if not self.catalogue.ready(model) or has_speech(self.catalogue, model, inputs):
            return None
        found: Record | None = self.streams.known(self.catalogue.task(model), inputs, *asked, **options)
        return found

    @queued(EXPLAINING, "explain", _known)
    def explanations(
        self,
        model: str,
        /,
        inputs: Any,
        target: Any = None,
        evaluations: Any = None,
        seconds: Any = None,
        **options: Any,
    ) -> Iterator[Record]:
        """As `explain_stream`, as records; what only code can say goes on as `options`."""
        yield from self._asked(self.streams.explain, model, inputs, target, evaluations, seconds, **options)

    @queued(CHECKING, "check")
    def checks(self, model: str, /, inputs: Any, check: str, target: Any = None, **options: Any) -> Iterator[Record]:
        """How far a check has come, again and again, and last what it found; `options` as for `explanations`."""
        yield from self._asked(self.streams.check, model, inputs, check, target, **options)

    @queued(CHECKING, "counterfactuals")
    def changes(self, model: str, inputs: Any, *asked: Any, **options: Any) -> Iterator[Record]:
        """As `counterfactuals_stream`, as records; `options` as for `explanations`."""
        yield from self._asked(self.streams.change, model, inputs, *asked, **options)

    @queued(CHECKING, "sweep")
    def sweeps(self, model: str, inputs: Any, *asked: Any) -> Iterator[Record]:
        """How far a sweep has come, again and again, and last the sweep."""
        yield from self._asked(self.streams.sweep, model, inputs, *asked)

    @queued(PREDICTING, "rivals")
    def rivals(self, model: str, raw: Raw, target: Target) -> Iterator[list[Contrast]]:
        """What might have been said in the place of a word, to explain the one rather than the other."""
        yield self.catalogue.task(model).rivals(raw, target)

    def _asked(self, stream: Stream, model: str, inputs: Any, *asked: Any, **options: Any) -> Iterator[Record]:
        said = hear(self.catalogue, model, inputs).inputs
        yield from stream(self.catalogue.task(model), said, *asked, **options)

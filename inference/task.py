"""What a Task adds to a transformers.Pipeline: fields, checks, a decision, and the path that an input took.

This module knows no task by name, no page and no explanation.
"""

import threading
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from . import demo, folders, runtime, tokens
from .accelerator import accelerator, in_batches
from .batching import Batcher
from .computing import Computing, to_float32
from .cores import computed
from .device import on_device, stays
from .explainable import Explainable
from .fields import Field
from .joining import padding, rows
from .trace import Batch, Sight, Trace, shapes
from .types import Answer, Kind, Prediction, Raw, Table

if TYPE_CHECKING:
    from transformers import Pipeline


class Task(Computing, Explainable):
    """One loaded model as the product uses it. Subclasses in outputs.py fill in what depends on the kind of output."""

    id: str
    kind: ClassVar[Kind]
    same_items: ClassVar[bool] = False
    """Whether every answer scores the same items, so that those of many inputs are the columns of an array."""
    along_tokens: ClassVar[tuple[str, ...]] = ()
    """Outputs of the model that are as long as a text, float[batch, tokens, …], which others' texts may have padded."""
    supervised: ClassVar[bool] = True
    """Whether its labels were given in training; else they were found in the data, and need no truth to be measured."""
    default: ClassVar[str] = ""
    """A model on the hub to begin with, `owner/name@revision`, where none is embedded; the task's id stands for it."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Parts of an architecture, by name, that no answer of this task needs; a model may be without their weights."""
    fields: ClassVar[tuple[Field, ...]] = ()
    """What a model takes that does not say so itself, in a demo.json; empty where that differs from model to model."""
    samples: ClassVar[tuple[demo.Example, ...]] = ()
    """Inputs worth trying with any such model."""

    @classmethod
    def fields_of(cls, folder: Path) -> tuple[Field, ...]:
        """`fields`, or those that a model's folder asks for."""
        return cls.fields

    def __init__(self, folder: Path, about: demo.Demo, pipeline: "Pipeline", name: str = "") -> None:
        """name: what the model is called in answers; by default after its folder."""
        self.folder, self.demo, self.pipeline = folder, about, pipeline
        self.name = name or folders.name_of(folder)
        self.tokenizing = threading.Lock()
        stays(self)
        tokens.keep_plain(getattr(pipeline, "tokenizer", None))
        # The pipeline's own reading of its call options, so that ours and `pipeline(x, **options)` agree.
        self.preprocess_options, self.forward_options, self.postprocess_options = pipeline._sanitize_parameters(
            **self.options()
        )

    @classmethod
    def open(cls, folder: Path, about: demo.Demo) -> "Pipeline":
        """The pipeline of a model folder. Raises ModelError."""
        return runtime.load_pipeline(cls.id, folder, cls.unread)

    # What the pipeline does, batch by batch: encode, forward, read

    def options(self) -> dict[str, Any]:
        """The options with which the pipeline is called."""
        return {}

    def options_for(self, raw: Raw) -> dict[str, Any]:
        """The further options with which the pipeline is called for one input."""
        return {}

    def prepare(self, raw: Raw) -> Any:
        """What the pipeline takes for one input: by default the value of the only input field."""
        return raw[self.demo.inputs[0].name]

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """Preprocess one by one, then collate as the pipeline itself would."""
        from transformers.pipelines.base import pad_collate_fn

        encoded = [dict(self.encode_one(raw)) for raw in raws]
        if len(encoded) == 1:
            return encoded[0]
        extractor = self.pipeline.feature_extractor or self.pipeline.image_processor
        batch: Batch = pad_collate_fn(self.pipeline.tokenizer, extractor)(encoded)
        return batch

    def encode_one(self, raw: Raw) -> Batch:
        """Model inputs with a leading dimension of 1."""
        batch: Batch = self.pipeline.preprocess(self.prepare(raw), **self.preprocess_options)
        return batch

    @on_device
    def forward(self, batch: Batch) -> Batch:
        """One forward pass; tensors come back on the CPU, floating ones as float32."""
        with accelerator:
            return self.compute(batch)

    def compute(self, batch: Batch) -> Batch:
        """`forward` by whoever holds the accelerator."""
        work = self.bytes * (rows(batch) or 1)
        outputs = computed(work, self.pipeline.forward, batch, **self.forward_options)
        return {name: to_float32(value) for name, value in outputs.items()}

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """`forward` for a visitor, together with what others ask: a task that writes text yields it as it comes, any
        an empty string now and then while it waits. Returns the outputs.
        """
        return (yield from self.batcher.forward(batch))

    @cached_property
    def batcher(self) -> Batcher:
        """Where the requests of visitors meet."""
        return Batcher(self)

    @property
    def together(self) -> int:
        """Visitors' requests in one forward pass at most."""
        return min(self.batch_size, self.file_batch_size)

    @cached_property
    def padding(self) -> dict[str, int]:
        """What fills up each input that is as long as a text."""
        return padding(getattr(self.pipeline, "tokenizer", None))  # a function of Python has none

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        """Postprocess the outputs of a batch into one prediction each."""
        raise NotImplementedError

    def summary(self, prediction: Prediction) -> str:
        """What came out of postprocessing, in a few words."""
        raise NotImplementedError

    def prepared(self, raw: Raw, batch: Batch) -> str | None:
        """What preprocessing made of an input, in words: `27 tokens`."""
        return None

    def sight(self, batch: Batch) -> Sight | None:
        """What the model sees of the one input in a batch, for people to look at."""
        return None

    def pieces(self, prediction: Prediction) -> Sequence[str]:
        """The tokens of a written text as they stand in it; together they are the text. Empty for other outputs."""
        return ()

    # What a visitor asks

    def parse(self, inputs: Any) -> Raw:
        """Checked input. Raises InputError."""
        raw = self.demo.parse(demo.resolve(self.folder, self.demo, inputs))
        self.fits(raw)
        return raw

    def fits(self, raw: Raw) -> None:
        """Check what no field can tell by itself. Raises InputError."""

    def warnings(self, raw: Raw) -> Iterator[str]:
        """What a reader should know about an input that is allowed but unusual."""
        for each in self.demo.inputs:
            yield from each.warnings(raw[each.name])

    def remarks(self, outputs: Batch) -> Iterator[str]:
        """What a reader should know about an output."""
        return iter(())

    def tables(self, raw: Raw, outputs: Batch, prediction: Prediction) -> Iterator[Table]:
        """What a reader should see beside a prediction."""
        return iter(())

    def predict(self, inputs: Any, trace: Trace | None = None) -> Answer:
        """The whole path of one input. Raises InputError."""
        *_, answer = self.stream(inputs, trace)
        assert isinstance(answer, Answer)  # the stream's last part, by its own contract
        return answer

    def stream(self, inputs: Any, trace: Trace | None = None) -> Iterator[str | Answer]:
        """`predict` as it happens: the text so far in pieces, if the task writes text, and the answer last."""
        trace = trace or Trace()
        with trace.step("data input") as step:
            trace.raw = raw = self.parse(inputs)
            step.detail = self.demo.describe(raw)
        with trace.step("preprocessing") as step:
            with self.batcher.arriving():
                trace.batch = batch = self.encode([raw])
            step.detail = f"{self.demo.kinds} → {shapes(batch)}"
            step.words = self.prepared(raw, batch)
        with trace.step("forward pass") as step:
            outputs = yield from self.run(batch)
            step.detail = f"{', '.join(batch)} → {shapes(outputs)}, {self.where}"
            step.words = f"computed {self.where}"
        with trace.step("postprocessing") as step:
            prediction = self.read(outputs, [raw])[0]
            step.detail = f"{', '.join(outputs)} → {self.summary(prediction)}"
            step.words = self.summary(prediction)
        decision = None
        if self.demo.decision and prediction.items:
            with trace.step("decision") as step:
                decision = self.demo.decision.decide(prediction)
                step.detail = f"{decision.reason} → {decision.action}"
        warnings = (*self.warnings(raw), *self.remarks(outputs))
        tables = tuple(self.tables(raw, outputs, prediction))
        yield Answer(self.name, self.id, prediction, decision, warnings, tuple(trace.steps), tables)

    def predict_batch(self, inputs: Sequence[Any]) -> list[Prediction]:
        """Many inputs at once, `batch_size` a forward pass. Raises InputError for the first that does not fit."""
        raws = [self.parse(each) for each in inputs]
        batches = in_batches(self.predict_some, raws, self.batch_size)
        return [prediction for some in batches for prediction in some]

    @on_device
    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """The predictions for at most `batch_size` checked inputs."""
        return self.read(self.forward(self.encode(raws)), raws)

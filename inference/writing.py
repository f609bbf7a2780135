"""The kind of output that is written token by token: how each input is answered, alone and with others.

How a text is generated is in generation.py, how it is scored in forcing.py.
"""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import torch

from . import generation
from .accelerator import accelerator
from .computing import to_float32
from .device import on_device
from .forcing import Forcing
from .generation import LENGTH, Settings
from .trace import Batch
from .types import Item, Prediction, Raw, TextTarget
from .units import number


class TextTask(Forcing):
    """Text written token by token; the target is that text as shown, its score log p(text | input)."""

    patience = 120.0  # seconds to wait for the accelerator, and then for each token, before giving up

    def summary(self, prediction: Prediction) -> str:
        return f"{len(prediction.text or ''):,} characters, log-probability {number(prediction.scores[0])}"

    def length(self, otherwise: int) -> int:
        """Tokens of a text at most unless a visitor says so: what demo.json says, or `otherwise`."""
        said = [field.default for field in self.demo.fields if field.name == LENGTH.name and field.kind == "number"]
        return round(said[0]) if said and said[0] else otherwise

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """As every task; `settings` says how each is answered."""
        return {**super().encode(raws), "settings": [Settings.of(raw, self.forward_options) for raw in raws]}

    def predict_some(self, raws: Sequence[Raw]) -> list[Prediction]:
        """Those of the same settings together, and what is drawn one by one: so that each gets what it gets alone."""
        groups = defaultdict(list)
        for i, raw in enumerate(raws):
            settings = Settings.of(raw, self.forward_options)
            groups[settings, i if settings.temperature else -1].append(i)
        found: dict[int, Prediction] = {}
        for places in groups.values():
            found |= dict(zip(places, super().predict_some([raws[i] for i in places]), strict=True))
        return [found[i] for i in range(len(raws))]

    @on_device
    def forward(self, batch: Batch) -> Batch:
        """Texts for inputs of the same settings."""
        with accelerator:
            outputs = self.write(batch)
        return {name: to_float32(value) for name, value in outputs.items()}

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """Generate in a thread of its own and yield the text as it comes; closing the stream stops the model.

        Raises Busy where the accelerator, or the next token, does not come in time.
        """
        pieces = generation.stream(
            lambda **watching: self.write(batch, **watching), self.pipeline.tokenizer, self.name, self.patience
        )
        return (yield from generation.until(pieces, batch["settings"][0].stop))

    def write(self, batch: Batch, **watching: Any) -> Batch:
        """What the pipeline generates, by whoever holds the accelerator."""
        settings: Settings = batch["settings"][0]
        inputs = {name: value for name, value in batch.items() if name != "settings"}
        options = {**self.forward_options, **settings.options(self.pipeline.tokenizer), **watching}
        with settings.seeded(self.pipeline.device):
            outputs: Batch = self.pipeline.forward(inputs, **options)
        return {**outputs, "settings": batch["settings"]}

    def remarks(self, outputs: Batch) -> Iterator[str]:
        limit = outputs["settings"][0].max_new_tokens
        written = self.written(outputs)
        if len(written) >= limit and int(written[-1]) != self.pipeline.tokenizer.eos_token_id:
            yield f"The {self.noun} was cut after {limit} tokens."

    def written(self, outputs: Batch) -> torch.Tensor:
        """The ids int64[tokens] that were generated for the first input."""
        found: torch.Tensor = outputs["generated_sequence"][0, 0, outputs["input_ids"].shape[1] :]
        return found

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        """The text and its log-probability under the model, given the input as it is."""
        predictions = []
        for i, raw in enumerate(raws):
            row = {name: value[i : i + 1] for name, value in outputs.items()}
            text = self.pipeline.postprocess(row, **self.postprocess_options)[0]["generated_text"]
            text = generation.before(text, row["settings"][0].stop)
            score = float(self.scores([raw], [TextTarget(text)])[0, 0]) if text else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", self.noun, score),), text=text))
        return predictions

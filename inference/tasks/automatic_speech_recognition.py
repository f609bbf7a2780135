"""A recording in, the words spoken in it out: models of Whisper's kind, which listen to 30 seconds at a time.

A longer recording is cut where it is quiet, and each part becomes a line of the text.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from .. import generation, tokens
from ..accelerator import accelerator
from ..device import on_device
from ..errors import InputError, ModelError
from ..fields import AudioField, Field
from ..forcing import Others
from ..masks import MaskedSound
from ..sounds import RATE, Sound
from ..trace import Batch, Sight
from ..types import Item, Prediction, Raw, TextTarget
from ..units import clock
from ..writing import TextTask

SEARCH = 5.0
"""Seconds before the end of a part in which the quietest place is looked for, to cut there."""
STRIDE = 2
"""Moments that the encoder makes one of."""
HOP = 0.05
"""Seconds over which loudness is taken."""
BEGINNING = 4
"""Tokens before a text, at most: start, language, task, no times."""


class AutomaticSpeechRecognition(TextTask):
    """Any Whisper of the hub. A hidden stretch is silent; the score is that of the text, word by word."""

    id = "automatic-speech-recognition"
    default = "openai/whisper-tiny@169d4a4341b33bc18d8881c4b69c2e104e1cc0af"
    noun = "transcript"
    batch_size = 4
    longest = 2_048
    fields: ClassVar[tuple[Field, ...]] = (
        AudioField(name="audio", label="Recording", max_seconds=180, description="Up to three minutes."),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if getattr(self.pipeline, "type", "") != "seq2seq_whisper":
            raise ModelError(f"{self.name} is no Whisper: of the models for speech, those are run here.")
        extractor, config = self.pipeline.feature_extractor, self.pipeline.model.config
        made = (extractor.feature_size, extractor.nb_max_frames, extractor.sampling_rate)
        heard = (config.num_mel_bins, STRIDE * config.max_source_positions, RATE)
        if made != heard:  # a window of any length would be filled up with silence before the model refuses it
            raise ModelError(
                f"{self.name}: preprocessor_config.json makes {made[0]!r} frequencies at {made[1]!r} moments of "
                f"{made[2]!r} Hz, and the model hears {heard[0]} at {heard[1]:,} of {RATE:,} Hz. Save both together "
                "with save_pretrained."
            )

    def options(self) -> dict[str, Any]:
        room = self.pipeline.model.config.max_target_positions - BEGINNING
        return {"generate_kwargs": {"max_new_tokens": min(self.length(128), room), "num_beams": 1}}

    # Reading

    def sound(self, raw: Raw) -> MaskedSound | Sound:
        """The recording of an input, with what is hidden of it."""
        found: MaskedSound | Sound = raw[self.demo.first("audio").name]
        return found

    def prepare(self, raw: Raw) -> dict[str, Any]:
        sound = self.sound(raw)
        whole = sound.composed() if isinstance(sound, MaskedSound) else sound
        return {"raw": whole.samples, "sampling_rate": RATE}

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """input_features float32[parts, mel, frames] of all recordings, one after the other, and the parts of each."""
        parts, counts = [], []
        for raw in raws:
            sound = self.sound(raw)
            whole = sound.sound if isinstance(sound, MaskedSound) else sound  # cut alike whatever is hidden
            spans, samples = cuts(whole.samples, self.window), self.prepare(raw)["raw"]
            parts += [samples[start:end] for start, end in spans]
            counts.append(len(spans))
        extractor = self.pipeline.feature_extractor
        features = extractor(parts, sampling_rate=RATE, return_tensors="pt")["input_features"]
        return {"input_features": features.to(self.pipeline.model.dtype), "counts": counts}

    @property
    def window(self) -> int:
        """Samples that the model listens to at a time."""
        return int(self.pipeline.feature_extractor.n_samples)

    def prepared(self, raw: Raw, batch: Batch) -> str:
        count, (parts, bands, frames) = len(self.prepare(raw)["raw"]), batch["input_features"].shape
        heard = f"{clock(count / RATE)} as a picture of sound: {bands} frequencies at {frames:,} moments"
        return heard + (f" in each of {parts} parts" if parts > 1 else "")

    def sight(self, batch: Batch) -> Sight:
        """The first part as the model gets it: time to the right, frequency upwards."""
        bands = batch["input_features"][0].float().numpy()[::-1]
        grey = 255 * (bands - bands.min()) / (np.ptp(bands) or 1)
        heard = max(100, int(np.flatnonzero(np.ptp(bands, axis=0) > 1e-3).max(initial=0)) + 1)
        return Sight(picture=Image.fromarray(grey.astype(np.uint8)[:, :heard]).resize((480, 120)).convert("RGB"))

    # Writing

    @on_device
    def forward(self, batch: Batch) -> Batch:
        with accelerator:
            return self.write(batch)

    def run(self, batch: Batch) -> Generator[str, None, Batch]:
        """One part after the other, each as it is written."""
        written: list[torch.Tensor] = []
        for features in batch["input_features"].split(1):
            if written:
                yield "\n"
            part = {"input_features": features, "counts": [1]}
            pieces = generation.stream(
                lambda part=part, **watching: self.write(part, **watching),
                self.pipeline.tokenizer,
                self.name,
                self.patience,
            )
            written.append((yield from pieces)["tokens"][0])
        return {"tokens": written, "counts": batch["counts"]}

    def write(self, batch: Batch, **watching: Any) -> Batch:
        """tokens: of each part int64[tokens], by whoever holds the accelerator."""
        asked = {**self.forward_options, **watching}
        with torch.inference_mode():
            found = self.pipeline.model.generate(batch["input_features"].to(self.pipeline.device), **asked)
        return {"tokens": list(found.cpu()), "counts": batch["counts"]}

    def remarks(self, outputs: Batch) -> Iterator[str]:
        limit = self.forward_options["max_new_tokens"]
        if any(int((part != self.pipeline.tokenizer.eos_token_id).sum()) >= limit for part in outputs["tokens"]):
            yield f"A part was cut after {limit} tokens."

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        predictions, parts = [], iter(outputs["tokens"])
        for raw, count in zip(raws, outputs["counts"], strict=True):
            with self.tokenizing:
                said = [self.pipeline.tokenizer.decode(next(parts), skip_special_tokens=True) for _ in range(count)]
            text = "\n".join(" ".join(line.split()) for line in said)
            score = float(self.scores([raw], [TextTarget(text)])[0, 0]) if text.strip() else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", self.noun, score),), text=text))
        return predictions

    # Scoring

    def spelled(self, text: str) -> list[int]:
        """The ids of all lines, each as the model begins it, with the token of a new line between them."""
        tokenizer, ids = self.pipeline.tokenizer, []
        for i, line in enumerate(text.split("\n")):
            ids += [self.newline] if i else []
            ids += tokenizer(f" {line}", add_special_tokens=False, **tokens.PLAIN)["input_ids"] if line else []
        return ids

    @property
    def newline(self) -> int:
        """The id of the token for a new line, which ends a part here and is never the model's own."""
        return int(self.pipeline.tokenizer("\n", add_special_tokens=False)["input_ids"][0])

    def pieces(self, prediction: Prediction) -> Sequence[str]:
        found: list[str] = []
        for i, line in enumerate((prediction.text or "").split("\n")):
            found += ["\n"] if i else []
            with self.tokenizing:
                own = tokens.pieces(self.pipeline.tokenizer, f" {line}", ()) if line else []
            found += [own[0][1:], *own[1:]] if own else []
        return found if prediction.text else ()

    def rows(self, batch: Batch) -> int:
        return len(batch["counts"])

    def token_scores(self, batch: Batch, reply: torch.Tensor, others: Others = ()) -> NDArray[np.float64]:
        """log p of each token given its part and the tokens before it there; 0 for what ends a part. Raises InputError.

        float64[recordings, tokens + others].
        """
        lines = ended(reply[0].tolist(), self.newline)
        count = batch["counts"][0]
        if set(batch["counts"]) != {len(lines)}:
            raise InputError(f"The recording is heard in {count} parts: the text of a target needs as many lines.")
        features = batch["input_features"].unflatten(0, (-1, count))
        found = np.zeros((len(features), reply.shape[1] + len(others)))
        for part, (start, end) in enumerate(lines):
            if start < end:
                scores = self.heard(features[:, part], reply[0, start:end])
                found[:, start:end] = scores.gather(-1, reply[:, start:end, None].expand(len(scores), -1, 1))[..., 0]
                for column, (place, token) in enumerate(others, start=reply.shape[1]):
                    if start <= place < end:
                        found[:, column] = scores[:, place - start, token]
        return found

    def heard(self, features: torch.Tensor, line: torch.Tensor) -> torch.Tensor:
        """log p float64[recordings, tokens, vocabulary] of what stands in each place of a line int64[tokens]."""
        model, found = self.pipeline.model, []
        start = torch.tensor(self.starts)
        for some in features.split(self.batch_size):
            written = torch.cat([start, line[:-1]]).expand(len(some), -1).to(self.pipeline.device)
            with accelerator, torch.inference_mode():
                logits = model(input_features=some.to(self.pipeline.device), decoder_input_ids=written).logits
            found.append(logits[:, -len(line) :].double().cpu().log_softmax(-1))
        return torch.cat(found)

    @property
    def starts(self) -> list[int]:
        """The tokens with which a text begins: English unless the model was told otherwise, and without times."""
        config = self.pipeline.model.generation_config
        languages = getattr(config, "lang_to_id", None) if getattr(config, "is_multilingual", False) else None
        asked = f"<|{getattr(config, 'language', None) or 'en'}|>"
        told = [languages[asked], config.task_to_id["transcribe"]] if languages else []
        return [config.decoder_start_token_id, *told, config.no_timestamps_token_id]

    def logits(self, batch: Batch, reply: torch.Tensor, rows: int) -> Iterator[torch.Tensor]:
        """Of the first recording, float64[1, tokens, vocabulary]; 0 for what ends a part."""
        found = torch.zeros(1, reply.shape[1], self.pipeline.model.config.vocab_size, dtype=torch.float64)
        for i, (start, end) in enumerate(ended(reply[0].tolist(), self.newline)):
            if start < end:
                found[:, start:end] = self.heard(batch["input_features"][i : i + 1], reply[0, start:end])
        yield found


def cuts(samples: NDArray[np.float32], longest: int) -> list[tuple[int, int]]:
    """A recording in parts of at most `longest` samples, (start, end) each, cut where it is quietest near their end."""
    spans, start, hop = [], 0, round(HOP * RATE)
    while len(samples) - start > longest:
        first = start + longest - min(round(SEARCH * RATE), longest // 3)
        last = samples[first : start + longest]
        loud = np.square(last[: len(last) // hop * hop].reshape(-1, hop)).mean(1)
        end = first + int(loud.argmin()) * hop + hop // 2
        spans.append((start, end))
        start = end
    return [*spans, (start, len(samples))]


def ended(ids: Sequence[int], newline: int) -> list[tuple[int, int]]:
    """Where the lines lie in the ids of a text, (start, end) each."""
    ends = [i for i, token in enumerate(ids) if token == newline]
    return list(zip([0, *(end + 1 for end in ends)], [*ends, len(ids)], strict=True))

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
from ..sounds import RATE, Sound, cuts
from ..trace import Batch, Sight
from ..types import Item, Prediction, Raw
from ..units import clock
from ..writing import TextTask

STRIDE = 2
"""Moments that the encoder makes one of."""
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
        written: list[Batch] = []
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
            written.append((yield from pieces))
        encoded = torch.cat([part["encoded"] for part in written])
        return {"tokens": [part["tokens"][0] for part in written], "encoded": encoded, "counts": batch["counts"]}

    def write(self, batch: Batch, **watching: Any) -> Batch:
        """tokens: of each part int64[tokens]; encoded: what the encoder made of them, float[parts, frames, width].

        By whoever holds the accelerator.
        """
        model, features = self.pipeline.model, batch["input_features"].to(self.pipeline.device)
        with torch.inference_mode():
            encoded = model.get_encoder()(features)
            found = model.generate(features, encoder_outputs=encoded, **self.forward_options, **watching)
        return {"tokens": list(found.cpu()), "encoded": encoded.last_hidden_state, "counts": batch["counts"]}

    def remarks(self, outputs: Batch) -> Iterator[str]:
        limit = self.forward_options["max_new_tokens"]
        if any(int((part != self.pipeline.tokenizer.eos_token_id).sum()) >= limit for part in outputs["tokens"]):
            yield f"A part was cut after {limit} tokens."

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        predictions, parts = [], iter(outputs["tokens"])
        for encoded in outputs["encoded"].split(outputs["counts"]):
            with self.tokenizing:
                said = [self.pipeline.tokenizer.decode(next(parts), skip_special_tokens=True) for _ in encoded]
            text = "\n".join(" ".join(line.split()) for line in said)
            score = self.log_probability(encoded, text) if text.strip() else 0.0
            predictions.append(Prediction(self.kind, self.scale, (Item("text", self.noun, score),), text=text))
        return predictions

    # Scoring

    @on_device
    def log_probability(self, encoded: torch.Tensor, text: str) -> float:
        """log p of a text given a recording's parts as they were encoded, float[parts, frames, width]."""
        return float(self.token_scores({"encoded": encoded, "counts": [len(encoded)]}, self.reply(text)).sum())

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

        batch: the parts as `encoded`, or else as `input_features`. float64[recordings, tokens + others].
        """
        lines = ended(reply[0].tolist(), self.newline)
        count = batch["counts"][0]
        if set(batch["counts"]) != {len(lines)}:
            raise InputError(f"The recording is heard in {count} parts: the text of a target needs as many lines.")
        name = "encoded" if "encoded" in batch else "input_features"
        parts = batch[name].unflatten(0, (-1, count))
        found = np.zeros((len(parts), reply.shape[1] + len(others)))
        for part, (start, end) in enumerate(lines):
            if start < end:
                scores = self.heard({name: parts[:, part]}, reply[0, start:end])
                found[:, start:end] = scores.gather(-1, reply[:, start:end, None].expand(len(scores), -1, 1))[..., 0]
                for column, (place, token) in enumerate(others, start=reply.shape[1]):
                    if start <= place < end:
                        found[:, column] = scores[:, place - start, token]
        return found

    def heard(self, parts: Batch, line: torch.Tensor) -> torch.Tensor:
        """log p float64[recordings, tokens, vocabulary] of what stands in each place of a line int64[tokens]."""
        ((name, values),) = parts.items()
        model, found = self.pipeline.model, []
        start = torch.tensor(self.starts)
        for some in values.split(self.batch_size):
            some = some.to(self.pipeline.device)
            given = {"encoder_outputs": (some,)} if name == "encoded" else {name: some}
            written = torch.cat([start, line[:-1]]).expand(len(some), -1).to(self.pipeline.device)
            with accelerator, torch.inference_mode():
                logits = model(**given, decoder_input_ids=written).logits
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
                found[:, start:end] = self.heard(
                    {"input_features": batch["input_features"][i : i + 1]}, reply[0, start:end]
                )
        yield found


def ended(ids: Sequence[int], newline: int) -> list[tuple[int, int]]:
    """Where the lines lie in the ids of a text, (start, end) each."""
    ends = [i for i, token in enumerate(ids) if token == newline]
    return list(zip([0, *(end + 1 for end in ends)], [*ends, len(ids)], strict=True))

"""What tasks share that read a text, or a picture, and how they check it against what the model knows.

Words are hidden token by token, and the tokenizer is one that many threads use.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import tokens
from .demo import Example
from .fields import Field, ImageField, TextField
from .masks import MaskedImage, MaskedText, Parts, Regions, Spans, Variants, of_pixels, of_tokens, only, without_tokens
from .quality import TINY
from .task import Task
from .trace import Batch, Sight
from .types import Raw

if TYPE_CHECKING:
    import torch

FEW = 4
"""Pictures of a forward pass over a file, on a processor."""
JUDGED = 6
"""Pieces from which a text is long enough to be judged by them; 95 % of the sentiment model's held-out texts are."""


class TextInput(Task):
    """A task whose first input of kind text goes through the pipeline's tokenizer."""

    fields: ClassVar[tuple[Field, ...]] = (
        TextField(name="text", label="Text", description="In the language that the model was trained on."),
    )
    samples: ClassVar[tuple[Example, ...]] = (
        Example("A plain fact", {"text": "The train leaves at nine and arrives before noon."}),
        Example("A complaint", {"text": "I waited two hours and nobody answered the phone."}),
        Example("Thanks", {"text": "Thank you, the parcel came early and everything was in it."}),
        Example("An offer", {"text": "Reply today to claim your free voucher before it expires."}),
    )

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        text, field = self.plain(raw), self.field
        options = {"truncation": False, "verbose": False, "add_special_tokens": False, **tokens.PLAIN}
        ids = self.tokenize(text, **options)["input_ids"]
        with self.tokenizing:
            pieces = [piece.strip() for piece in tokens.pieces(self.pipeline.tokenizer, text, ids)]
        yield from self.unknown(pieces, ids)
        if isinstance(field, TextField) and field.piece_length:
            yield from strange(pieces, field.piece_length)

    def unknown(self, pieces: list[str], ids: list[int]) -> Iterator[str]:
        """Whether the vocabulary lacks some of a text's pieces, as many an emoji."""
        blank = self.pipeline.tokenizer.unk_token_id
        found = [piece for piece, token in zip(pieces, ids, strict=True) if token == blank and piece]
        if found:
            yield (
                f"The model does not know {len(found):,} of the {len(ids):,} pieces of the text, "
                f"such as “{found[0][:20]}”: it sees a blank there."
            )

    @property
    def field(self) -> Field:
        """The field that the text comes from."""
        return self.demo.first("text")

    def masked(self, raw: Raw) -> MaskedText:
        """The text of an input, with what is hidden of it."""
        return tokens.masked(raw[self.field.name])

    def plain(self, raw: Raw) -> str:
        """What a visitor wrote last, to be judged."""
        return self.masked(raw).text

    def prepare(self, raw: Raw) -> str:
        return self.masked(raw).text

    def tokenize(self, text: str | list[str], **options: Any) -> Batch:
        """The tokenizer's own output for one text, or for some.

        One thread at a time: truncation and the reading of special tokens are states of a fast tokenizer, and of two
        threads one would read its text in the other's way.
        """
        with self.tokenizing:
            encoded: Batch = self.pipeline.tokenizer(text, **options)
        return encoded

    def encode_text(self, text: str) -> tuple[Batch, "torch.Tensor"]:
        """A whole text as model inputs, int64[1, tokens] each, and its offsets int64[tokens, 2] (special: 0, 0)."""
        raise NotImplementedError

    def whole(self, raw: Raw) -> tuple[Batch, "torch.Tensor"]:
        """The text of an input as if nothing of it were hidden, likewise."""
        return self.encode_text(self.prepare(raw))

    def hidden(self, raw: Raw) -> Spans:
        """The characters of an input that are hidden."""
        masked = self.masked(raw)
        return Spans(masked.hidden, masked.dropped)

    def encode_one(self, raw: Raw) -> Batch:
        """Model inputs int64[1, tokens], hidden words replaced, or left out, token by token."""
        (encoded, offsets), hidden = self.whole(raw), self.hidden(raw)
        if not hidden.spans:
            return encoded
        nothing = np.zeros(len(hidden.spans), bool)
        return encoded | self.hiding(encoded, offsets, hidden).encode([nothing])

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        spans = only(parts, Spans)
        return self.hiding(*self.whole(raw), spans) if spans else None

    def hiding(self, encoded: Batch, offsets: "torch.Tensor", parts: Spans) -> Variants:
        """An encoded text with its parts hidden."""
        touched = tokens.touched(offsets, parts.spans)
        if parts.dropped:
            return without_tokens(encoded, touched, self.pipeline.tokenizer.pad_token_id or 0)
        return of_tokens(encoded, touched, tokens.replacement(self.pipeline.tokenizer)[0])

    def prepared(self, raw: Raw, batch: Batch) -> str:
        count = batch["input_ids"].shape[1]
        return f"cut into {count:,} tokens, each a number that the model knows"

    def sight(self, batch: Batch) -> Sight:
        with self.tokenizing:
            return Sight(tokens=tuple(self.pipeline.tokenizer.batch_decode(batch["input_ids"][0][:, None])))


def strange(pieces: list[str], usual: float) -> Iterator[str]:
    """Whether the words of a text split into shorter pieces than `usual`, in letters on average.

    A tokenizer has whole words for the language that it was made from, and pieces for the rest. Punctuation and numbers
    do not count, and a text of few pieces is not judged.
    """
    lengths = [len(piece) for piece in pieces if piece.isalpha()]
    if len(lengths) >= JUDGED and sum(lengths) < usual * len(lengths):
        yield (
            f"The words split into unusually short pieces ({sum(lengths) / len(lengths):.2f} letters on average; 99 % "
            f"of the training texts have {usual:.2f} or more): another language, or noise? Take the answer with care."
        )


class ImageInput(Task):
    """A task whose first input of kind image goes through the pipeline's image processor."""

    fields: ClassVar[tuple[Field, ...]] = (ImageField(name="image", label="Picture"),)

    def picture(self, raw: Raw) -> Image.Image | MaskedImage:
        """The picture of an input, with what is hidden of it."""
        found: Image.Image | MaskedImage = raw[self.demo.first("image").name]
        return found

    def prepare(self, raw: Raw) -> Any:
        return self.picture(raw)

    def encode_one(self, raw: Raw) -> Batch:
        """Model inputs; hidden regions are covered in the picture as the model gets it, where that is a picture."""
        picture = self.picture(raw)
        if not isinstance(picture, MaskedImage):
            return self.preprocess(picture)
        found = self.covering(picture.picture, picture.regions)
        return found.encode([picture.kept]) if found else self.preprocess(picture.composed())

    def preprocess(self, picture: Image.Image) -> Batch:
        """A whole picture as model inputs."""
        batch: Batch = self.pipeline.preprocess(picture, **self.preprocess_options)
        return batch

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        regions = only(parts, Regions)
        picture = self.picture(raw)
        return self.covering(picture, regions) if regions and not isinstance(picture, MaskedImage) else None

    def covering(self, picture: Image.Image, regions: Regions) -> Variants | None:
        """A picture with its regions covered; None where the model does not get pixels [1, channels, height, width]."""
        batch = dict(self.preprocess(picture))
        if "pixel_values" not in batch or batch["pixel_values"].ndim != 4:
            return None
        cover = self.preprocess(regions.cover.resize(picture.size))["pixel_values"]
        height, width = regions.labels.shape
        row, column = (self.geometry(picture.size, axis) for axis in (0, 1))
        labels = regions.labels[(row * (height - 1)).round().astype(int), (column * (width - 1)).round().astype(int)]
        return of_pixels(batch, cover, labels.astype(np.intp))

    @property
    def file_batch_size(self) -> int:
        """Few on a processor: what a convolution holds of more pictures does not fit its caches.

        tests/benchmarks/throughput.py holds a file of pictures against bare forward passes at the best of six sizes,
        and says which that was.
        """
        return FEW if self.pipeline.device.type == "cpu" else self.batch_size

    def geometry(self, size: tuple[int, int], axis: int) -> NDArray[np.float64]:
        """Where each pixel that the model gets lies in a picture of this (width, height): 0 to 1 along an axis.

        Read off a ramp of greys that goes through the model's own processor, whatever that crops, scales and pads.
        """
        steps = np.linspace(0, 255, size[1 - axis]).round().astype(np.uint8)
        ramp = np.broadcast_to(steps[:, None] if axis == 0 else steps, size[::-1])
        seen = self.seen(self.preprocess(Image.fromarray(np.ascontiguousarray(ramp)).convert("RGB")))
        return np.clip(seen.mean(0), 0, 1)

    def prepared(self, raw: Raw, batch: Batch) -> str:
        picture = raw[self.demo.first("image").name]
        before, (height, width) = picture.info.get("size", picture.size), batch["pixel_values"].shape[-2:]
        if before == (width, height):
            return f"{width:,} × {height:,} pixels as they are, colours normalised"
        return f"resized from {before[0]:,} × {before[1]:,} to {width:,} × {height:,} pixels, colours normalised"

    def sight(self, batch: Batch) -> Sight:
        """The picture as the model gets it: cropped and scaled, with the normalisation of its colours undone."""
        grey_or_rgb = np.clip(np.rint(self.seen(batch) * 255), 0, 255).astype(np.uint8).transpose(1, 2, 0)
        return Sight(picture=Image.fromarray(grey_or_rgb.squeeze()).convert("RGB"))

    def seen(self, batch: Batch) -> NDArray[np.float64]:
        """The one picture in a batch, [channels, height, width] from 0 to 1."""
        processor, pixels = self.pipeline.image_processor, batch["pixel_values"][0].double().numpy()
        if getattr(processor, "do_normalize", False):
            mean, std = (np.reshape(values, (-1, 1, 1)) for values in (processor.image_mean, processor.image_std))
            pixels = pixels * std + mean
        return pixels

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        picture, (width, height) = raw[self.demo.first("image").name], self.reads()
        if min(picture.size) >= TINY and (picture.width < width or picture.height < height):
            yield (
                f"The picture has {picture.width} × {picture.height} pixels and the model reads {width} × {height}: "
                "it was enlarged, which adds no detail."
            )

    def reads(self) -> tuple[int, int]:
        """(width, height) in pixels of what the model reads; 0 for a side that its image processor leaves open."""
        processor = self.pipeline.image_processor
        if not getattr(processor, "do_resize", True):
            return 0, 0
        crops = getattr(processor, "do_center_crop", False) and getattr(processor, "crop_size", None)
        size = dict(crops or getattr(processor, "size", None) or {})
        edge = size.get("shortest_edge", 0)
        return int(size.get("width") or edge), int(size.get("height") or edge)

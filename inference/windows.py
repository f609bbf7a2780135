"""A question and a context as windows that a model can read: long contexts in several, each with the whole question.

A token of the context that stands in several windows is read in the one that shows most on both sides of it (Devlin et
al. 2018, run_squad.py: "max context"). Knows no model and no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .errors import InputError
from .masks import ALONE, Kept, Parts, Spans, Variants, gone
from .tokens import PLAIN, touched
from .trace import Batch

LENGTH, STRIDE = 384, 128
"""Tokens of a window at most, and those that two neighbours share: as in SQuAD's reference code (Devlin et al.)."""
OURS = ("offsets", "sequence", "once", "begins", "ends", "owner")
"""The tensors that no model takes."""
WHOLE = ("owner", "spans", "asked")
"""The tensors that say something of a window and nothing of its tokens."""
QUESTION, CONTEXT = 0, 1
"""Which text a token is of, in `sequence`; −1 is neither."""


@dataclass(frozen=True)
class Reader:
    """A tokenizer as it reads a question beside a context.

    It makes tensors [windows, tokens, …]: what the model takes, `sequence` (QUESTION, CONTEXT or −1), `offsets`
    [windows, tokens, 2] in characters of the token's own text, `once` where a token of the context is to be read,
    `begins` and `ends` where it begins or ends a word as well, and `owner` int64[windows], whose window it is.
    """

    tokenizer: Any

    @property
    def length(self) -> int:
        """Tokens of a window at most."""
        return min(int(self.tokenizer.model_max_length), LENGTH)

    def room(self, question: str) -> int:
        """Tokens of a window beside a question. Raises InputError where it leaves too few for a text."""
        size = len(self.tokenizer(question, add_special_tokens=False, verbose=False, **PLAIN)["input_ids"])
        if size > self.length // 2:
            raise InputError(f"The question has {size:,} tokens and the model takes {self.length // 2:,}; shorten it.")
        return self.length - size

    def read(self, question: str, context: str) -> Batch:
        """The windows of one input. Raises InputError where the question leaves no room for the context."""
        encoded = self.tokenizer(
            question,
            context,
            truncation="only_second",
            max_length=self.length,
            stride=min(STRIDE, self.room(question) // 3),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
            **PLAIN,
        )
        windows = range(len(encoded["input_ids"]))
        batch = {name: encoded[name] for name in self.tokenizer.model_input_names if name in encoded}
        batch["offsets"] = encoded["offset_mapping"]
        batch["sequence"] = torch.tensor([[-1 if s is None else s for s in encoded.sequence_ids(w)] for w in windows])
        words = torch.tensor([[-1 if word is None else word for word in encoded.word_ids(w)] for w in windows])
        once = self.once(batch["sequence"] == CONTEXT, batch["offsets"])
        starts, ends = batch["offsets"].unbind(-1)
        # Over all windows: one that begins in the middle of a word does not show where the word begins.
        count = int(words.max()) + 1
        first = starts.new_full((count,), 1 << 40).scatter_reduce_(0, words[once], starts[once], "amin")
        last = ends.new_zeros(count).scatter_reduce_(0, words[once], ends[once], "amax")
        batch["once"] = once
        batch["begins"], batch["ends"] = once & (starts == first[words]), once & (ends == last[words])
        return batch | {"owner": torch.zeros(len(words), dtype=torch.long)}

    @staticmethod
    def once(inside: Tensor, offsets: Tensor) -> Tensor:
        """bool[windows, tokens]: each token of the context (`inside`) once, where it has most on both sides."""
        best: dict[int, tuple[float, int, int]] = {}
        for window, row in enumerate(inside):
            places = row.nonzero()[:, 0].tolist()
            for i, place in enumerate(places):
                room = min(i, len(places) - 1 - i) + 0.01 * len(places)
                start = int(offsets[window, place, 0])
                if start not in best or room > best[start][0]:
                    best[start] = (room, window, place)
        found = torch.zeros_like(inside)
        for _, window, place in best.values():
            found[window, place] = True
        return found

    def together(self, batches: Sequence[Batch]) -> Batch:
        """The windows of several inputs in one batch, padded, each with its owner's number."""
        longest = max(batch["input_ids"].shape[1] for batch in batches)
        fill = {"input_ids": self.tokenizer.pad_token_id or 0, "sequence": -1}
        padded = [
            {name: value if name in WHOLE else pad(value, longest, fill.get(name, 0)) for name, value in batch.items()}
            | {"owner": batch["owner"] + i}
            for i, batch in enumerate(batches)
        ]
        return {name: torch.cat([each[name] for each in padded]) for name in padded[0]}

    def hiding(self, batch: Batch, parts: Parts, order: Sequence[str], token: int) -> Variants:
        """The windows of one input with parts of both texts hidden.

        order: the names of the fields of the question and of the context. token: what stands for a hidden one.
        """
        chosen = [part for part in parts.values() if isinstance(part, Spans)]
        dropped = any(part.dropped for part in chosen)
        by_field = [
            self.touching(batch, order.index(name), part) for name, part in parts.items() if isinstance(part, Spans)
        ]
        each = np.concatenate(by_field)
        return Variants(lambda rows: self.hidden(batch, gone(rows, each), token, dropped), ALONE)

    @staticmethod
    def touching(batch: Batch, sequence: int, part: Spans) -> Kept:
        """Which tokens each span of one text touches, bool[spans, windows · tokens]."""
        own = (batch["sequence"] == sequence).flatten().numpy()
        found: Kept = touched(batch["offsets"].flatten(0, 1), part.spans) & own
        return found

    def hidden(self, batch: Batch, rows: Kept, token: int, dropped: bool) -> Batch:
        """The batch again for each of rows bool[m, windows · tokens], in which some tokens are hidden or dropped."""
        count, width = len(rows), batch["input_ids"].shape[1]
        many = {name: value.repeat(count, *[1] * (value.dim() - 1)) for name, value in batch.items()}
        many["owner"] = torch.arange(count).repeat_interleave(len(batch["owner"]))
        away = torch.from_numpy(rows).reshape(-1, width)
        if not dropped:
            return many | {"input_ids": torch.where(away, token, many["input_ids"])}
        order = away.to(torch.int8).argsort(dim=1, stable=True)[:, : int((~away).sum(1).max())]
        left, each = ~away.gather(1, order), torch.arange(len(away))[:, None]
        found = {name: value if name in WHOLE else value[each, order] for name, value in many.items()}
        found["input_ids"] = torch.where(left, found["input_ids"], self.tokenizer.pad_token_id or 0)
        read = [name for name in ("attention_mask", "once", "begins", "ends") if name in found]
        return found | {name: found[name] * left for name in read}


def pad(value: Tensor, length: int, fill: int) -> Tensor:
    """A tensor [windows, tokens, …] with so many tokens."""
    more = value.new_full((value.shape[0], length - value.shape[1], *value.shape[2:]), fill)
    return torch.cat([value, more], dim=1)

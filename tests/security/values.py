"""Values of any kind for the fields of recordings, texts, series, histories and scenes; run under watch."""

import json
import random
import struct
from collections.abc import Callable
from typing import Any

from security import watch


def parsed(count: int, seed: int) -> dict[str, Any]:
    """What the fields of recordings, texts, series, histories and scenes make of random values of any kind."""
    from collections import Counter

    from inference import demo, models
    from inference.errors import InputError
    from inference.fields import AudioField

    fields = [field for folder in models.find().values() for field in demo.read(folder).fields]
    told, audio = Counter[str](), AudioField(name="audio", label="Speech")
    audio.parse(base64_of(sound()))
    watch.begin()
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        for field, value in ((dice.choice(fields), anything(dice)), (audio, base64_of(damaged(dice)))):
            try:
                field.parse(value)
                told[f"{field.kind}: taken"] += 1
            except InputError as error:
                assert len(str(error)) < 1_000, (field, str(error)[:200])
                told[f"{field.kind}: refused"] += 1
    return dict(told)


def sound() -> bytes:
    """A second of noise as WAV."""
    body = random.Random(0).randbytes(32_000)
    head = (
        b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16) + b"data" + struct.pack("<I", len(body))
    )
    return b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body


def base64_of(content: bytes) -> str:
    import base64

    return f"data:audio/wav;base64,{base64.b64encode(content).decode()}"


def damaged(dice: random.Random) -> bytes:
    """A recording whose head or length is another."""
    content = bytearray(sound())
    for _ in range(dice.randint(1, 6)):
        content[dice.randrange(44)] = dice.choice((0, 1, 2, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return bytes(content[: dice.choice((len(content), dice.randrange(len(content)), 44))])


WORDS = ("", "x", "\0", "\ud800", "\u202e", "1e999", "nan", "[", "{", '{"a":' * 9, "2020-13-45", "=1", "<b>", "😀" * 99)


def anything(dice: random.Random, depth: int = 0) -> Any:
    """A value of any kind that JSON can hold, and of some that it cannot."""
    kinds: list[Callable[[], Any]] = [
        lambda: dice.choice((None, True, False, 0, -1, 10**400, 1e308, float("nan"), float("inf"), -0.0, b"\0\1")),
        lambda: dice.choice(WORDS) * dice.choice((1, 1, 1, 3_000)),
        lambda: "[" * dice.choice((1, 5_000)),
        lambda: "\n".join(",".join(dice.choice(WORDS) for _ in range(3)) for _ in range(4)),
    ]
    if depth < 3:
        kinds += [
            lambda: (
                [anything(dice, depth + 1) for _ in range(dice.randrange(4))]
                * (dice.choice((1, 1, 500)) if depth == 2 else 1)
            ),
            lambda: {
                dice.choice((*WORDS, "lane", "speed", "cars", "role", "content")): anything(dice, depth + 1)
                for _ in range(3)
            },
            lambda: json.dumps([None] * 3),
        ]
    return dice.choice(kinds)()

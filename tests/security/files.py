"""Files made to do harm: tables, archives, texts, recordings; and what is made of them, run under watch."""

import csv
import io
import json
import random
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from security import watch

MEGA = 1024**2
HEADER = "bill_length,bill_depth,flipper_length,body_mass"
ROW = "39.1,18.7,181,3750"
SOUND = f"{HEADER}\n{ROW}\n{ROW}\n"

Attack = Callable[[Path], None]


def text(content: str, encoding: str = "utf-8") -> Attack:
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def data(content: bytes) -> Attack:
    return lambda path: path.write_bytes(content) and None


TABLES: dict[str, Attack] = {
    "nothing": text(""),
    "white space": text(" \n\t\n"),
    "a header alone": text(HEADER),
    "a quote that never ends": text(f'{HEADER}\n"{ROW}\n{ROW}\n'),
    "a header that never ends": text('"' + "a" * 5 * MEGA),
    "nothing but quotes": text('"' * MEGA),
    "quotes within quotes": text(f"{HEADER}\n" + '"""""' * 1_000 + "\n"),
    "zeros": text(SOUND.replace("3750", "37\x0050")),
    "a zero in the header": text(f"\x00{SOUND}"),
    "nothing but zeros": data(bytes(MEGA)),
    "rows of other lengths": text(f"{HEADER}\n1\n{ROW},1,2,3\n,,,,,,,\n{ROW}\n"),
    "a hundred thousand columns": text(",".join(f"c{n}" for n in range(10**5)) + "\n" + "1," * 10**5),
    "a hundred thousand cells": text(f"{HEADER}\n" + "1," * 10**5 + f"\n{ROW}\n"),
    "a line of 100 MB": lambda path: path.write_bytes(f"{HEADER}\n".encode() + b"1" * 100 * MEGA + b"\n") and None,
    "a first line of 100 MB": lambda path: path.write_bytes(b"a" * 100 * MEGA) and None,
    "a cell of lines": text(f'{HEADER}\n"' + "\n" * 3 * MEGA + f'",1,2,3\n{ROW}\n'),
    "half a million empty lines": text(f"{HEADER}\n" + "\n" * 500_000 + f"{ROW}\n"),
    "UTF-16": text(SOUND, "utf-16"),
    "UTF-32": text(SOUND, "utf-32"),
    "Latin-1": data(f"{HEADER}\n".encode() + "é,ü,ß,ñ\n".encode("latin-1")),
    "overlong UTF-8": data(f"{HEADER}\n".encode() + b"\xc0\xaf,\xed\xa0\x80,1,2\n"),
    "half a character": data(f"{HEADER}\n{ROW}\n".encode() + "é".encode()[:1]),
    "a byte order mark in each line": text("\n".join(f"\ufeff{line}" for line in SOUND.splitlines())),
    "formulas": text(f"{HEADER}\n=1+1,@SUM(A1),\"+cmd|' /C calc'!A0\",-2\n{ROW}\n"),
    "names that are formulas": text(f"=HYPERLINK(1),{HEADER}\nx,{ROW}\n"),
    "names that are scripts": text(f"<script>alert(1)</script>,{HEADER}\nx,{ROW}\n"),
    "names that turn the text around": text(f"\u202e\u2066,{HEADER}\nx,{ROW}\n"),
    "names twice": text(f"{HEADER},{HEADER}\n{ROW},{ROW}\n"),
    "numbers beyond any": text(f"{HEADER}\n1e999,-1e999,nan,inf\n1e-999,0x10,1_000,١٢\n{'9' * 5_000},1,2,3\n{ROW}\n"),
    "numbers of a hundred thousand digits": text(f"{HEADER}\n{'1' * 10**5},1.{'1' * 10**5},1,2\n{ROW}\n"),
    "line ends of other systems": text(SOUND.replace("\n", "\r")),
    "a ZIP called CSV": lambda path: zipped({"a.csv": SOUND.encode()})(path),
}


def parquet(columns: Callable[[], Any], **options: Any) -> Attack:
    def write(path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.table(columns()), path, **options)

    return write


def sound_columns(count: int = 100) -> dict[str, Any]:
    return {name: [float(value)] * count for name, value in zip(HEADER.split(","), ROW.split(","), strict=True)}


def changed(change: Callable[[bytearray], bytearray]) -> Attack:
    def write(path: Path) -> None:
        parquet(sound_columns)(path)
        path.write_bytes(change(bytearray(path.read_bytes())))

    return write


def footer(size: int) -> Callable[[bytearray], bytearray]:
    return lambda found: found[:-8] + bytearray(struct.pack("<I", size)) + found[-4:]


def dictionary(megabytes: int, rows: int) -> Callable[[], Any]:
    """One long text, `rows` times."""

    def columns() -> Any:
        import pyarrow as pa

        words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * megabytes * MEGA]))
        return {**sound_columns(rows), "note": words}

    return columns


def lists(count: int, rows: int, megabytes: int = 0) -> Callable[[], Any]:
    """Lists of `count` equal values, which take no room in the file."""

    def columns() -> Any:
        import numpy as np
        import pyarrow as pa

        offsets = pa.array(np.arange(rows + 1) * count, pa.int32())
        values = pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(count * rows, np.int32)), pa.array(["x" * max(1, megabytes * MEGA)])
        )
        return {**sound_columns(rows), "list": pa.ListArray.from_arrays(offsets, values)}

    return columns


def deep(levels: int) -> Callable[[], Any]:
    def columns() -> Any:
        import pyarrow as pa

        value: Any = 1
        for _ in range(levels):
            value = [value]
        return {**sound_columns(1), "deep": pa.array([value])}

    return columns


def wide(path: Path) -> None:
    parquet(lambda: {f"c{n}": [1] for n in range(20_000)})(path)


def endless(path: Path) -> None:
    """A billion rows of nothing in a few thousand bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(name, pa.float64()) for name in HEADER.split(",")])
    some = pa.table({name: pa.nulls(10**7, pa.float64()) for name in schema.names})
    with parquet.ParquetWriter(path, schema) as writer:
        for _ in range(100):
            writer.write_table(some, row_group_size=10**7)


PARQUETS: dict[str, Attack] = {
    "no Parquet": data(b"PAR1" + bytes(100) + b"PAR1"),
    "half of it": changed(lambda found: found[: len(found) // 2]),
    "no end": changed(lambda found: found[:-4]),
    "a footer of no length": changed(footer(0)),
    "a footer longer than the file": changed(footer(2**31)),
    "a footer in the middle": changed(footer(40)),
    "pages of zeros": changed(lambda found: found[:4] + bytes(300) + found[304:]),
    "a long text in each row": parquet(dictionary(10, 20_000)),
    "a text of 200 MB": parquet(dictionary(200, 10), compression="zstd"),
    "a text of 200 MB by gzip": parquet(dictionary(200, 2), compression="gzip", use_dictionary=False),
    "lists of a million": parquet(lists(10**6, 30)),
    "lists of long texts": parquet(lists(1_000, 1_000, 10)),
    "lists in lists": parquet(deep(60)),
    "twenty thousand columns": wide,
    "a billion rows": endless,
    "an object in a column": parquet(lambda: {**sound_columns(2), "object": [{"a": {"b": [1]}}, None]}),
    "times beyond any calendar": parquet(
        lambda: {
            **sound_columns(1),
            "time": __import__("pyarrow").array([2**62], __import__("pyarrow").timestamp("us")),
        }
    ),
}


def zipped(entries: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> Attack:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                change(info)
                archive.writestr(info, content)

    return write


def picture(side: int = 32) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def link(info: zipfile.ZipInfo) -> None:
    """The entry is a link, as Unix writes them."""
    info.external_attr = 0o120777 << 16


def overlapping(path: Path) -> None:
    """Ninety names for one swelling entry, as David Fifield made them in 2019."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(bytes(2 * MEGA)) + kernel.flush()
    checksum = zlib.crc32(bytes(2 * MEGA))
    with path.open("wb") as file:
        sizes = struct.pack("<IIIHH", checksum, len(packed), 2 * MEGA, 7, 0)
        file.write(b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + b"000.png" + packed)
        start = file.tell()
        for number in range(90):
            entry = struct.pack(
                "<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, checksum, len(packed), 2 * MEGA, 7, 0, 0, 0, 0, 0, 0
            )
            file.write(b"PK\1\2" + entry + f"{number:03}.png".encode())
        end = file.tell()
        file.write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 90, 90, end - start, start, 0))


def lying(path: Path) -> None:
    """An entry that says it has ten bytes, and has a hundred million."""
    zipped({"a.png": bytes(100 * MEGA)})(path)
    found = path.read_bytes()
    size = struct.pack("<I", 100 * MEGA)
    path.write_bytes(found.replace(size, struct.pack("<I", 10)))


def nested(path: Path) -> None:
    inner = path.with_suffix(".inner")
    zipped({f"{n}.png": bytes(2 * MEGA) for n in range(10)})(inner)
    zipped({f"{n}.zip": inner.read_bytes() for n in range(20)} | {"a.png": inner.read_bytes()})(path)
    inner.unlink()


ZIPS: dict[str, Attack] = {
    "no ZIP": data(b"PK\3\4" + bytes(100)),
    "half of it": lambda path: (zipped({"a.png": picture()})(path), path.write_bytes(path.read_bytes()[:-30]))[0],
    "no picture": zipped({"a.txt": b"x"}),
    "paths that lead out": zipped(
        {
            name: picture()
            for name in ("../../out.png", "/tmp/out.png", "a/../../../out.png", "C:\\out.png", "\\\\host\\out.png")
        }
    ),
    "links": zipped({"passwd.png": b"/etc/passwd", "out.png": b"../../../etc/passwd"}, link),
    "an entry that swells": zipped({"a.png": bytes(200 * MEGA), "b.png": picture()}),
    "an entry that lies": lying,
    "ZIPs in a ZIP": nested,
    "entries that overlap": overlapping,
    "the same name a thousand times": zipped({f"{'a' * n}.png": picture() for n in range(1, 200)}),
    "names that are scripts": zipped({"<script>alert(1)</script>/<img src=x>.png": picture()}),
    "names of zeros and turns": zipped(
        {"a\x01\u202e.png": picture(), "\udc80".encode("utf-8", "replace").decode() + ".png": picture()}
    ),
    "a name of 60,000 characters": zipped({"x" * 60_000 + ".png": picture()}),
    "a picture that swells": zipped({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(100)}),
}

TEXTS: dict[str, Attack] = {
    "nothing": text(""),
    "a line of 100 MB": lambda path: path.write_bytes(b"x" * 100 * MEGA) and None,
    "empty lines": text("\n" * 20_000),
    "zeros": data(bytes(1_000) + b"\n" + b"a good film"),
    "UTF-16": text("a good film\n" * 9, "utf-16"),
    "all there is": text("\n".join(chr(n) * 3 for n in range(1, 0x3000, 16) if not 0xD800 <= n < 0xE000)),
    "turned around": text("\u202ea \u2066good\u2069 film\u202c\n" * 9),
    "stacked accents": text("a" + "\u0301" * 4_000 + " good film"),
    "words without an end": text("x" * 4_999),
    "joined families": text("👨‍👩‍👧‍👦" * 400),
}

KINDS = {".csv": TABLES, ".parquet": PARQUETS, ".zip": ZIPS, ".txt": TEXTS}


def make(ending: str, folder: str) -> None:
    """Write the files, in the order of their names: in a process of its own, for that takes more than reading them."""
    for number, attack in enumerate(KINDS[ending].values()):
        attack(Path(folder) / f"{number}{ending}")


def tried(ending: str, folder: str, files: str) -> dict[str, Any]:
    """What came of each file that `make` has written: a study of it, and a whole file of answers."""
    import inference
    from inference.study.source import open_source

    task, found, scratch = inference.load(folder), dict[str, Any](), Path(tempfile.mkdtemp())
    warm = scratch / f"warm{ending}"
    WARM[ending](warm)
    ends(task, open_source, warm, scratch)
    watch.begin()
    for number, name in enumerate(KINDS[ending]):
        found[name] = ends(task, open_source, Path(files) / f"{number}{ending}", scratch)
    return found


WARM: dict[str, Attack] = {
    ".csv": text(SOUND),
    ".parquet": parquet(sound_columns),
    ".zip": zipped({"a.png": picture()}),
    ".txt": text("A good film."),
}


def ends(task: Any, open_source: Callable[[Path], Any], path: Path, scratch: Path) -> list[list[str]]:
    """How a study of the file ends, and a job that answers all of it, unless it is of a billion rows."""
    return [
        outcome(lambda: studied(task, open_source(path))),
        outcome(lambda: answered(task, open_source(path), scratch)),
    ]


def studied(task: Any, source: Any) -> str:
    from inference.study.mapping import guess
    from inference.study.reading import first_rows, read

    first_rows(task.demo, source)
    *_, last = read(task, source, guess(task.demo, source.columns), "a file")
    return f"{len(last.results.raws)} rows"


def answered(task: Any, source: Any, scratch: Path) -> str:
    from inference.study.job import run
    from inference.study.mapping import guess

    if source.total and source.total > 10**6:
        return "too long to be waited for"
    output = scratch / "answers.csv"
    *_, last = run(task, source, guess(task.demo, source.columns), output)
    with output.open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(2**31)
        formulas = [cell for row in csv.reader(file) for cell in row if cell[:1] in ("=", "@") or cell[:4] == "+cmd"]
    output.unlink()
    assert not formulas, formulas
    return f"{last.done} rows, {last.faulty} faulty"


def outcome(work: Callable[[], str]) -> list[str]:
    from inference.errors import SeeWhyError

    try:
        return ["answered", work()]
    except SeeWhyError as error:
        return [type(error).__name__, str(error)]
    except Exception as error:
        return [f"unforeseen {type(error).__name__}", str(error)]


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


if __name__ == "__main__":
    make(*sys.argv[1:])

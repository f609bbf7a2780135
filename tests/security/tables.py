"""Tables made to do harm: CSV and Parquet."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    "the head of a ZIP": data(b"PK\3\4" + SOUND.encode()),
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

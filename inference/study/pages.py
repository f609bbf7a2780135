"""What the pages of a Parquet file say of themselves: how large each becomes, how many values it has. Knows no column.

The footer of a file says the same in sums, and may lie; a reader makes room by what stands before each page. Source:
parquet.thrift (https://github.com/apache/parquet-format), written in Thrift's compact protocol.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST = 1024**2
"""Bytes of what stands before a page: two values of the column may be in it."""
USUAL = 256
"""Bytes that are read of it at first."""
DEEPEST = 8
"""Levels of nesting in it; there are three."""
SIZE, PACKED, DATA, DICTIONARY, DATA_2 = 2, 3, 5, 7, 8
"""Numbers of the fields of a PageHeader; each of the last three has the number of its values as field 1."""


class Damaged(ValueError):
    """What stands there is no page."""

    def __init__(self) -> None:
        super().__init__("a page of it is none")


@dataclass(frozen=True)
class Page:
    """One page: bytes in memory and in the file, values, and whether these are a dictionary's."""

    size: int
    packed: int
    values: int
    dictionary: bool


def pages(file: BinaryIO, start: int, length: int, values: int) -> Iterator[Page]:
    """The pages of a column in a row group, `length` bytes from `start`, that has `values`. Raises Damaged.

    Only what stands before each is read. What follows once all values were there is nobody's to read.
    """
    end, seen = start + length, 0
    while start < end and (seen < values or not values):
        page, before = header(file, start)
        if page.size < 0 or page.packed < 0 or page.values < 0 or not page.packed + before:
            raise Damaged
        yield page
        seen += 0 if page.dictionary else page.values
        start += before + page.packed


def header(file: BinaryIO, start: int) -> tuple[Page, int]:
    """The page that begins at `start`, and how many bytes stand before its data."""
    room = USUAL
    while room <= LONGEST:
        file.seek(start)
        reader = Compact(file.read(room))
        try:
            fields = reader.struct()
        except IndexError:  # it is longer than what was read
            room *= 16
            continue
        kinds = [number for number in (DATA, DICTIONARY, DATA_2) if isinstance(fields.get(number), dict)]
        size, packed = fields.get(SIZE), fields.get(PACKED)
        if not isinstance(size, int) or not isinstance(packed, int):
            raise Damaged
        inner = fields[kinds[0]] if kinds else {}
        count = inner.get(1, 0) if isinstance(inner, dict) else 0
        return Page(size, packed, count if isinstance(count, int) else 0, kinds == [DICTIONARY]), reader.at
    raise Damaged


Fields = dict[int, "int | Fields | None"]
TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
INTEGERS = (4, 5, 6)


class Compact:
    """Reads a struct of Thrift's compact protocol; raises IndexError where the data end before it does."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def struct(self, depth: int = 0) -> Fields:
        """The numbers and structs in it, by the numbers of the fields; None for what is of another type."""
        found: Fields = {}
        number = 0
        while True:
            head = self.byte()
            if not head:
                return found
            number = number + (head >> 4) if head >> 4 else self.number()
            found[number] = self.value(head & 15, depth)

    def value(self, kind: int, depth: int) -> "int | Fields | None":
        """A value of a type, read to its end."""
        if depth > DEEPEST:
            raise Damaged
        if kind in INTEGERS:
            return self.number()
        if kind == STRUCT:
            return self.struct(depth + 1)
        if kind in (LIST, SET):
            head = self.byte()
            for _ in range(head >> 4 if head >> 4 < 15 else self.varint()):
                if head & 15 in (TRUE, FALSE, BYTE):
                    self.skip(1)
                else:
                    self.value(head & 15, depth + 1)
        elif kind == BINARY:
            self.skip(self.varint())
        elif kind in (BYTE, DOUBLE):
            self.skip(1 if kind == BYTE else 8)
        elif kind not in (TRUE, FALSE):
            raise Damaged
        return None

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def skip(self, count: int) -> None:
        """Past some bytes, all of which must be there."""
        self.at += count
        if self.at > len(self.data):
            raise IndexError

    def varint(self) -> int:
        """A number of seven bits a byte, the lowest first."""
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7
            if shift > 63:
                raise Damaged

    def number(self) -> int:
        """A number that may be negative: its sign is the lowest bit."""
        found = self.varint()
        return found >> 1 ^ -(found & 1)

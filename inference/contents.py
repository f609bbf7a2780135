"""What tells one input from another, whatever it holds. Knows no task and no model."""

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

from .types import Raw


def digest(raw: Raw, key: bytes = b"") -> bytes:
    """32 bytes of an input's values; two inputs with the same are the same. key: up to 64 bytes that they hang on."""
    found = hashlib.blake2b(key=key, digest_size=32)
    for name, value in raw.items():
        found.update(repr(name).encode() + content(value))
    return found.digest()


def content(value: Any) -> bytes:
    """What tells a value from any other; the repr of an array would leave most of it out."""
    if is_dataclass(value):
        return b"".join(content(getattr(value, field.name)) for field in fields(value))
    if hasattr(value, "tobytes"):
        return (
            repr((value.size, getattr(value, "mode", None), getattr(value, "dtype", None))).encode() + value.tobytes()
        )
    return repr(value).encode()

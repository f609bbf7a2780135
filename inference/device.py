"""Where work on the accelerator begins: here, or, where a GPU is lent for a call, in a process that has it.

What computes is marked `on_device`, and all of it goes through one function, `carried`, which app.py hands to whoever
lends GPUs (ZeroGPU's `spaces.GPU`, which forks), or to replicas on a cluster (on_serve.py). What is sent and what comes
back is pickled: models stay where they are and go by how they are loaded, errors come back as they are. A forward pass
that begins anywhere else is refused, so that none is forgotten. It knows no task, no model and no page.
"""

import inspect
import io
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import ContextVar
from functools import wraps
from itertools import count
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary, WeakValueDictionary

from .errors import ModelError, SeeWhyError

log = logging.getLogger(__name__)

Work = TypeVar("Work", bound=Callable[..., Any])
Send = Callable[[bytes], Iterator[bytes]]
PART, END, ERROR = "part", "end", "error"

lent: Send | None = None
"""`carried` as it runs in a process that has a GPU; None where the accelerator is this process's own."""
apart = False
"""Whether those who compute hold models of their own, so that those of this process need no weights."""
guards: list[Callable[[], None]] = []
"""Asked before each forward pass, or before it is sent; one raises where it may not begin."""
inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Set while work runs where the accelerator is."""


def on_device(work: Work) -> Work:
    """Mark a function, or a generator, of a module or of a class: what it does is done where the accelerator is.

    Its arguments and what it gives must be records, arrays, tensors of the processor, or what `stays`.
    """
    if inspect.isgeneratorfunction(work):

        @wraps(work)
        def stream(*given: Any, **options: Any) -> Any:
            if lent is None or inside.get():
                return (yield from work(*given, **options))
            return (yield from asked(lent, stream, given, options))

        return cast(Work, stream)

    @wraps(work)
    def call(*given: Any, **options: Any) -> Any:
        if lent is None or inside.get():
            return work(*given, **options)
        return whole(asked(lent, call, given, options))

    return cast(Work, call)


def away() -> bool:
    """Whether weights are elsewhere, and not where this is asked."""
    return apart and not inside.get()


def refuse() -> None:
    """Raises RuntimeError for a forward pass where there is no accelerator: its caller lacks `on_device`.

    Of one that was sent the guards were asked before; others they refuse here.
    """
    if inside.get():
        return
    if lent is not None:
        raise RuntimeError("A forward pass began outside of what is marked inference.device.on_device.")
    for look in guards:
        look()


def asked(send: Send, work: Callable[..., Any], given: Any, options: Any) -> Iterator[Any]:
    """What the work yields elsewhere; returns what it returned, raises what it raised."""
    for look in guards:
        look()
    with closing(send(dumped((work, given, options)))) as parts:  # type: ignore[type-var]  # a generator
        for sent in parts:
            kind, value = loaded(sent)
            if kind == ERROR:
                raise value
            if kind == END:
                return value
            yield value
    raise RuntimeError("The GPU was taken away before the work was done.")


def carried(sent: bytes) -> Iterator[bytes]:
    """The work that was sent: each part as it comes, and last its end or its error, as (kind, value)."""
    try:
        work, given, options = loaded(sent)
    except SeeWhyError as error:
        yield dumped((ERROR, error))
        return
    stream = work if inspect.isgeneratorfunction(inspect.unwrap(work)) else once(work)
    with closing(stream(*given, **options)) as parts:
        while True:
            token = inside.set(True)
            try:
                kind, value = PART, next(parts)
            except StopIteration as end:
                kind, value = END, end.value
            except SeeWhyError as error:
                kind, value = ERROR, error
            except Exception as error:
                log.exception("work on a lent GPU")
                kind, value = ERROR, RuntimeError(f"{type(error).__name__}: {error}")
            finally:
                inside.reset(token)
            yield dumped((kind, value))
            if kind != PART:
                return


def once(work: Callable[..., Any]) -> Callable[..., Any]:
    """A function as a generator that yields nothing and returns what it returns."""

    def stream(*given: Any, **options: Any) -> Any:
        yield from ()
        return work(*given, **options)

    return stream


def whole(stream: Any) -> Any:
    """What a generator returns."""
    while True:
        try:
            next(stream)
        except StopIteration as end:
            return end.value


# What is sent

Key = tuple[Any, ...]
"""How a thing that stays is told apart: what makes it anew, or else where it came in the order of this process."""

_keys: WeakKeyDictionary[Any, Key] = WeakKeyDictionary()
_here: WeakValueDictionary[Key, Any] = WeakValueDictionary()
_next = count()


def stays(thing: Any, *again: Any) -> None:
    """Mark what is never sent, since the process that computes has it as well: a forked one, or one that makes it anew.

    again: a function and its arguments that make it, for a process that does not have it yet.
    """
    key = again or (next(_next),)
    _keys[thing], _here[key] = key, thing


class Pickler(pickle.Pickler):
    """Of what is sent."""

    def persistent_id(self, obj: Any) -> Key | None:
        """What stays, by its key."""
        return None if isinstance(obj, type) or not hashable(obj) else _keys.get(obj)


class Unpickler(pickle.Unpickler):
    """Of what arrives."""

    def persistent_load(self, pid: Key) -> Any:
        """What stays here under that key, or is made anew. Raises ModelError."""
        found = _here.get(pid)
        return made(pid) if found is None else found


_made: list[Any] = []
"""What was made anew, kept for as long as the process is there."""
_making = threading.RLock()
"""Held while something is made, which may be made of something else that is made anew."""


def made(key: Key) -> Any:
    """What stays under a key, made anew once however many ask for it. Raises ModelError."""
    with _making:
        if (found := _here.get(key)) is not None:
            return found
        make, *given = key
        if not callable(make):
            raise ModelError("This model was made in the process of the page; it cannot be computed elsewhere.")
        _made.append(make(*given))
        _here[key] = _made[-1]
        return _made[-1]


def hashable(thing: Any) -> bool:
    """Whether a thing can be looked up: weakly, by identity or by value."""
    kind: Any = type(thing)
    return kind.__hash__ is object.__hash__ and hasattr(thing, "__weakref__")


def dumped(what: Any) -> bytes:
    """What is sent, as bytes."""
    file = io.BytesIO()
    Pickler(file).dump(what)
    return file.getvalue()


def loaded(sent: bytes) -> Any:
    """What was sent."""
    return Unpickler(io.BytesIO(sent)).load()

"""What is made once of something and kept for as long as that thing lives, and no longer.

A process serves for months, and each published change gives it a new catalog. A cache of the module, however small, would
hold on to catalogs that nobody reads any more, with all that was drawn from them. So results are kept with what they were
made from, and go when it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
Made = TypeVar("Made")
_AGREEING = Lock()


def first(thing: object, *_: object, **__: object) -> object:
    """The first thing that a function is asked about: its results go with that, unless another is named."""
    return thing


def kept(maxsize: int, owner: Callable[..., object] = first) -> Callable[[Callable[P, Made]], Callable[P, Made]]:
    """Keep what a function gives for its last `maxsize` questions: with their `owner`, an object of identity, and not after it.

    Everybody gets the same object. Threads that ask at once may all make it, none waiting for another, but agree on one: a
    statement drawn from two makings of a table would name it twice. `lru_cache` gives each thread what it made itself.
    """

    def keeping(function: Callable[P, Made]) -> Callable[P, Made]:
        place = f"kept by {function.__module__}.{function.__qualname__}"

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> Made:
            # Beside the attributes, as cached properties are; `replace` makes an object that has none of it.
            there: dict[str, Any] = vars(owner(*args, **kwargs))
            held: dict[object, object] | None = there.get(place)
            if held is None:
                held = there.setdefault(place, {})
            question = (args, tuple(kwargs.items())) if kwargs else args
            try:
                return cast(Made, held[question])
            except KeyError:
                pass
            made = function(*args, **kwargs)
            with _AGREEING:
                agreed = held.setdefault(question, made)
                if len(held) > maxsize:
                    del held[next(iter(held))]
            return cast(Made, agreed)

        return ask

    return keeping

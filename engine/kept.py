"""What is made once of something and kept for as long as that thing lives, and no longer.

A process serves for months, and each published change gives it a new catalog. A cache of the module, however small, would
hold on to catalogs that nobody reads any more, with all that was drawn from them. So results are kept with what they were
made from, and go when it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
Made = TypeVar("Made")


def first(thing: object, *_: object, **__: object) -> object:
    """The first thing that a function is asked about: its results go with that, unless another is named."""
    return thing


def kept(maxsize: int, owner: Callable[..., object] = first) -> Callable[[Callable[P, Made]], Callable[P, Made]]:
    """Keep what a function gives for its last `maxsize` arguments: with their `owner`, an object of identity, and not after it."""

    def keeping(function: Callable[P, Made]) -> Callable[P, Made]:
        place = f"kept by {function.__module__}.{function.__qualname__}"

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> Made:
            # Beside the attributes, as cached properties are; `replace` makes an object that has none of it.
            there: dict[str, Any] = vars(owner(*args, **kwargs))
            held = there.get(place)
            if held is None:
                held = there.setdefault(place, lru_cache(maxsize)(function))
            return cast(Made, held(*args, **kwargs))

        return ask

    return keeping

"""The fewest moves that bring names into another order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence


def moves(held: Sequence[str], wanted: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """(names, before which one, None for the end), one after the other; each lot stands together when it has been moved.

    What is not wanted stays where it is, and what is not held yet is moved in.
    """
    place = {name: at for at, name in enumerate(wanted)}
    there = [name for name in held if name in place]
    resting = _longest_rising([place[name] for name in there])
    lot: list[str] = []
    follower: str | None = None
    for at in range(len(wanted) - 1, -1, -1):
        if at not in resting:
            lot.insert(0, wanted[at])
            continue
        if lot:
            yield tuple(lot), follower
            lot = []
        follower = wanted[at]
    if lot:
        yield tuple(lot), follower


def _longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """The numbers of a longest rising run: they can stay where they are."""
    ends: list[int] = []
    places: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
        places.append(at)
    found: list[int] = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(last)
        last = before[last]
    return frozenset(found)

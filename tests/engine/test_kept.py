"""What is kept with what it was made from goes when that goes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from threading import Barrier
from weakref import ref

import pytest

from engine.kept import kept


@dataclass(frozen=True, eq=False)
class Thing:
    """Something of which something is made."""

    name: str = "a"


@dataclass(frozen=True, eq=False)
class Made:
    """What was made. It holds on to the thing, as baked cards do to their entity."""

    of: tuple[object, ...]
    number: int


@pytest.fixture
def numbers() -> Iterator[int]:
    """Numbers what is made."""
    return count(1)


def test_it_is_made_once_for_each_question(numbers: Iterator[int]) -> None:
    @kept(2)
    def make(thing: Thing, word: str = "") -> Made:
        return Made((thing, word), next(numbers))

    one, other = Thing(), Thing()
    assert make(one) is make(one)
    assert make(one, "x") is make(one, "x")
    assert make(one) is not make(other)
    assert next(numbers) == 4


def test_only_the_last_questions_are_remembered(numbers: Iterator[int]) -> None:
    @kept(2)
    def make(thing: Thing, word: str) -> Made:
        return Made((thing, word), next(numbers))

    one = Thing()
    first = make(one, "a")
    make(one, "b")
    make(one, "c")
    assert make(one, "a") is not first


@pytest.mark.parametrize("place", [0, 1])
def test_it_goes_with_its_owner(numbers: Iterator[int], place: int) -> None:
    @kept(8, owner=lambda *things: things[place])
    def make(one: Thing, other: Thing) -> Made:
        return Made((one, other), next(numbers))

    things = [Thing(), Thing()]
    found, stays = ref(make(*things)), things[1 - place]
    assert make(*things) is found()
    things.clear()
    gc.collect()
    assert found() is None
    assert stays.name == "a"


def test_a_thing_made_from_another_begins_anew(numbers: Iterator[int]) -> None:
    @kept(1)
    def make(thing: Thing) -> Made:
        return Made((thing,), next(numbers))

    one = Thing()
    assert make(one) is not make(replace(one, name="b"))


def test_two_functions_of_one_thing_keep_apart() -> None:
    @kept(1)
    def name(thing: Thing) -> str:
        return thing.name

    @kept(1)
    def length(thing: Thing) -> int:
        return len(thing.name)

    one = Thing("abc")
    assert (name(one), length(one), name(one)) == ("abc", 3, "abc")


def test_threads_that_ask_at_once_get_the_same() -> None:
    both = Barrier(2, timeout=10)

    @kept(1)
    def make(thing: Thing) -> Made:
        both.wait()
        return Made((thing,), 0)

    one = Thing()
    with ThreadPoolExecutor(2) as threads:
        found, other = threads.map(make, (one, one))
    assert found is other is make(one)

"""Sentences for people, kept as values until the reader's language is known.

Nothing here translates: a `Message` is an English source sentence with named placeholders and the values
for them. `engine.i18n` speaks it. Texts are only ever filled with `%(name)s`, so a translation cannot reach
an attribute of a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the program. `plural` and `n` are set when the sentence counts something."""

    text: str
    params: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    plural: str | None = None
    n: int | None = None

    def __str__(self) -> str:
        """The English sentence: for logs, the command line and tests."""
        text = self.plural if self.plural is not None and self.n != 1 else self.text
        return text % self.params if self.params else text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field (or with the record, when `field` is None).

    `code` is stable and documented, for programs; `message` is for people.
    """

    field: str | None
    code: str
    message: Message


def M_(text: str, /, **params: object) -> Message:
    """A translatable sentence; the name is what the extractor of `make i18n` looks for."""
    return Message(text, params)


def MN_(one: str, many: str, n: int, /, **params: object) -> Message:
    """A translatable sentence that counts: the language's plural rule chooses the form for `n`."""
    return Message(one, {**params, "n": n}, many, n)


class Speaker(Protocol):
    """Whoever speaks sentences in one language: `engine.i18n.Translator`, seen from the rooms beside it."""

    def __hash__(self) -> int:
        """Compared by identity: there is one speaker for each language."""
        ...

    def text(self, text: str, /, **params: object) -> str:
        """A sentence with its named values filled in."""
        ...

    def count(self, one: str, many: str, n: int, /, **params: object) -> str:
        """A sentence that counts."""
        ...

    def say(self, message: Message, /, **more: object) -> str:
        """A message."""
        ...

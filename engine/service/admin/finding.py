"""Finding fields among hundreds: by their names in every language, pinyin initials, database names, and by what they are."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Field
from engine.service.admin import naming

FACTS = ("required", "searchable", "custom", "system", "hidden", "listed", "unused", "changed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed: words that must all be found, facts and types that must all be so."""

    words: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.words or self.facts or self.types)

    def fits(self, text: str, facts: set[str], kind: str) -> bool:
        """Whether a field with this text, these facts and this type is wanted."""
        return all(word in text for word in self.words) and set(self.facts) <= facts and (not self.types or kind in self.types)


def parse(text: str) -> Wanted:
    """`is:required type:date unused words` as what is wanted. What is no condition is a word."""
    words, facts, types = [], [], []
    for part in text.split():
        kind, colon, rest = part.lower().partition(":")
        if colon and kind == "is" and rest in FACTS:
            facts.append(rest)
        elif colon and kind == "type" and rest:
            types.append(rest)
        elif part.lower() in ("unused", "changed"):
            facts.append(part.lower())
        else:
            words.append(fold(part))
    return Wanted(tuple(words), tuple(facts), tuple(types))


def text_of(catalog: Catalog, one: Field) -> str:
    """The text that words are looked for in."""
    key = f"{one.key}.label"
    names = [one.label, *(texts[key] for texts in catalog.labels.values() if key in texts)]
    told = [fold(name) for name in names]
    return " ".join(dict.fromkeys([*told, *filter(None, (naming.initials(name) for name in names)), one.name, one.column]))


def facts_of(one: Field, *, changed: bool = False, filled: int | None = None) -> list[str]:
    """What a field is."""
    told = {
        "required": one.required,
        "searchable": one.searchable,
        "custom": not one.system,
        "system": one.system,
        "hidden": not one.enabled,
        "listed": one.in_list,
        "unused": filled == 0,
        "changed": changed,
    }
    return [name for name, so in told.items() if so]

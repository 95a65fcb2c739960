"""Two administrators: what a draft and what was published meanwhile both change, thing by thing.

Operations are relative, so what does not overlap merges by being applied to the newer metadata. A clash is one thing that both
give another value: one attribute of one field, one place, one label.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.metadata.model import Catalog, Json
from engine.schema import journal
from engine.schema.journal import Change
from engine.service import drafts
from engine.service.drafts import Draft, Unreadable

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that both changed. `before` is what it was, `theirs` what is in force now, `mine` what the draft wants."""

    key: Key
    mine: Json
    theirs: Json
    before: Json
    author: str

    @property
    def name(self) -> str:
        """The key as one word, for a form."""
        return "|".join(self.key)


def touches(document: Mapping[str, Json]) -> Iterator[tuple[Key, Json]]:
    """What an operation sets, each with its value."""
    entity = str(document.get("entity", ""))
    match document["operation"]:
        case "change_field":
            yield from ((("field", entity, document["field"], name), value) for name, value in document["changes"].items())
        case "widen_field" | "narrow_field":
            yield from ((("option", entity, document["field"], name), value) for name, value in document["options"].items())
        case "move_fields":
            yield from ((("place", entity, name), [document["group"], document.get("before")]) for name in document["fields"])
        case "change_group":
            yield from ((("group", entity, document["group"], name), value) for name, value in document["changes"].items())
        case "move_group":
            yield ("group_place", entity, document["group"]), document.get("before")
        case "set_labels":
            yield from ((("label", document["language"], key), text) for key, text in document["texts"].items())
        case "retire_field" | "restore_field" | "purge_field":
            yield ("state", entity, document["field"]), document["operation"]


def without(document: Mapping[str, Json], keys: frozenset[Key]) -> Mapping[str, Json] | None:
    """An operation without some of what it sets; None when nothing is left of it."""
    left = {key[-1]: value for key, value in touches(document) if key not in keys}
    if not any(key in keys for key, _ in touches(document)):
        return document
    if not left:
        return None
    for holder in ("changes", "options", "texts"):
        if holder in document:
            return {**document, holder: {name: value for name, value in document[holder].items() if name in left}}
    return {**document, "fields": [name for name in document["fields"] if name in left]}


def find(draft: Draft, published: Sequence[Change], actor: int) -> list[Clash]:
    """What the draft and changes published since its base both set, to different values."""
    mine = {key: value for document in _readable(draft) for key, value in touches(document)}
    theirs: dict[Key, tuple[Json, str]] = {}
    before: dict[Key, Json] = {}
    for change in sorted(since(draft.base, published), key=lambda one: one.id):
        for document in change.operations:
            theirs |= {key: (value, change.author) for key, value in touches(document)}
        for document in change.reverses or ():
            for key, value in touches(document):
                before.setdefault(key, value)
    return [
        Clash(key, value, theirs[key][0], before.get(key), theirs[key][1]) for key, value in mine.items() if key in theirs and theirs[key][0] != value
    ]


def _readable(draft: Draft) -> list[Mapping[str, Json]]:
    """What stands in the draft and can be read."""
    return [document for document in draft.standing if not isinstance(drafts.read_one(document), Unreadable)]


def since(base: int, published: Sequence[Change]) -> list[Change]:
    """The changes in force that began on this version or a later one."""
    return [one for one in published if one.base >= base and one.state in journal.IN_FORCE]


def settled(draft: Draft, theirs: frozenset[Key], catalog: Catalog) -> Draft:
    """The draft looked at on the metadata in force: where theirs was chosen, the own change is dropped."""
    readable = _readable(draft)
    kept = [left for one in draft.standing if (left := without(one, theirs) if one in readable else one) is not None]
    return replace(draft, base=catalog.version, documents=tuple(kept), done=len(kept))


def dropped(draft: Draft, places: Collection[int]) -> Draft:
    """The draft without some of its operations."""
    kept = [document for at, document in enumerate(draft.standing) if at not in places]
    return replace(draft, documents=tuple(kept), done=len(kept))

"""One text with everything a translator should know about it: where it stands, its past, other languages, what is like it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import quote

from markupsafe import Markup

from engine.i18n import sentences
from engine.i18n.book import Book, Entry, State
from engine.i18n.checks import placeholders
from engine.messages import M_, Message
from engine.metadata import label_store, labels
from engine.metadata.label_store import FORM_MARK, Kept, mark_of
from engine.metadata.types import TYPES
from engine.render import preview
from engine.render.preview import Outline
from engine.render.view import View
from engine.service.visit import Visit

STATES: Mapping[State, Message] = {
    "missing": M_("Missing"),
    "needs_editing": M_("Needs editing"),
    "translated": M_("Translated"),
    "approved": M_("Approved"),
}
KINDS: Mapping[str, Message] = {
    "entity label": M_("What one record is called"),
    "entity plural": M_("What several records are called"),
    "heading": M_("Heading on the card"),
    "label": M_("Name of a field"),
    "help": M_("Help under a field"),
    "placeholder": M_("Example in an empty field"),
    "choice": M_("Choice of a field"),
    "step": M_("Step from one state to another"),
    "reason": M_("Why a step may not be possible"),
    "row": M_("Entry of a list"),
    "sentence": M_("Sentence of the program"),
}
CATEGORIES: Mapping[str, Message] = {
    "zero": M_("Zero"),
    "one": M_("One"),
    "two": M_("Two"),
    "few": M_("Few"),
    "many": M_("Many"),
    "other": M_("Other"),
}
ACTIONS: Mapping[str, Message] = {
    "edit": M_("Edited"),
    "import": M_("From a file"),
    "undo": M_("Undone"),
    "upgrade": M_("Shipped with the program"),
    "metadata": M_("Changed with the field"),
}
MOST_LIKE = 5
_WORDS = re.compile(r"\w+")
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Typed:
    """What a translator tries to save. `theirs` is what somebody else saved meanwhile; `renamed` says that the English was changed."""

    forms: tuple[str, ...]
    seen: str
    action: str = "save"
    needs_editing: bool = False
    refused: bool = False
    theirs: Entry | None = None
    renamed: bool = False


def seen_of(entry: Entry) -> str:
    """What somebody has seen who translates a text: the translation that stood there, and the English above it."""
    return f"{mark_of(entry.kept)}.{hashlib.sha256(entry.unit.source.encode()).hexdigest()[:8]}"


def card_of(visit: Visit, book: Book, entry: Entry, typed: Typed | None) -> dict[str, object]:
    """What the template is told about the chosen text."""
    unit, say = entry.unit, visit.translator.say
    forms = typed.forms if typed else entry.forms(book.plurals)
    told = book.check(unit, forms) + book.same_label(unit, forms[0])
    one, _, many = unit.source.partition(FORM_MARK)
    return {
        "key": unit.key,
        "source": one,
        "many": many,
        "former": list(_words_changed(entry.former, unit.source)) if entry.former else [],
        "facts": list(_facts(visit, entry)),
        "comment": unit.comment,
        "places": unit.places if unit.kind == "sentence" else (),
        "boxes": _boxes(visit, book, entry, forms),
        "placeholders": placeholders(unit.source),
        "findings": [{"level": found.level, "text": say(found.message)} for found in told],
        "refused": typed.refused if typed else False,
        "seen": typed.seen if typed else seen_of(entry),
        "state": entry.state,
        "state_label": say(STATES[entry.state]),
        "needs_editing": typed.needs_editing if typed else bool(entry.kept and entry.kept.state == "needs_editing"),
        "fallback": _fallback(visit, book, entry),
        "shipped": _spoken(entry.shipped),
        "renamed": typed.renamed if typed else False,
        "theirs": _theirs(visit, typed.theirs) if typed and typed.theirs else None,
        "preview": _preview(visit, book, entry),
        "others": list(_others(visit, book, entry)),
        "similar": list(_similar(book, entry)),
        "history": list(_history(visit, book, entry)),
    }


def _spoken(text: str) -> str:
    return " / ".join(text.split(FORM_MARK))


def _facts(visit: Visit, entry: Entry) -> Iterator[str]:
    """What the text is, where it stands, and how long it may be."""
    unit, languages = entry.unit, visit.view.languages
    yield visit.translator.say(KINDS[unit.kind])
    if unit.type in TYPES and unit.kind != "row":
        yield visit.translator.say(TYPES[unit.type].label)
    entity = visit.catalog.entities.get(unit.entity)
    if entity is not None:
        yield labels.entity_plural(visit.catalog, entity, languages)
        group = next((one for one in entity.groups if one.name == unit.group), None)
        if group is not None and unit.kind != "row":
            yield labels.group_label(visit.catalog, entity, group, languages)
    yield visit.translator.text("At most %(limit)s characters", limit=unit.limit)
    if unit.room:
        yield visit.translator.text("one line holds %(room)s columns", room=unit.room)


def _boxes(visit: Visit, book: Book, entry: Entry, forms: Sequence[str]) -> list[dict[str, str]]:
    """One box, or one for each plural form with numbers that take it."""
    if len(forms) == 1 or FORM_MARK not in entry.unit.source:
        return [{"label": "", "numbers": "", "text": forms[0]}]
    told = book.plurals
    return [
        {
            "label": visit.translator.say(CATEGORIES[category]),
            "numbers": visit.translator.text("for example %(numbers)s", numbers=", ".join(map(str, told.samples[place]))),
            "text": form,
        }
        for place, (category, form) in enumerate(zip(told.categories, forms, strict=False))
    ]


def _words_changed(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The two English texts as one: what stayed, what is gone, what is new."""
    old, new = _TOKENS.findall(_spoken(before)), _TOKENS.findall(_spoken(after))
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[a:b])
            continue
        if b > a:
            yield "gone", "".join(old[a:b])
        if d > c:
            yield "new", "".join(new[c:d])


def _fallback(visit: Visit, book: Book, entry: Entry) -> dict[str, str] | None:
    """What readers see in place of a translation that is not there, and in which language."""
    if entry.is_spoken:
        return None
    chain = book.language.chain[1:]
    held = label_store.of_key(visit.conn, entry.unit.key)
    for tag in chain:
        kept = held.get(tag) or sentences.shipped(visit.site.locales, tag).get(entry.unit.key)
        if kept and kept.text and kept.state != "needs_editing":
            return {"text": _spoken(kept.text), "tag": tag, "language": visit.languages.all[tag].name}
    return {"text": _spoken(entry.unit.source), "tag": "en", "language": visit.languages.all["en"].name}


def _theirs(visit: Visit, entry: Entry) -> dict[str, str]:
    kept = entry.kept
    return {
        "text": _spoken(entry.text),
        "who": label_store.person(visit.conn, kept.by if kept else None),
        "when": visit.moment(kept.at) if kept and kept.at else "",
    }


def _preview(visit: Visit, book: Book, entry: Entry) -> Markup:
    """The card on which the text stands, in the language that is worked on; nothing for what stands on no card."""
    unit, tag = entry.unit, book.language.tag
    if unit.kind in ("sentence", "row", "step", "reason") or unit.entity not in visit.catalog.entities:
        return Markup()
    speaker = visit.languages.speaker(visit.site.locales, book.language)
    view = View(visit.catalog, visit.rows, speaker, book.language.chain)
    tip = visit.translator.text("Not translated: another language stands in")
    outline = Outline(unit.key, lambda key: f"/translate/{tag}?key={quote(key)}", tip)
    return preview.card(visit.site.pages, view, visit.catalog.entity(unit.entity), outline)


def _others(visit: Visit, book: Book, entry: Entry) -> Iterator[dict[str, str]]:
    """The text in other languages."""
    held = label_store.of_key(visit.conn, entry.unit.key)
    for tag, language in visit.languages.targets.items():
        kept = held.get(tag) or sentences.shipped(visit.site.locales, tag).get(entry.unit.key)
        if tag != book.language.tag and kept and kept.text:
            yield {"tag": tag, "name": language.name, "dir": language.direction, "text": _spoken(kept.text)}


def _similar(book: Book, entry: Entry) -> Iterator[dict[str, str]]:
    """Translated texts whose English is the same, or shares most of its words."""
    words = set(_WORDS.findall(entry.unit.source.casefold()))
    shared: Counter[str] = Counter(key for word in words for key in book.by_word.get(word, ()))
    ranked = sorted(shared, key=lambda key: (-_likeness(words, book.entries[key], shared[key]), key))
    told: set[tuple[str, str]] = set()
    for key in ranked[:200]:
        other = book.entries[key]
        pair = (other.unit.source, other.text)
        if key == entry.unit.key or not other.text or pair in told or _likeness(words, other, shared[key]) < 0.5:
            continue
        told.add(pair)
        yield {"source": _spoken(other.unit.source), "text": _spoken(other.text), "url": f"/translate/{book.language.tag}?key={quote(key)}"}
        if len(told) == MOST_LIKE:
            return


def _likeness(words: set[str], other: Entry, shared: int) -> float:
    return 2 * shared / (len(words) + len(set(_WORDS.findall(other.unit.source.casefold()))) or 1)


def _history(visit: Visit, book: Book, entry: Entry) -> Iterator[dict[str, object]]:
    """What the translation was before, the newest first."""
    for one in label_store.history(visit.conn, book.language.tag, entry.unit.key):
        yield {
            "when": visit.moment(one.at),
            "who": one.user,
            "action": visit.translator.say(ACTIONS.get(one.action, ACTIONS["edit"])),
            "state": visit.translator.say(STATES[_state(one.after)]),
            "text": _spoken(one.after.text) if one.after else "",
            "forms": one.after.text.split(FORM_MARK) if one.after and one.after.text != entry.text else (),
        }


def _state(kept: Kept | None) -> State:
    return kept.state if kept is not None and kept.text else "missing"

"""The translators' workbench: a list by state, one text with everything to know about it, saved and on to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from engine import access
from engine.access import Actor
from engine.errors import BadValue, Forbidden, UnknownEntity, UnknownParameter
from engine.i18n import sentences
from engine.i18n.book import Book, Entry
from engine.i18n.checks import Finding
from engine.i18n.exchange import Line
from engine.messages import M_, Message
from engine.metadata import label_store, labels
from engine.metadata.folding import fold
from engine.metadata.label_store import FORM_MARK, OWN, SHIPPED, Kept, mark_of
from engine.service import label_files
from engine.service.label_care import Desk, go_live_if_ready, publish
from engine.service.screen import Done, Screen
from engine.service.text_card import STATES, Typed, card_of, seen_of
from engine.service.visit import Visit

Filter = Literal["missing", "needs_editing", "changed", "failing", "translated", "approved", "mine", "all"]
FILTERS: Mapping[Filter, Message] = {
    "missing": M_("Missing"),
    "needs_editing": M_("Needs editing"),
    "changed": M_("English changed"),
    "failing": M_("Checks"),
    "translated": M_("Translated"),
    "approved": M_("Approved"),
    "mine": M_("Mine"),
    "all": M_("All"),
}
FILES: Mapping[label_files.Format, Message] = {
    "po": M_("for Poedit, Weblate and other translation programs"),
    "xlsx": M_("for Excel, LibreOffice and other sheet programs"),
    "csv": M_("for anything that reads tables"),
}
PAGE = 50
ACTIONS = ("save", "approve", "shipped")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    state: Filter | Literal[""] = ""
    section: str = ""
    q: str = ""
    key: str = ""
    page: int = 1
    upload: str = ""

    def address(self, tag: str, **changes: object) -> str:
        """The address of the workbench with some of it changed."""
        told = replace(self, **changes)  # type: ignore[arg-type]  # names of ours
        parts = {name: value for name in self.__slots__ if (value := getattr(told, name)) not in ("", 1)}
        return f"/translate/{tag}" + (f"?{urlencode(parts)}" if parts else "")


def asked(pairs: Sequence[tuple[str, str]]) -> Asked:
    """The address's parameters. Raises UnknownParameter, BadValue: nothing is ignored."""
    told = dict(pairs)
    if unknown := sorted(set(told) - set(Asked.__slots__)):
        raise UnknownParameter(unknown[0])
    if (state := told.get("state", "")) not in ("", *get_args(Filter)):
        raise BadValue("state", M_("There is no state “%(name)s”.", name=state[:40]))
    page = told.get("page", "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page[:6]) < 100_000):
        raise BadValue("page", M_("“%(text)s” is not a whole number.", text=page[:40]))
    names = ("section", "q", "key", "upload")
    return Asked(state=cast(Filter, state), page=int(page), **{name: told.get(name, "")[:200] for name in names})


def translator(visit: Visit) -> Actor:
    """The actor, who works on languages. Raises SignInNeeded, Forbidden."""
    actor = visit.signed_in()
    if not access.translates(actor.role):
        raise Forbidden("translate")
    return actor


def desk_of(visit: Visit) -> Desk:
    """The desk of a request."""
    return Desk(visit.conn, visit.catalog, visit.rows, visit.languages, visit.site.locales)


def opened(visit: Visit, tag: str) -> Book:
    """A language's book, from memory where it can. Raises UnknownEntity."""
    desk = desk_of(visit)
    return visit.site.books.open(desk, desk.target(tag).tag)


def matching(visit: Visit, book: Book, told: Asked) -> list[Entry]:
    """The entries that the address asks for."""
    found = [one for one in book.entries.values() if not told.section or one.unit.section == told.section]
    found = _in_state(visit, book, found, told.state or "all")
    return _searched(visit, book, found, told.q) if told.q.strip() else found


def _in_state(visit: Visit, book: Book, entries: list[Entry], state: Filter) -> list[Entry]:
    match state:
        case "all":
            return entries
        case "changed":
            return [one for one in entries if one.former]
        case "failing":
            return [one for one in entries if one.unit.key in book.findings]
        case "mine":
            mine = label_store.changed_by(visit.conn, book.language.tag, translator(visit).id)
            return [one for one in entries if one.unit.key in mine]
    return [one for one in entries if one.state == state]


def _searched(visit: Visit, book: Book, entries: list[Entry], words: str) -> list[Entry]:
    """Entries whose key, English, translation, or text in any other language holds the words."""
    term = fold(words.strip())
    others = {key for key, text in label_store.everywhere(visit.conn, book.language.tag) if term in fold(text)}
    for tag in visit.languages.targets:
        others |= {key for key, kept in sentences.shipped(visit.site.locales, tag).items() if term in fold(kept.text)}
    return [one for one in entries if one.unit.key in others or term in fold(f"{one.unit.key}\n{one.unit.source}\n{one.text}")]


def show(visit: Visit, tag: str, told: Asked, typed: Typed | None = None, status: int = 200) -> Screen:
    """The workbench. `typed` is what somebody tried to save. Raises SignInNeeded, Forbidden, UnknownEntity."""
    actor = translator(visit)
    book = opened(visit, tag)
    if not told.state:
        told = replace(told, state="all" if told.key or told.q or not book.total["missing"] else "missing")
    found = matching(visit, book, told)
    keys = [one.unit.key for one in found]
    current = book.entries.get(told.key) or (found[(told.page - 1) * PAGE] if len(found) > (told.page - 1) * PAGE else None)
    if told.key and told.key not in book.entries:
        raise UnknownEntity(told.key)
    place = keys.index(current.unit.key) if current and current.unit.key in keys else -1
    page = place // PAGE + 1 if told.key and place >= 0 else min(told.page, max((len(found) - 1) // PAGE + 1, 1))
    told = replace(told, page=page)
    line = _line(visit, tag, told, current, actor) if told.upload and current else None
    if typed is None and current and line:
        typed = Typed(tuple(line.text.split(FORM_MARK)), seen_of(current))
    context = {
        "language": {"tag": tag, "name": book.language.name, "dir": book.language.direction, "live": book.language.live},
        "heard": _heard(visit, book),
        "percent": percent(visit, book.coverage),
        "coverage": round(book.coverage),
        "states": _states(visit, book, told, actor),
        "sections": _sections(visit, book, told),
        "asked": told,
        "reset_url": Asked(state="all").address(tag),
        "items": [_item(visit, book, told, one, current) for one in found[(page - 1) * PAGE : page * PAGE]],
        "count": visit.translator.count("%(count)s text", "%(count)s texts", len(found), count=number(visit, len(found))),
        "previous_page": told.address(tag, key="", page=page - 1) if page > 1 else "",
        "next_page": told.address(tag, key="", page=page + 1) if page * PAGE < len(found) else "",
        "text": card_of(visit, book, current, typed) if current else None,
        "action": told.address(tag, key=current.unit.key) if current else "",
        "upload": {"line": line.number, "url": f"/translate/{tag}/import/{told.upload}"} if line else None,
        "previous_url": told.address(tag, key=keys[place - 1], page=1, upload="") if place > 0 else "",
        "next_url": told.address(tag, key=keys[place + 1], page=1, upload="") if 0 <= place < len(keys) - 1 else "",
        "batches": _batches(visit, tag),
        "downloads": [(kind, f"/translate/{tag}.{kind}", visit.translator.say(note)) for kind, note in FILES.items()],
        "download_filter": urlencode({name: value for name in ("state", "section", "q") if (value := getattr(told, name))}),
    }
    return Screen("translate/workbench.html", context, status)


def _heard(visit: Visit, book: Book) -> str:
    """When readers see what a translator saves."""
    language = book.language
    if language.live:
        return visit.translator.text("Readers see what you save on their next page.")
    if language.threshold and book.coverage >= language.threshold:
        return visit.translator.text("Enough is translated: readers may choose it with the next text you save.")
    if language.threshold:
        return visit.translator.text("Readers may choose it as soon as %(percent)s are translated.", percent=percent(visit, language.threshold))
    return visit.translator.text("Readers may choose it when an administrator makes it live.")


def number(visit: Visit, value: int) -> str:
    """A whole number as the reader writes it."""
    from babel.numbers import format_decimal  # here, as it is used by pages of translators only

    return format_decimal(value, locale=visit.region.locale)


def percent(visit: Visit, value: float) -> str:
    """A percentage as the reader writes it: 99.9 is not everything yet."""
    from babel.numbers import format_percent

    return format_percent(int(value) / 100, locale=visit.region.locale)


def _states(visit: Visit, book: Book, told: Asked, actor: Actor) -> list[dict[str, object]]:
    """The quick filters, each with how many there are."""
    within = [one for one in book.entries.values() if not told.section or one.unit.section == told.section]
    counts = {name: len(_in_state(visit, book, within, name)) for name in FILTERS}
    return [
        {
            "name": name,
            "label": visit.translator.say(label),
            "count": number(visit, counts[name]),
            "empty": not counts[name],
            "url": told.address(book.language.tag, state=name, key="", page=1, upload=""),
            "current": name == told.state,
        }
        for name, label in FILTERS.items()
    ]


def section_name(visit: Visit, name: str) -> str:
    """What a part of the texts is called: the records of an entity, or the program."""
    entity = visit.catalog.entities.get(name)
    return labels.entity_plural(visit.catalog, entity, visit.view.languages) if entity else visit.translator.text("The program")


def in_turn(visit: Visit, names: Iterable[str]) -> list[str]:
    """Parts of the texts: the cards, the lists as they are called, the program."""
    cards: list[str] = []
    lists: list[str] = []
    program: list[str] = []
    for name in names:
        entity = visit.catalog.entities.get(name)
        (program if entity is None else lists if entity.is_dictionary else cards).append(name)
    return [*cards, *visit.in_order(lists, lambda name: section_name(visit, name)), *program]


def _sections(visit: Visit, book: Book, told: Asked) -> list[dict[str, object]]:
    return [{"name": name, "label": section_name(visit, name), "current": name == told.section} for name in in_turn(visit, book.counts)]


def _item(visit: Visit, book: Book, told: Asked, one: Entry, current: Entry | None) -> dict[str, object]:
    return {
        "url": told.address(book.language.tag, key=one.unit.key, page=1, upload=""),
        "current": one is current,
        "state": one.state,
        "state_label": visit.translator.say(STATES[one.state]),
        "source": one.unit.source.split(FORM_MARK)[0],
        "text": one.text.split(FORM_MARK)[0],
        "failing": one.unit.key in book.findings,
        "changed": bool(one.former),
    }


def _batches(visit: Visit, tag: str) -> Sequence[Mapping[str, object]]:
    """The imports that were taken over last, to be undone."""
    say = visit.translator.count
    return [
        {
            "id": one.id,
            "text": say(
                "%(count)s text taken from a file", "%(count)s texts taken from a file", one.labels, count=number(visit, one.labels)
            ),
            "when": visit.moment(one.at),
            "who": one.user,
        }
        for one in label_store.batches(visit.conn, tag, 30)
        if one.action == "import"
    ][:5]


def _line(visit: Visit, tag: str, told: Asked, entry: Entry, actor: Actor) -> Line | None:
    """What an uploaded file says about a text, to be put right here."""
    waiting = label_files.waiting(desk_of(visit), tag, told.upload, actor.id)
    return next((one for one in waiting.upload.lines if one.key == entry.unit.key), None)


def findings(visit: Visit, tag: str, key: str, forms: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """What checks say about a text while it is typed. Raises UnknownEntity."""
    translator(visit)
    book = opened(visit, tag)
    entry = book.entries.get(key)
    if entry is None:
        raise UnknownEntity(key[:40])
    return [{"level": one.level, "text": visit.translator.say(one.message)} for one in judged(book, entry, _clean(forms))]


def judged(book: Book, entry: Entry, forms: Sequence[str]) -> list[Finding]:
    """All that is to say about these forms."""
    return [*book.check(entry.unit, forms), *book.same_label(entry.unit, forms[0] if forms else "")]


def _clean(forms: Sequence[str]) -> tuple[str, ...]:
    return tuple(form.replace("\r\n", "\n").replace(FORM_MARK, "") for form in forms)


def save(visit: Visit, tag: str, told: Asked, typed: Typed) -> Screen | Done:
    """Keep a translation, and on to the next. What somebody else saved meanwhile is shown, and nothing typed is lost.

    Raises SignInNeeded, Forbidden, UnknownEntity, BadValue.
    """
    actor = translator(visit)
    book = opened(visit, tag)
    known = book.entries.get(told.key)
    if known is None:
        raise UnknownEntity(told.key)
    typed = replace(typed, forms=_clean(typed.forms))
    if typed.action not in ACTIONS or (typed.action != "shipped" and len(typed.forms) != len(known.forms(book.plurals))):
        raise BadValue("action", M_("What was sent is not well formed. Go back and try again."))
    label_store.hold(visit.conn)
    held = label_store.read(visit.conn, tag, [told.key]).get(told.key)
    entry = replace(known, kept=held or _program(visit, tag, known))
    coming = _coming(entry, typed)
    mark, _, english = typed.seen.partition(".")
    if mark != mark_of(entry.kept) and not (coming and coming.text == entry.text):
        return show(visit, tag, told, replace(typed, seen=seen_of(entry), theirs=entry), 409)
    if english and not seen_of(entry).endswith(english):
        return show(visit, tag, told, replace(typed, seen=seen_of(entry), renamed=True), 409)
    if typed.action != "shipped" and any(one.level == "error" for one in judged(book, entry, typed.forms)):
        return show(visit, tag, told, replace(typed, refused=True), 422)
    after = told.address(tag, key=_next(visit, book, told), page=1, upload="")
    message = visit.translator.text("Saved.")
    if coming != held:
        publish(desk_of(visit), tag, {told.key: coming}, "edit", actor.id)
        if go_live_if_ready(desk_of(visit), tag):
            message = visit.translator.text("Saved. Readers may choose %(language)s from now on.", language=book.language.name)
    if told.upload and label_files.put_right(desk_of(visit), tag, told.upload, told.key, actor.id):
        after = f"/translate/{tag}/import/{told.upload}"
    return Done(after, message)


def _program(visit: Visit, tag: str, entry: Entry) -> Kept | None:
    return sentences.shipped(visit.site.locales, tag).get(entry.unit.key) if entry.unit.kind == "sentence" else None


def _coming(entry: Entry, typed: Typed) -> Kept | None:
    """What is to be kept: with nothing typed, or when it is asked for, what the program ships."""
    shipped = entry.kept.shipped if entry.kept else None
    if typed.action == "shipped" or not any(form.strip() for form in typed.forms):
        if entry.unit.kind == "sentence" or not shipped:
            return None
        return Kept(shipped, entry.unit.source, "translated", SHIPPED, shipped)
    state: label_store.State = "approved" if typed.action == "approve" else "needs_editing" if typed.needs_editing else "translated"
    return Kept(FORM_MARK.join(typed.forms), entry.unit.source, state, OWN, shipped)


def _next(visit: Visit, book: Book, told: Asked) -> str:
    """The text after this one, in the order of the list as it was."""
    keys = [one.unit.key for one in matching(visit, book, told)]
    place = keys.index(told.key) + 1 if told.key in keys else 0
    return keys[place] if place < len(keys) else told.key

"""Cards: new, create, edit, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine import files
from engine.errors import BadUpload, NotFound, Refused, UnknownParameter
from engine.kept import kept
from engine.messages import M_, Problem
from engine.metadata import labels
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import Region
from engine.records import read
from engine.records.read import Record
from engine.render import form
from engine.render.bind import FILES, Bound, Submission, bind, is_untouched, unknown_names
from engine.render.page import Pages
from engine.render.view import NOTHING_KNOWN, Known, View
from engine.rules import SENTENCES, Mode
from engine.service import conflicts, fixed, lookup, ruling, writing
from engine.service.judging import NOT_FOUND, check_upload, judge, may_attach, spoken
from engine.service.known import known_to
from engine.service.ruling import OnCard
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

KNOWN_CONTROLS = ("csrf_token", "version")


@dataclass(frozen=True)
class Owner:
    """The record that a new part belongs to, as the card shows it."""

    name: str
    id: int
    label: str
    title: str
    url: str


@dataclass(frozen=True)
class Card:
    """What stands on a card beside the metadata. `heading`, `url` and `version` are those of a record that is there already."""

    entries: Mapping[str, form.Entry]
    heading: str = ""
    url: str = ""
    version: str | None = None
    owner: Owner | None = None
    ruled: OnCard = ruling.PLAIN
    summary: Sequence[Mapping[str, str]] = ()


def new(visit: Visit, name: str, given: Submission) -> Screen:
    """An empty card, or one with the values that the address gives. Raises UnknownParameter."""
    entity = visit.restricted(name, "create")
    if entity.locks.add:
        return _nothing_to_add(visit, entity)
    if not given.texts and ruling.is_steady(entity):
        return _blank(visit.site.pages, visit.view, visit.region, entity)
    if unknown := unknown_names(entity, given, ()):
        raise UnknownParameter(unknown[0])
    values = writing.defaults(visit.rows, entity) | dict(bind(entity, given, visit.region).values)
    owner = _owner(visit, entity, values.get(entity.owner or ""))
    card = Card(_entries(visit, entity, values), owner=owner, ruled=ruling.on_card(visit, entity, values))
    return _drawn(visit.site.pages, visit.view, entity, card)


def _nothing_to_add(visit: Visit, entity: Entity) -> Screen:
    """Why there is no card for a new entry."""
    say = visit.translator
    told = {"status": "", "heading": labels.entity_plural(visit.catalog, entity, visit.view.languages), "text": say.say(fixed.LIST)}
    return Screen("problem.html", {**told, "detail": [], "back_url": f"/{entity.name}/"})


@kept(128, owner=lambda _, view, *__, **___: view.dictionaries)
def _blank(pages: Pages, view: View, region: Region, entity: Entity) -> Screen:
    """The card of a new record as everybody with this view gets it."""
    values = writing.defaults(view.dictionaries, entity)
    entries = form.entries_of(entity, values, view, region)
    entries = form.with_fixed(entity, entries, fixed.reasons(view, entity, None), values, view, region, NOTHING_KNOWN)
    card = Card(entries, ruled=ruling.on_blank(view, region, entity, values))
    return replace(_drawn(pages, view, entity, card), fixed=True)


def create(visit: Visit, name: str, sent: Submission) -> Screen | Done:
    """Store a new record, or give the card back with what is wrong."""
    entity = visit.restricted(name, "create")
    bound, problems = _read(visit, entity, sent, None)
    start = writing.defaults(visit.rows, entity)
    hidden = ruling.state(visit, entity, start | dict(bound.values)).hidden
    values = {name: value for name, value in (start | dict(bound.values)).items() if name not in hidden}
    problems = _all_problems(visit, entity, "create", values, [one for one in problems if one.field not in hidden])
    if problems:
        owner = _owner(visit, entity, values.get(entity.owner or "")) if f"{entity.owner}__text" not in sent.texts else None
        return _refused(visit, entity, sent, bound, problems, owner=owner)
    try:
        id = writing.insert(visit, entity, {key: value for key, value in values.items() if value is not None})
    except Refused as error:  # what only the database can judge
        return _refused(visit, entity, sent, bound, list(error.problems))
    dropped = [key for key in entity.by_name if key in hidden and bound.values.get(key) not in (None, False, start.get(key))]
    return Done(f"/{name}/{id}", _saved(visit, entity, dropped))


def _saved(visit: Visit, entity: Entity, emptied: Sequence[str]) -> str:
    """That it is done, and which values were not kept, because their fields do not stand on the card (any more)."""
    say = visit.translator.text
    if not emptied:
        return say("Saved.")
    return say("Saved. Emptied, because it does not apply: %(labels)s.", labels=ruling.labels_of(visit.view, entity, emptied))


def edit(visit: Visit, name: str, id: int) -> Screen:
    """A record's card. Raises NotFound."""
    entity = visit.restricted(name, "update")
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    values = writing.shown_values(visit, entity, record)
    card = _card_of(visit, entity, record, _entries(visit, entity, values, record))
    ruled = ruling.on_card(visit, entity, record.values, record.values)
    return _drawn(visit.site.pages, visit.view, entity, replace(card, ruled=ruled))


def _card_of(visit: Visit, entity: Entity, record: Record, entries: Mapping[str, form.Entry]) -> Card:
    return Card(entries, title_of(visit, entity, record), f"/{entity.name}/{record.id}", record.tag)


def save(visit: Visit, name: str, id: int, sent: Submission) -> Screen | Done:
    """Store a record's changes; give the card back with what is wrong, or both versions if somebody else was faster."""
    entity = visit.restricted(name, "update")
    record = writing.fetch_to_change(visit, entity, id)
    bound, problems = _read(visit, entity, sent, record)
    hidden = ruling.state(visit, entity, {**record.values, **bound.values}).hidden
    problems = [one for one in problems if one.field not in hidden]
    if problems:
        return _refused(visit, entity, sent, bound, problems, record=record)
    given = conflicts.without_theirs({key: value for key, value in bound.values.items() if key not in hidden}, sent)
    if sent.one("version") not in ("", record.tag):
        clash = conflicts.find(visit, entity, record, sent.one("version"), given)
        if clash is not None:
            return conflicts.screen(visit, entity, record, clash, bound, sent)
        given = conflicts.untouched_left_out(visit, entity, record, sent.one("version"), given)
    shown = writing.shown_values(visit, entity, record)
    fields = entity.by_name
    changed = {key: value for key, value in given.items() if not is_untouched(fields[key], shown.get(key), value, visit.region)}
    problems = judge(visit, entity, "update", changed, record)
    if problems:
        return _refused(visit, entity, sent, bound, problems, record=record)
    emptied = ruling.emptied(visit, entity, record.values, changed)
    try:
        writing.update(visit, entity, record, changed, spoken_language=True)
    except Refused as error:
        return _refused(visit, entity, sent, bound, list(error.problems), record=record)
    return Done(f"/{name}/{id}", _saved(visit, entity, emptied) if changed else visit.translator.text("Nothing was changed."))


def _read(visit: Visit, entity: Entity, sent: Submission, record: Record | None) -> tuple[Bound, list[Problem]]:
    """What was sent, with typed names found and files kept, and what could not be read."""
    bound = bind(entity, sent, visit.region)
    problems = [one for name in unknown_names(entity, sent, KNOWN_CONTROLS) if (one := _unknown(visit, entity, sent, name))]
    stored = record.values if record else {}
    found, unclear = lookup.resolve_typed(visit, entity, bound.typed, {**stored, **bound.values})
    kept, refused = _files(visit, entity, sent, record)
    problems += [*bound.problems, *unclear, *refused]
    return replace(bound, values={**bound.values, **found, **kept}), problems


def _unknown(visit: Visit, entity: Entity, sent: Submission, name: str) -> Problem | None:
    """What is wrong with a name that no control has: of a field that went while the card was open, what was typed there is said."""
    gone = next((one for one in entity.retired if one.name == name), None)
    if gone is None:
        return Problem(name, "unknown", SENTENCES["unknown"])
    typed = " ".join(sent.texts.get(name, ())).strip()
    label = labels.field_label(visit.catalog, gone, visit.view.languages)
    told = M_("“%(gone)s” was taken off this card meanwhile. What you typed there is not saved: %(text)s", gone=label, text=typed)
    return Problem(name, "unknown", told) if typed else None


def _files(visit: Visit, entity: Entity, sent: Submission, record: Record | None) -> tuple[dict[str, Json], list[Problem]]:
    """File fields: a new upload is stored at once, so that a card refused for other reasons does not lose it."""
    values: dict[str, Json] = {}
    problems: list[Problem] = []
    for one in (field for field in entity.by_name.values() if field.type in FILES):
        upload = sent.files.get(one.name)
        if upload is not None:
            try:
                kind = check_upload(one, upload.name, upload.content)
            except BadUpload as error:
                problems.append(Problem(one.name, "file", error.message))
            else:
                values[one.name] = files.store(visit.conn, upload.name, upload.content, kind, by=visit.signed_in().id)
                continue
        keep = sent.one(f"{one.name}__keep")
        if sent.one(f"{one.name}__remove"):
            values[one.name] = None
        elif keep:
            id = int(keep) if keep.isascii() and keep.isdigit() and len(keep) < 19 else 0
            if may_attach(visit, one, id, record):
                values[one.name] = id
            else:
                problems.append(Problem(one.name, "reference", NOT_FOUND))
        elif f"{one.name}__keep" in sent.texts and record is None:
            values[one.name] = None
    return values, problems


def _all_problems(
    visit: Visit, entity: Entity, mode: Mode, values: Mapping[str, Json], unreadable: Sequence[Problem]
) -> list[Problem]:
    wrong = {problem.field for problem in unreadable}
    judged = judge(visit, entity, mode, values)
    return [*unreadable, *(problem for problem in judged if problem.field not in wrong)]


def _entries(visit: Visit, entity: Entity, values: Mapping[str, Json], record: Record | None = None) -> dict[str, form.Entry]:
    known = known_to(visit, entity.by_name, [values])
    entries = form.entries_of(entity, values, visit.view, visit.region, known)
    return _with_fixed(visit, entity, entries, values, known, record)


def _with_fixed(
    visit: Visit, entity: Entity, entries: dict[str, form.Entry], values: Mapping[str, Json], known: Known, record: Record | None
) -> dict[str, form.Entry]:
    """The entries, with what cannot be changed as it is and why."""
    reasons = fixed.reasons(visit.view, entity, record)
    return form.with_fixed(entity, entries, reasons, values, visit.view, visit.region, known) if reasons else entries


def _refused(
    visit: Visit,
    entity: Entity,
    sent: Submission,
    bound: Bound,
    problems: list[Problem],
    *,
    record: Record | None = None,
    owner: Owner | None = None,
) -> Screen:
    errors = spoken(visit, entity, problems)
    known = known_to(visit, entity.by_name, [bound.values])
    entries = form.entries_sent(entity, sent, bound, errors, visit.view, visit.region, known)
    held = writing.shown_values(visit, entity, record) if record else writing.defaults(visit.rows, entity)
    entries = _with_fixed(visit, entity, entries, held, known, record)
    order = {name: place for place, name in enumerate(entity.by_name)}
    listed = sorted(errors.items(), key=lambda pair: order.get(pair[0], -1))
    summary = [{"href": f"#f-{name}" if name in order else "", "text": text} for name, texts in listed for text in texts]
    card = _card_of(visit, entity, record, entries) if record else Card(entries, owner=owner)
    stored = record.values if record else None
    ruled = ruling.on_card(visit, entity, {**(stored or {}), **bound.values}, stored)
    card = replace(card, summary=summary, version=sent.one("version") or card.version, ruled=ruled)
    return _drawn(visit.site.pages, visit.view, entity, card)


def _drawn(pages: Pages, view: View, entity: Entity, card: Card) -> Screen:
    baked = form.bake(pages, view, entity, card.owner.name if card.owner else None, card.ruled.notes)
    label = labels.entity_label(view.catalog, entity, view.languages)
    plural = labels.entity_plural(view.catalog, entity, view.languages)
    wrong = [name for name, entry in card.entries.items() if entry.errors]
    context = {
        "heading": card.heading or view.speaker.text("New: %(what)s", what=label),
        "action": f"{card.url}/edit" if card.url else f"/{entity.name}/new",
        "version": card.version,
        "summary": pages.fragment(view.speaker, "summary.html", problems=card.summary) if card.summary else "",
        "sections": form.fill(baked, card.entries, card.ruled.hidden) if card.entries or card.ruled.hidden else form.blank(baked),
        "sections_nav": form.sections_nav(baked, wrong, card.ruled.hidden),
        "rules": card.ruled.told,
        "cancel_url": card.url or (card.owner.url if card.owner else f"/{entity.name}/"),
        "mode": "edit" if card.url else "create",
        "entity": {"name": entity.name, "label": label, "plural": plural},
        "owner": card.owner,
    }
    return Screen("card.html", context, 422 if card.summary else 200)


def title_of(visit: Visit, entity: Entity, record: Record) -> str:
    """What a record is called, in the reader's language where it has a name in it."""
    return str(writing.shown_values(visit, entity, record).get(entity.title) or f"#{record.id}")


def _owner(visit: Visit, entity: Entity, id: Json) -> Owner | None:
    if entity.owner is None or not isinstance(id, int):
        return None
    try:
        record = read.fetch(visit.conn, visit.catalog, visit.catalog.entity(entity.owner), id)
    except NotFound:
        return None
    one: Field = entity.by_name[entity.owner]
    title = title_of(visit, visit.catalog.entity(entity.owner), record)
    return Owner(entity.owner, id, visit.view.label(one), title, f"/{entity.owner}/{id}")



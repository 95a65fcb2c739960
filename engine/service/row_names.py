"""The texts of a list's entry in every installed language, on one page: what the card edits in the reader's language only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine import rules
from engine.errors import Locked, NotFound, Refused, Stale
from engine.messages import M_, Problem
from engine.metadata import label_store
from engine.metadata.model import SOURCE_LANGUAGE, Entity, Field, Json
from engine.metadata.rows import row_label_key
from engine.records import read
from engine.records.read import Record
from engine.service import fixed, writing
from engine.service.cards import title_of
from engine.service.judging import judge, sentence
from engine.service.screen import Done, Screen
from engine.service.visit import Visit

LONG = 200
"""What may be longer has a control of several lines."""
Texts = Mapping[str, Mapping[str, str]]
"""Field → language → text."""


def fields_of(entity: Entity) -> list[Field]:
    """The fields of a list's entries that have a text for each language."""
    return [one for one in entity.by_name.values() if entity.is_dictionary and one.options.get("translatable") and one.via is None]


def control(name: str, language: str) -> str:
    """What the control of a text is called."""
    return f"{name}@{language}"


def show(visit: Visit, name: str, id: int) -> Screen:
    """The page. Raises NotFound, Forbidden."""
    entity = _entity(visit, name)
    record = read.fetch(visit.conn, visit.catalog, entity, id)
    return _form(visit, entity, record, held(visit, entity, record), {})


def told(visit: Visit, name: str, id: int) -> dict[str, dict[str, str]]:
    """The same for a program."""
    entity = _entity(visit, name)
    return held(visit, entity, read.fetch(visit.conn, visit.catalog, entity, id))


def held(visit: Visit, entity: Entity, record: Record) -> dict[str, dict[str, str]]:
    """The texts that there are, without falling back: none stands for another."""
    found = {}
    for one in fields_of(entity):
        kept = label_store.of_key(visit.conn, row_label_key(entity.name, record.row_key, record.id, one.name))
        others = {tag: told.text for tag, told in kept.items() if tag in visit.languages.all and tag != SOURCE_LANGUAGE}
        found[one.name] = {SOURCE_LANGUAGE: str(record.values.get(one.name) or ""), **others}
    return found


def save(visit: Visit, name: str, id: int, sent: Mapping[str, str], version: str) -> Screen | Done:
    """Keep what was typed; an empty text falls back to another language. Raises NotFound, Forbidden."""
    entity = _entity(visit, name)
    record = writing.fetch_to_change(visit, entity, id)
    tags = visit.languages.all
    typed = {
        one.name: {tag: " ".join(sent[key].split()) for tag in tags if (key := control(one.name, tag)) in sent} for one in fields_of(entity)
    }
    back = f"/{name}/?at={id}" if entity.tree else f"/{name}/{id}"
    try:
        changed = change(visit, name, id, typed, version)
    except Stale:
        return Done(f"/{name}/{id}/names", visit.translator.text("Somebody changed this record in the meantime; look again before you go on."), "error")
    except Refused as error:
        told = [(problem.field or "", replace(problem, field=(problem.field or "").partition("@")[0])) for problem in error.problems]
        wrong = {key: sentence(visit, entity, problem) for key, problem in told}
        return _form(visit, entity, record, typed, wrong)
    said = visit.translator.count("%(n)s text was changed.", "%(n)s texts were changed.", changed)
    return Done(back, said if changed else visit.translator.text("Nothing was changed."), "success" if changed else "info")


def change(visit: Visit, name: str, id: int, typed: Texts, version: str | None = None) -> int:
    """Keep these texts; those of other languages stay. Returns how many changed.

    Raises NotFound, Forbidden, Stale, Locked, and Refused, whose problems name `field@language`.
    """
    entity = _entity(visit, name)
    record = writing.fetch_to_change(visit, entity, id)
    if version and version != record.tag:
        raise Stale(name, id, record.tag)
    before = held(visit, entity, record)
    coming = {(one, tag): text for one, texts in typed.items() for tag, text in texts.items() if text != before.get(one, {}).get(tag, "")}
    if problems := [problem for place, text in coming.items() for problem in _problems(visit, entity, record, place, text)]:
        raise Refused(problems)
    source = {one: text or None for (one, tag), text in coming.items() if tag == SOURCE_LANGUAGE}
    if source:
        writing.update(visit, entity, record, source)
        record = read.fetch(visit.conn, visit.catalog, entity, id)
    for tag in dict.fromkeys(tag for _, tag in coming if tag != SOURCE_LANGUAGE):
        texts = {one: text for (one, language), text in coming.items() if language == tag}
        writing.translate(visit, entity, record, tag, texts)
        record = read.fetch(visit.conn, visit.catalog, entity, id)
    return len(coming)


def _problems(visit: Visit, entity: Entity, record: Record, place: tuple[str, str], text: str) -> list[Problem]:
    """What is wrong with one text. The source text may have to be there; another falls back to it. Raises Locked."""
    (name, tag), one = place, entity.by_name.get(place[0])
    if one is None or one not in fields_of(entity) or tag not in visit.languages.all:
        return [Problem(control(name, tag), "unknown", rules.SENTENCES["unknown"])]
    if name in fixed.locked_cells(entity, record):
        raise Locked(M_(fixed.CELL.text, label=visit.view.label(one)))
    found = judge(visit, entity, "update", {name: text or None}, record) if text or tag == SOURCE_LANGUAGE else []
    return [Problem(control(name, tag), problem.code, problem.message) for problem in found if problem.field == name]


def _form(visit: Visit, entity: Entity, record: Record, texts: Texts, wrong: Mapping[str, str]) -> Screen:
    locked = fixed.locked_cells(entity, record)
    tags = [SOURCE_LANGUAGE, *(tag for tag in visit.languages.all if tag != SOURCE_LANGUAGE)]
    fields: list[dict[str, Json]] = [
        {
            "label": visit.view.label(one),
            "long": int(one.options.get("max_length", 0)) > LONG,
            "fixed": visit.translator.say(fixed.CELL, label=visit.view.label(one)) if one.name in locked else "",
            "texts": [
                {
                    "name": control(one.name, tag),
                    "tag": tag,
                    "language": visit.languages.all[tag].name,
                    "dir": visit.languages.all[tag].direction,
                    "value": texts.get(one.name, {}).get(tag, ""),
                    "required": one.required and tag == SOURCE_LANGUAGE,
                    "wrong": wrong.get(control(one.name, tag), ""),
                }
                for tag in tags
            ],
        }
        for one in fields_of(entity)
    ]
    url = f"/{entity.name}/?at={record.id}" if entity.tree else f"/{entity.name}/{record.id}"
    context = {
        "entity": visit.view.named(entity),
        "record": {"title": title_of(visit, entity, record), "version": record.tag, "url": url, "names_url": f"/{entity.name}/{record.id}/names"},
        "fields": fields,
        "summary": [{"href": f"#t-{key}", "text": text} for key, text in wrong.items()],
    }
    return Screen("names.html", context, 422 if wrong else 200)


def _entity(visit: Visit, name: str) -> Entity:
    """The list. Raises NotFound for an entity whose records have no texts in several languages."""
    entity = visit.restricted(name, "update")
    if not fields_of(entity):
        raise NotFound(name, 0)
    return entity

"""Display names (3.2): one column for each language, grouped as on the card, gaps visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Json
from engine.metadata.store import source_text
from engine.render.bind import Submission
from engine.schema.operation import Operation
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.groups import ChangeGroup
from engine.schema.ops.set_labels import SetLabels
from engine.service.admin import desk as desks
from engine.service.admin import seen, typed
from engine.service.admin.adding import language_order
from engine.service.admin.desk import Desk
from engine.service.screen import Done, Screen
from engine.service.visit import Visit


def show(visit: Visit, name: str, only: str = "") -> Screen:
    """The page; `only` = "gaps" leaves out what has a name in every language. Raises Forbidden, UnknownEntity."""
    return _page(desks.open_desk(visit), name, only, Submission({}), {})


def _page(desk: Desk, name: str, only: str, sent: Submission, wrong: Mapping[str, str]) -> Screen:
    """The names as they are, or as they were sent and refused: `wrong` is by control."""
    visit = desk.visit
    entity = desk.catalog.entity(name)
    languages = [visit.languages.all[tag] for tag in language_order(visit)]
    told = [{"tag": one.tag, "label": one.name, "dir": one.direction} for one in languages]
    sections = list(_sections(desk, entity, [one.tag for one in languages], only_gaps=only == "gaps"))
    for cell in (cell for section in sections for row in section["rows"] for cell in row["cells"]):
        control = f"{cell['tag']}|{cell['key']}"
        cell |= {"held": cell["value"], "value": sent.one(control) if control in sent else cell["value"], "error": wrong.get(control, "")}
    drawn = {f"{cell['tag']}|{cell['key']}": cell["held"] for section in sections for row in section["rows"] for cell in row["cells"]}
    empty = Counter(cell["tag"] for section in sections for row in section["rows"] for cell in row["cells"] if not cell["value"])
    context = {"languages": [{**one, "gaps": empty[one["tag"]]} for one in told], "sections": sections, "only": only, "wrong": list(wrong.values())}
    context[seen.CONTROL] = seen.stamp(drawn)
    return Screen("admin/labels.html", {**desks.head(desk, entity), **context}, 422 if wrong else 200)


def _sections(desk: Desk, entity: Entity, tags: list[str], *, only_gaps: bool) -> Iterator[dict[str, Json]]:
    catalog, languages = desk.catalog, desk.visit.view.languages
    say = desk.visit.translator.text
    both = {"label": say("One record"), "plural": say("Several records")}
    first = [_row(catalog, f"entity.{entity.name}.{what}", text, tags) for what, text in both.items()]
    sections: list[tuple[str, str, list[dict[str, Json]]]] = [("", say("The records themselves"), first)]
    for group in entity.groups:
        label = labels.group_label(catalog, entity, group, languages)
        rows = [_row(catalog, f"group.{entity.name}.{group.name}.label", say("Heading"), tags)]
        for one in entity.fields:
            if one.group == group.name:
                rows.append(_row(catalog, f"{one.key}.label", one.name, tags, code=True))
                rows += [
                    _row(catalog, f"{one.key}.choice.{choice['value']}", f"{one.name} · {choice['value']}", tags, code=True, deep=True)
                    for choice in one.options.get("choices", ())
                ]
        sections.append((group.name, label, rows))
    for name, label, rows in sections:
        shown = [row for row in rows if not only_gaps or not all(cell["value"] for cell in row["cells"])]
        if shown:
            yield {"name": name, "label": label, "rows": shown}


def _row(catalog: Catalog, key: str, what: str, tags: list[str], *, code: bool = False, deep: bool = False) -> dict[str, Json]:
    cells = [{"tag": tag, "key": key, "value": own_text(catalog, key, tag), "fallback": source_text(catalog, key)} for tag in tags]
    return {"key": key, "what": what, "code": code, "deep": deep, "cells": cells}


def own_text(catalog: Catalog, key: str, tag: str) -> str:
    """The text of a key in a language, without falling back."""
    return catalog.labels.get(tag, {}).get(key, "") or (source_text(catalog, key) if tag == SOURCE_LANGUAGE else "")


def save(visit: Visit, name: str, sent: Submission) -> Screen | Done:
    """Put every text that differs into the draft, one operation for each language; or the page with what is wrong."""
    desk = desks.open_desk(visit)
    entity = desk.catalog.entity(name)
    sent, clashing = _met(desk, sent)
    if wrong := clashing | _wrong(desk, entity, sent):
        return _page(desk, name, "", sent, wrong)
    wanted = list(operations(desk, entity, sent))
    after = desks.perform(desk, *wanted)
    text = desks.bar(after)["last"] if wanted else visit.translator.text("Nothing was changed.")
    return Done(f"/admin/{name}/labels", text, "info")


def why(page: Screen) -> str:
    """What is wrong, of a page that was refused, for a script that draws it itself."""
    wrong = page.context["wrong"]
    return " ".join(dict.fromkeys(wrong)) if isinstance(wrong, list) else ""


def as_now(page: Screen, sent: Submission) -> dict[str, Json]:
    """What the controls that were sent say as such a page is drawn."""
    stamped = seen.read(Submission({seen.CONTROL: [str(page.context[seen.CONTROL])]}))
    return {control: stamped[control] for control in sent.texts if control in stamped}


def _met(desk: Desk, sent: Submission) -> tuple[Submission, dict[str, str]]:
    """The form as if it had been drawn just now, and what clashes with names given since it was: see `seen`."""
    before = seen.read(sent)
    keys = {control: control.partition("|") for control in before if control in sent}
    now = {control: own_text(desk.catalog, key, tag) for control, (tag, _, key) in keys.items()}
    found = seen.meet(before, now, {control: seen.text(sent, control) for control in now})
    told = {control: seen.became(desk.visit.translator, now[control]) for control in found.clashing}
    kept = {control: texts for control, texts in sent.texts.items() if control not in found.untouched}
    return Submission(kept, sent.files), told


def _wrong(desk: Desk, entity: Entity, sent: Submission) -> dict[str, str]:
    """What is wrong with the texts, by control."""
    found = {}
    for control in sent.texts:
        tag, colon, key = control.partition("|")
        own = tag == SOURCE_LANGUAGE and key.count(".") == 3 and _is_own(entity, key)
        if colon and (told := typed.wrong_with(desk.visit, sent.one(control), typed.LABEL if own else typed.LONG_LABEL)):
            found[control] = told
    return found


def operations(desk: Desk, entity: Entity, sent: Submission) -> Iterator[Operation]:
    """Labels that differ from what is there. Only keys of this entity count; the source text of own fields changes with the field."""
    stems = (f"entity.{entity.name}.", f"group.{entity.name}.", f"field.{entity.name}.")
    by_language: dict[str, dict[str, str | None]] = {}
    for control in sent.texts:
        tag, colon, key = control.partition("|")
        if not colon or tag not in desk.visit.languages.all or not key.startswith(stems):
            continue
        text = sent.one(control).strip()
        if text != own_text(desk.catalog, key, tag) and source_text(desk.catalog, key):
            by_language.setdefault(tag, {})[key] = text or None
    for tag, texts in by_language.items():
        if tag == SOURCE_LANGUAGE:
            yield from _source(entity, texts)
        kept = {key: text for key, text in texts.items() if tag != SOURCE_LANGUAGE or not _is_own(entity, key)}
        if kept:
            yield SetLabels(tag, kept)


def _is_own(entity: Entity, key: str) -> bool:
    """Whether the source text of a key is an administrator's own, to be changed where it stands."""
    kind, _, name, *rest = key.split(".")
    if kind == "group" and rest == ["label"]:
        return any(one.name == name and not one.system for one in entity.groups)
    return kind == "field" and rest == ["label"] and any(one.name == name and not one.system for one in entity.fields)


def _source(entity: Entity, texts: dict[str, str | None]) -> Iterator[Operation]:
    for key, text in texts.items():
        if text and _is_own(entity, key):
            kind, _, name, _ = key.split(".")
            change = {"label": text}
            yield ChangeGroup(entity.name, name, change) if kind == "group" else ChangeField(entity.name, name, change)

"""The page that imports a file: choose or paste it, see what would happen, let it happen."""

from __future__ import annotations

from engine import sheets
from engine.errors import BadUpload
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.model import Entity, Json
from engine.metadata.types import TYPES
from engine.service.exporting import ID, columns
from engine.service.importing import MOST_PROBLEMS, Report, imported
from engine.service.screen import Done, Screen
from engine.service.visit import Visit
from engine.sheets import Sheet

MOST_ROWS = 5_000
TOO_MANY = M_("A page imports at most %(most)s rows; this file has %(rows)s. The command line takes more: fieldloom import.")


def show(visit: Visit, name: str) -> Screen:
    """Where a file is chosen. Raises Forbidden, UnknownEntity."""
    return _screen(visit, _entity(visit, name))


def _entity(visit: Visit, name: str) -> Entity:
    visit.restricted(name, "update")
    return visit.restricted(name, "create")


def check(visit: Visit, name: str, content: bytes, text: str = "") -> Screen:
    """What an import of this file, or of the `text` that was pasted, would do. Nothing is stored."""
    entity = _entity(visit, name)
    try:
        sheet = _sheet(content)
        report = imported(visit, name, sheet, dry=True)
    except BadUpload as error:
        return _screen(visit, entity, status=422, refused=visit.translator.say(error.message), text=text)
    kept = sheets.write("csv", sheet.header, [cells for _, cells in sheet.rows], "").decode("utf-8-sig")
    return _screen(visit, entity, status=422 if report.wrong else 200, report=report, kept="" if report.wrong else kept, text=text)


def store(visit: Visit, name: str, kept: str) -> Screen | Done:
    """Import what was checked; judged again, since something may have changed meanwhile."""
    entity = _entity(visit, name)
    try:
        report = imported(visit, name, _sheet(kept.encode()), dry=False)
    except BadUpload as error:
        return _screen(visit, entity, status=422, refused=visit.translator.say(error.message))
    if report.wrong:
        return _screen(visit, entity, status=422, report=report)
    return Done(f"/{name}/", summary(visit, report))


def _sheet(content: bytes) -> Sheet:
    sheet = sheets.read(content)
    if len(sheet.rows) > MOST_ROWS:
        raise BadUpload(M_(TOO_MANY.text, most=MOST_ROWS, rows=len(sheet.rows)))
    return sheet


def summary(visit: Visit, report: Report) -> str:
    """What an import did, in a sentence."""
    told = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    return visit.translator.text("Imported: %(created)s new, %(changed)s changed, %(unchanged)s unchanged.", **told)


def _screen(
    visit: Visit, entity: Entity, *, status: int = 200, refused: str = "", report: Report | None = None, kept: str = "", text: str = ""
) -> Screen:
    say = visit.translator.text
    found: dict[str, Json] | None = None
    if report is not None:
        found = {
            "text": say("%(created)s new, %(changed)s changed, %(unchanged)s unchanged", **_counts(report)),
            "wrong": [{"line": one.line, "column": one.column, "text": one.text} for one in report.wrong],
            "more": len(report.wrong) >= MOST_PROBLEMS,
        }
    context = {
        "entity": visit.view.named(entity),
        "url": f"/{entity.name}/import",
        "refused": refused,
        "report": found,
        "kept": kept,
        "text": text,
        "columns": [{"name": ID, "label": ID, "kind": say("the number of a record that is to change"), "required": False}, *_columns(visit, entity)],
        "is_list": entity.is_dictionary,
    }
    return Screen("import.html", context, status)


def _counts(report: Report) -> dict[str, int]:
    return {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}


def _columns(visit: Visit, entity: Entity) -> list[dict[str, Json]]:
    return [
        {
            "name": one.name,
            "label": visit.view.label(one),
            "kind": visit.translator.say(TYPES[one.type].label),
            "required": one.required,
            "target": labels.entity_plural(visit.catalog, visit.catalog.entity(one.target), visit.view.languages) if one.target else "",
        }
        for one in columns(entity)
    ]

"""A file of translations sent by a program: taken over in one call or not at all, and what it did or why not, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from engine.errors import BadValue, UnknownParameter
from engine.i18n.exchange import BadFile
from engine.i18n.merge import Mode
from engine.messages import M_, Message
from engine.metadata import label_store
from engine.service import label_files
from engine.service.label_care import go_live_if_ready
from engine.service.label_files import Format
from engine.service.visit import Visit
from engine.service.workbench import desk_of, translator

PARAMETERS = ("mode", "skip_failing", "dry_run")
REFUSED = 422


def take(visit: Visit, tag: str, kind: Format, content: bytes, pairs: Sequence[tuple[str, str]]) -> tuple[Mapping[str, object], int]:
    """The answer and its status. With failing lines nothing is taken, unless they are to be skipped.

    Raises SignInNeeded, Forbidden, UnknownEntity, UnknownParameter, BadValue.
    """
    actor = translator(visit)
    told = dict(pairs)
    if unknown := sorted(set(told) - set(PARAMETERS)):
        raise UnknownParameter(unknown[0])
    mode = told.get("mode", "fill").replace("-", "_")
    if mode not in get_args(Mode):
        raise BadValue("mode", M_("There is no mode “%(name)s”.", name=mode[:40]))
    desk = desk_of(visit)
    try:
        sent = label_files.read(f"sent.{kind}", content, desk.target(tag))
    except BadFile as error:
        return _refused(visit, [{"line": line, "detail": visit.translator.say(what)} for line, what in error.mistakes])
    label_store.hold(visit.conn)
    book = desk.read(tag)
    found = label_files.difference(desk, book, sent)
    failing = [
        {"line": row.line.number, "key": row.line.key, "code": one.code, "detail": visit.translator.say(one.message)}
        for row in found.by_kind["failing"]
        for one in row.findings
        if one.level == "error"
    ]
    if failing and told.get("skip_failing") != "true":
        return _refused(visit, failing)
    batch, count, live = "", 0, False
    if told.get("dry_run") != "true":
        batch, count = label_files.take(desk, book, found, cast(Mode, mode), actor.id)
        live = bool(count) and go_live_if_ready(desk, tag)
    counts: dict[str, object] = {name: len(rows) for name, rows in found.by_kind.items()}
    return {**counts, "same": found.same, "newer": found.newer, "taken": count, "batch": batch, "live": live, "errors": failing}, 200


def _refused(visit: Visit, errors: Sequence[Mapping[str, object]]) -> tuple[Mapping[str, object], int]:
    heading: Message = M_("This file cannot be taken over")
    detail = visit.translator.text("Nothing was changed.")
    return {"type": "about:blank", "title": visit.translator.say(heading), "status": REFUSED, "detail": detail, "errors": list(errors)}, REFUSED

"""A translator's file: read, shown as a difference, taken over when it is confirmed, undone when it was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from engine.errors import BadValue
from engine.i18n.book import Book
from engine.i18n.exchange import BadFile
from engine.i18n.merge import KINDS, Difference, Kind, Mode, Row
from engine.messages import M_, Message
from engine.metadata import label_store
from engine.metadata.label_store import FORM_MARK
from engine.render.bind import Submission
from engine.service import label_files
from engine.service.label_care import go_live_if_ready, undo
from engine.service.label_files import Format, Waiting
from engine.service.screen import Done, Screen
from engine.service.visit import Visit
from engine.service.workbench import Asked, desk_of, matching, number, opened, translator

SHOWN = 200
"""How many lines of each kind stand on the page."""
NAMES: Mapping[Kind, Message] = {
    "failing": M_("Failing checks: these lines are not taken"),
    "conflict": M_("Changed here too, since the file was written"),
    "changed": M_("Changed"),
    "new": M_("New"),
    "unknown": M_("Not known here: these lines are not taken"),
}
MODES: Mapping[Mode, tuple[Message, Message]] = {
    "fill": (M_("Fill in only"), M_("Takes what is missing here, and leaves what is there.")),
    "overwrite": (M_("Overwrite"), M_("Takes everything that is new or changed.")),
    "needs_editing": (M_("For review"), M_("Takes everything as needing editing: readers do not see it until somebody has looked at it.")),
}


def download(visit: Visit, tag: str, kind: Format, told: Asked) -> bytes:
    """A file of the texts that the address asks for. Raises SignInNeeded, Forbidden, UnknownEntity."""
    translator(visit)
    book = opened(visit, tag)
    return label_files.written(book, matching(visit, book, told), kind)


def upload(visit: Visit, tag: str, sent: Submission) -> Screen | Done:
    """Read a file; what it would change is shown next. Raises SignInNeeded, Forbidden, UnknownEntity, BadValue."""
    actor = translator(visit)
    book = opened(visit, tag)
    file = sent.files.get("file")
    if file is None:
        raise BadValue("file", M_("Choose a file first."))
    try:
        found = label_files.read(file.name, file.content, book.language)
    except BadFile as error:
        mistakes = [{"line": line, "text": visit.translator.say(what)} for line, what in error.mistakes]
        return Screen("translate/refused.html", {"language": _language(book), "name": file.name, "mistakes": mistakes}, 422)
    id = label_files.keep(desk_of(visit), tag, file.name, found, actor.id)
    return Done(f"/translate/{tag}/import/{id}")


def _language(book: Book) -> dict[str, object]:
    return {"tag": book.language.tag, "name": book.language.name, "dir": book.language.direction, "url": Asked().address(book.language.tag)}


def show(visit: Visit, tag: str, id: str) -> Screen:
    """What a file would change. Raises SignInNeeded, Forbidden, UnknownEntity, NotFound."""
    actor = translator(visit)
    book = opened(visit, tag)
    waiting = label_files.waiting(desk_of(visit), tag, id, actor.id)
    told = label_files.difference(desk_of(visit), book, waiting.upload)
    context = {
        "language": _language(book),
        "name": waiting.name,
        "action": f"/translate/{tag}/import/{id}",
        "kinds": [_kind(visit, book, waiting, told, kind) for kind in KINDS if told.by_kind[kind]],
        "modes": [{"name": name, "label": visit.translator.say(label), "note": visit.translator.say(note)} for name, (label, note) in MODES.items()],
        "same": visit.translator.count("%(count)s line changes nothing.", "%(count)s lines change nothing.", told.same, count=number(visit, told.same))
        if told.same else "",
        "newer": visit.translator.count(
            "%(count)s line was changed only here since; it stays.", "%(count)s lines were changed only here since; they stay.",
            told.newer, count=number(visit, told.newer),
        ) if told.newer else "",
        "dated": waiting.upload.exported is not None,
        "takes": any(told.by_kind[kind] for kind in ("new", "changed", "conflict")),
    }  # fmt: skip
    return Screen("translate/difference.html", context)


def _kind(visit: Visit, book: Book, waiting: Waiting, told: Difference, kind: Kind) -> dict[str, object]:
    rows = told.by_kind[kind]
    more = len(rows) - SHOWN
    return {
        "name": kind,
        "label": visit.translator.say(NAMES[kind]),
        "count": number(visit, len(rows)),
        "rows": [_row(visit, book, waiting, row) for row in rows[:SHOWN]],
        "more": visit.translator.count("and %(count)s more", "and %(count)s more", more, count=number(visit, more)) if more > 0 else "",
    }


def _row(visit: Visit, book: Book, waiting: Waiting, row: Row) -> dict[str, object]:
    line, entry = row.line, row.entry
    return {
        "key": line.key,
        "line": line.number,
        "source": _spoken(entry.unit.source if entry else line.source),
        "before": _spoken(entry.text) if entry else "",
        "base": _spoken(row.base),
        "after": _spoken(line.text),
        "fuzzy": line.fuzzy,
        "findings": [{"level": one.level, "text": visit.translator.say(one.message)} for one in row.findings],
        "url": Asked(key=line.key, upload=waiting.id).address(book.language.tag) if entry else "",
    }


def _spoken(text: str) -> str:
    return " / ".join(text.split(FORM_MARK))


def take(visit: Visit, tag: str, id: str, sent: Submission) -> Done:
    """Take a file over, or throw it away. Raises SignInNeeded, Forbidden, UnknownEntity, NotFound, BadValue."""
    actor = translator(visit)
    desk = desk_of(visit)
    label_store.hold(visit.conn)
    waiting = label_files.waiting(desk, tag, id, actor.id)
    back = Asked(state="all").address(tag)
    if sent.one("action") == "drop":
        label_files.forget(desk, id)
        return Done(back, visit.translator.text("The file is thrown away. What was not taken over has changed nothing."), "info")
    if (mode := sent.one("mode")) not in get_args(Mode):
        raise BadValue("mode", M_("There is no mode “%(name)s”.", name=mode[:40]))
    book = desk.read(tag)
    told = label_files.difference(desk, book, waiting.upload)
    names = {name: _names(sent, name) for name in ("without", "taking")}
    _, count = label_files.take(desk, book, told, cast(Mode, mode), actor.id, **names)
    if told.by_kind["failing"]:
        back = f"/translate/{tag}/import/{id}"
        label_files.keep_only(desk, waiting, [row.line.key for row in told.by_kind["failing"]])
    else:
        label_files.forget(desk, id)
    message = visit.translator.count("%(count)s text is taken over.", "%(count)s texts are taken over.", count, count=number(visit, count))
    if count and go_live_if_ready(desk, tag):
        message += " " + visit.translator.text("Readers may choose %(language)s from now on.", language=book.language.name)
    return Done(back, message)


def _names(sent: Submission, name: str) -> Sequence[str]:
    return sent.texts.get(name, ())


def take_back(visit: Visit, tag: str, batch: str) -> Done:
    """Undo a file that was taken over. Raises SignInNeeded, Forbidden, UnknownEntity, NothingToUndo."""
    actor = translator(visit)
    desk = desk_of(visit)
    label_store.hold(visit.conn)
    count, kept = undo(desk, desk.target(tag).tag, batch, actor.id)
    say = visit.translator.count
    message = say("%(count)s text is as it was before.", "%(count)s texts are as they were before.", count, count=number(visit, count))
    if kept:
        told = say(
            "%(count)s was changed again since and stays.", "%(count)s were changed again since and stay.", kept, count=number(visit, kept)
        )
        message = f"{message} {told}"
    return Done(Asked(state="all").address(tag), message)

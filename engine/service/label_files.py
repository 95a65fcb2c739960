"""Files of translations: written, read, compared with what is kept, taken over in one transaction, undone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import sqlalchemy as sa

from engine.errors import NotFound
from engine.i18n import po, sheets
from engine.i18n.book import Book, Entry
from engine.i18n.exchange import Line, Upload
from engine.i18n.language import Language
from engine.i18n.merge import Difference, Mode, chosen, compare
from engine.metadata import label_store
from engine.metadata import tables as t
from engine.service.label_care import Desk, publish

Format = Literal["po", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA = {
    "po": "text/x-gettext-translation; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT_FOR = timedelta(days=2)
"""How long an upload waits for its yes."""


def written(book: Book, entries: Iterable[Entry], kind: Format) -> bytes:
    """A file of these entries."""
    now = datetime.now(UTC)
    if kind == "xlsx":
        return sheets.xlsx_written(book, entries, now)
    return (po.written if kind == "po" else sheets.csv_written)(book, entries, now).encode()


def format_of(name: str, content: bytes) -> Format:
    """What kind of file it is, by its name, else by its beginning."""
    ending = name.rpartition(".")[2].lower()
    found = next((one for one in FORMATS if one == ending), None)
    return found or ("xlsx" if content.startswith(b"PK") else "po")


def read(name: str, content: bytes, language: Language) -> Upload:
    """What a file holds. Raises BadFile."""
    readers = {"po": po.read, "csv": sheets.csv_read, "xlsx": sheets.xlsx_read}
    return readers[format_of(name, content)](content, language)


def difference(desk: Desk, book: Book, upload: Upload) -> Difference:
    """What a file would change."""
    since = label_store.since(desk.conn, book.language.tag, upload.exported) if upload.exported else {}
    return compare(book, upload, since)


def take(
    desk: Desk, book: Book, told: Difference, mode: Mode, user: int | None, *, without: Collection[str] = (), taking: Collection[str] = ()
) -> tuple[str, int]:
    """Take a file over. Returns the id under which it can be undone, and how many labels it changed."""
    coming = chosen(told, mode, without=without, taking=taking)
    return (publish(desk, book.language.tag, coming, "import", user), len(coming)) if coming else ("", 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload that waits for a yes."""

    id: str
    name: str
    upload: Upload


def keep(desk: Desk, tag: str, name: str, upload: Upload, user: int) -> str:
    """Let an upload wait until it is looked at. Returns its id. Old ones are forgotten."""
    now, id = datetime.now(UTC), uuid.uuid4().hex
    desk.conn.execute(sa.delete(t.LABEL_UPLOAD).where(t.LABEL_UPLOAD.c.at < now - KEPT_FOR))
    row = {"id": id, "language": tag, "name": name.replace("\x00", "")[:200], "content": _kept(upload), "at": now, "user_id": user}
    desk.conn.execute(sa.insert(t.LABEL_UPLOAD).values(row))
    return id


def _kept(upload: Upload) -> str:
    told = {"exported": upload.exported.isoformat() if upload.exported else None, "lines": [asdict(one) for one in upload.lines]}
    return json.dumps(told, ensure_ascii=False)


def waiting(desk: Desk, tag: str, id: str, user: int) -> Waiting:
    """An upload of one's own that waits. Raises NotFound."""
    if not id.isalnum():  # not every database can be asked for what is not
        raise NotFound("label_upload", id)
    c = t.LABEL_UPLOAD.c
    row = desk.conn.execute(sa.select(t.LABEL_UPLOAD).where(c.id == id, c.language == tag, c.user_id == user)).first()
    if row is None:
        raise NotFound("label_upload", id)
    told = json.loads(row.content)
    lines = tuple(Line(**one) for one in told["lines"])
    return Waiting(row.id, row.name, Upload(lines, datetime.fromisoformat(told["exported"]) if told["exported"] else None))


def put_right(desk: Desk, tag: str, id: str, key: str, user: int) -> bool:
    """A line of a waiting upload is done with, for its text was saved by hand. Returns whether something is left to be done there."""
    try:
        held = waiting(desk, tag, id, user)
    except NotFound:
        return False
    left = [line.key for line in held.upload.lines if line.key != key]
    upload = keep_only(desk, held, left)
    if any(row.kind != "unknown" for row in difference(desk, desk.read(tag), upload).rows):
        return True
    forget(desk, id)
    return False


def keep_only(desk: Desk, held: Waiting, keys: Collection[str]) -> Upload:
    """Let only these lines of an upload wait on."""
    wanted = frozenset(keys)
    left = replace(held.upload, lines=tuple(line for line in held.upload.lines if line.key in wanted))
    desk.conn.execute(sa.update(t.LABEL_UPLOAD).where(t.LABEL_UPLOAD.c.id == held.id).values(content=_kept(left)))
    return left


def forget(desk: Desk, id: str) -> None:
    """An upload is done with."""
    desk.conn.execute(sa.delete(t.LABEL_UPLOAD).where(t.LABEL_UPLOAD.c.id == id))

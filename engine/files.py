"""Uploaded files, kept in the database: processes share nothing else, and a file lives and dies in its record's
transaction.

What is stored is decided by content: the extension must be allowed *and* the first bytes must be of that kind.
Files are served as attachments; only plain pictures are shown in place.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.errors import BadUpload, NotFound
from engine.messages import M_
from engine.metadata import tables as t

MAX_BYTES = 8 * 2**20
_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0",)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that may be uploaded. `starts` are the possible first bytes, `then` what must follow from byte 8.

    Text has neither.
    """

    media_type: str
    starts: tuple[bytes, ...] = ()
    then: bytes = b""
    shown: bool = False


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", (b"%PDF-",)),
    "png": Kind("image/png", (b"\x89PNG\r\n\x1a\n",), shown=True),
    "jpg": Kind("image/jpeg", (b"\xff\xd8\xff",), shown=True),
    "jpeg": Kind("image/jpeg", (b"\xff\xd8\xff",), shown=True),
    "gif": Kind("image/gif", (b"GIF87a", b"GIF89a"), shown=True),
    "webp": Kind("image/webp", (b"RIFF",), b"WEBP", shown=True),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": Kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "odt": Kind("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": Kind("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "zip": Kind("application/zip", _ZIP),
    "doc": Kind("application/msword", _OLE),
    "xls": Kind("application/vnd.ms-excel", _OLE),
    "txt": Kind("text/plain"),
    "csv": Kind("text/csv"),
    "md": Kind("text/markdown"),
}
PICTURES = tuple(ending for ending, kind in KINDS.items() if kind.shown)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is kept; `content` is empty where only the card needs it."""

    id: int
    name: str
    media_type: str
    size: int
    content: bytes = b""


def clean_name(name: str) -> str:
    """A file name without folders and control characters, at most 150 characters long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in base if unicodedata.category(char)[0] != "C").strip(" .")
    return kept[-150:] or "file"


def check(name: str, content: bytes, endings: Sequence[str], max_bytes: int = MAX_BYTES) -> Kind:
    """The kind of an upload. Raises BadUpload with the reason."""
    ending = clean_name(name).rsplit(".", 1)[-1].lower()
    allowed = [one for one in endings or KINDS if one in KINDS]
    if ending not in allowed:
        raise BadUpload(M_("“%(name)s” is not of a kind that can be kept here. Allowed: %(allowed)s.", name=clean_name(name), allowed=", ".join(allowed)))
    if not content:
        raise BadUpload(M_("“%(name)s” is empty.", name=clean_name(name)))
    if len(content) > max_bytes:
        raise BadUpload(M_("“%(name)s” is larger than %(limit)s MB.", name=clean_name(name), limit=f"{max_bytes / 2**20:.3g}"))
    kind = KINDS[ending]
    if not (content.startswith(kind.starts) and content[8:].startswith(kind.then) if kind.starts else b"\x00" not in content):
        raise BadUpload(M_("“%(name)s” is not what its ending says.", name=clean_name(name)))
    return kind


def store(conn: Connection, name: str, content: bytes, kind: Kind, *, by: int | None) -> int:
    """Keep a checked file. Returns its id."""
    row = {"name": clean_name(name), "media_type": kind.media_type, "size": len(content), "content": content}
    row |= {"sha256": hashlib.sha256(content).hexdigest(), "user_id": by, "created_at": datetime.now(UTC)}
    done = conn.execute(sa.insert(t.FILE).values(row))
    return int((done.inserted_primary_key or (0,))[0])


def describe(conn: Connection, ids: Sequence[int]) -> dict[int, StoredFile]:
    """Name and size of files by id."""
    if not ids:
        return {}
    wanted = sa.select(t.FILE.c.id, t.FILE.c.name, t.FILE.c.media_type, t.FILE.c.size).where(t.FILE.c.id.in_(list(ids)))
    return {row.id: StoredFile(row.id, row.name, row.media_type, row.size) for row in conn.execute(wanted)}


def fetch(conn: Connection, id: int) -> StoredFile:
    """A file with its content. Raises NotFound."""
    row = conn.execute(sa.select(t.FILE).where(t.FILE.c.id == id)).first()
    if row is None:
        raise NotFound("file", id)
    return StoredFile(row.id, row.name, row.media_type, row.size, row.content)


def uploaded_by(conn: Connection, id: int) -> int | None:
    """Who uploaded a file; None also where there is no such file."""
    return conn.execute(sa.select(t.FILE.c.user_id).where(t.FILE.c.id == id)).scalar()

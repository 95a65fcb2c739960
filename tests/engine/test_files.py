"""Uploaded files: what is kept is decided by ending and content together."""

from __future__ import annotations

import pytest

from engine import files
from engine.errors import BadUpload, NotFound
from engine.metadata.database import Database

ZIP, OLE = b"PK\x03\x04\x14\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS: dict[str, bytes] = {
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n\0\0",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "jpeg": b"\xff\xd8\xff\xe1",
    "gif": b"GIF89a\0",
    "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "zip"), ZIP),
    **dict.fromkeys(("doc", "xls"), OLE),
    "txt": "宏远\n".encode(),
    "csv": b"a,b\n",
    "md": b"# A\n",
}
TEXTS = ("txt", "csv", "md")


def test_the_table_knows_every_kind() -> None:
    assert BEGINNINGS.keys() == files.KINDS.keys()


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_file_that_is_what_its_ending_says(ending: str) -> None:
    assert files.check(f"Bericht.{ending}", BEGINNINGS[ending], ()) is files.KINDS[ending]
    assert files.check(f"报告.{ending.upper()}", BEGINNINGS[ending], (ending,)) is files.KINDS[ending]


@pytest.mark.parametrize("ending", [ending for ending in BEGINNINGS if ending not in TEXTS])
@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"MZ\x90\0", b"\0" * 20, b"\x7fELF"], ids=["markup", "program", "zeros", "elf"])
def test_a_file_that_is_not_what_its_ending_says(ending: str, content: bytes) -> None:
    with pytest.raises(BadUpload, match="not what its ending says"):
        files.check(f"a.{ending}", content, ())


@pytest.mark.parametrize("ending", TEXTS)
def test_a_text_holds_no_zeros(ending: str) -> None:
    with pytest.raises(BadUpload, match="not what its ending says"):
        files.check(f"a.{ending}", b"MZ\x90\0\x03", ())


def test_sound_is_no_picture() -> None:
    with pytest.raises(BadUpload):
        files.check("a.webp", b"RIFF\x24\0\0\0WAVEfmt ", ())


REFUSED: dict[str, tuple[str, bytes, tuple[str, ...], int, str]] = {
    "a program": ("setup.exe", b"MZ", (), 100, "not of a kind"),
    "a page": ("index.html", b"<p>", (), 100, "not of a kind"),
    "a drawing that can run": ("a.svg", b"<svg>", (), 100, "not of a kind"),
    "two endings": ("invoice.pdf.exe", b"%PDF-", (), 100, "not of a kind"),
    "no ending": ("README", b"a", (), 100, "not of a kind"),
    "no name": ("", b"a", (), 100, "not of a kind"),
    "an ending the field does not take": ("a.pdf", b"%PDF-1", ("png", "jpg"), 100, "png, jpg"),
    "endings that nothing is known of": ("a.exe", b"MZ", ("exe",), 100, "not of a kind"),
    "nothing in it": ("a.txt", b"", (), 100, "is empty"),
    "too large": ("a.txt", b"a" * 101, (), 100, "larger"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_refused(case: str) -> None:
    name, content, endings, limit, words = REFUSED[case]
    with pytest.raises(BadUpload, match=words):
        files.check(name, content, endings, limit)


def test_the_limit_is_told_as_it_is() -> None:
    for limit, words in ((files.MAX_BYTES, "larger than 8 MB"), (2**19, "larger than 0.5 MB")):
        with pytest.raises(BadUpload, match=words):
            files.check("a.txt", b"a" * (limit + 1), (), limit)


NAMES: dict[str, str] = {
    "报告.pdf": "报告.pdf",
    "../../etc/passwd": "passwd",
    "C:\\Users\\li\\a.pdf": "a.pdf",
    "a\r\nSet-Cookie: x.pdf": "aSet-Cookie: x.pdf",
    "a\u202efdp.exe": "afdp.exe",
    "a\x00.pdf": "a.pdf",
    " .hidden. ": "hidden",
    "": "file",
    "..": "file",
    "a" * 300 + ".pdf": "a" * 146 + ".pdf",
}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_holds_no_folders_and_nothing_invisible(name: str) -> None:
    assert files.clean_name(name) == NAMES[name]


CONTENTS = {"bytes of every value": bytes(range(256)), "one byte": b"\0", "a megabyte": b"\xff\x00" * 2**19, "text": "宏远 🍜".encode()}


@pytest.mark.parametrize("case", CONTENTS)
def test_a_file_comes_back_byte_for_byte(case: str, workshop: Database) -> None:
    with workshop.writing() as conn:
        id = files.store(conn, f"dir/{case} 🍜.zip", CONTENTS[case], files.KINDS["zip"], by=7)
    with workshop.reading() as conn:
        found = files.fetch(conn, id)
        assert (found.name, found.media_type, found.size) == (f"{case} 🍜.zip", "application/zip", len(CONTENTS[case]))
        assert bytes(found.content) == CONTENTS[case]
        assert files.describe(conn, [id]) == {id: files.StoredFile(id, found.name, found.media_type, found.size)}
        assert files.uploaded_by(conn, id) == 7


def test_a_file_that_there_is_not(workshop: Database) -> None:
    with workshop.reading() as conn:
        with pytest.raises(NotFound):
            files.fetch(conn, 10**15)
        assert files.describe(conn, [10**15]) == {}
        assert files.describe(conn, []) == {}
        assert files.uploaded_by(conn, 10**15) is None


def test_only_plain_pictures_are_shown_in_place() -> None:
    assert set(files.PICTURES) == {"png", "jpg", "jpeg", "gif", "webp"}

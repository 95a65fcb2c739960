"""Files on cards: uploaded, kept while a card is refused, shown or downloaded, refused where their kind is not allowed."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from engine.service import setup
from tests.browser.conftest import ENGLISH, Reader, Readers, Served, readers_of, serving
from tests.databases import CATALOGS, LOCALES, Databases

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PHOTO = "      - {name: photo, label: Photo, type: image}\n"
SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\x00" + b"\x3b\x49\xb5" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def file(name: str, content: bytes) -> FilePayload:
    """A file that is chosen; what the browser thinks it is does not matter."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture(scope="module")
def gallery(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A program whose contacts have a photo: a field that a catalog adds, nothing else."""
    catalogs = tmp_path_factory.mktemp("catalogs") / "catalogs"
    shutil.copytree(CATALOGS, catalogs)
    contact = catalogs / "contact.yaml"
    contact.write_text(re.sub(r"(?m)^.*name: birthday,", PHOTO + r"\g<0>", contact.read_text(encoding="utf-8")), encoding="utf-8")
    database = databases.empty("sqlite")
    setup.install(database, catalogs, LOCALES)
    with serving(database, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def card(chromium: Browser, gallery: Served) -> Iterator[Callable[[], tuple[Reader, Page, str]]]:
    """Opens the card of a new contact: (window, page, address of the customer)."""
    with readers_of(chromium, gallery) as opens:

        def open_card() -> tuple[Reader, Page, str]:
            home = gallery.api.customer("有照片的客户")
            window = opens(ENGLISH)
            page = window.go(f"/contact/new?customer={home.rsplit('/', 1)[1]}")
            page.fill("#f-name", "Ada")
            page.locator("#f-salutation").select_option(index=1)
            page.fill("#f-job_title", "Engineer")
            return window, page, home

        yield open_card


def test_a_picture_and_a_paper_are_kept_through_a_refusal_and_shown(card: Callable[[], tuple[Reader, Page, str]]) -> None:
    window, page, _ = card()
    page.set_input_files("#f-photo", file("阿达 照片.png", png(40, 20)))
    page.set_input_files("#f-remark_document", file("面谈记录.pdf", PDF))
    page.fill("#f-email", "nobody")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#problems li")).to_have_count(1)
    for name, kept in (("photo", "阿达 照片.png"), ("remark_document", "面谈记录.pdf")):
        expect(page.locator(f"[data-field={name}] .file-name")).to_have_text(kept)
    page.fill("#f-email", "")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("h1")).to_have_text("Ada")

    picture = page.locator(".value-image img")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.decode().then(() => [img.naturalWidth, img.naturalHeight])") == [40, 20]
    assert picture.get_attribute("alt")
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("面谈记录.pdf")).click()
    assert downloading.value.suggested_filename == "面谈记录.pdf"
    assert downloading.value.path().read_bytes() == PDF
    answer = window.context.request.get(f"{window.url}{window.path()}/files/remark_document")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/pdf"
    assert "sandbox" in answer.headers["content-security-policy"]

    # Editing something else keeps them; "Remove" removes.
    page.get_by_role("link", name="Edit", exact=True).click()
    page.fill("#f-alias", "A.")
    page.locator("[data-field=photo] .file-kept").get_by_label("Remove").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    expect(page.locator(".value-image img")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("面谈记录.pdf"))).to_be_visible()


@pytest.mark.parametrize(
    ("field", "name", "content"),
    [
        ("photo", "script.svg", SCRIPT),
        ("photo", "paper.pdf", PDF),
        ("photo", "page.png", b"<!doctype html><script>alert(1)</script>"),
        ("remark_document", "page.html", b"<!doctype html><script>alert(1)</script>"),
        ("remark_document", "program.exe", b"MZ\x90\x00"),
        ("remark_document", "picture.pdf", png(2, 2)),
    ],
)
def test_kinds_that_are_not_allowed_are_refused_in_words(
    card: Callable[[], tuple[Reader, Page, str]], field: str, name: str, content: bytes
) -> None:
    _, page, _ = card()
    page.set_input_files(f"#f-{field}", file(name, content))
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems li")).to_have_count(1)
    expect(page.locator(f"#f-{field}")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"[data-field={field}] .field-error")).not_to_have_text("")
    expect(page.locator(f"[data-field={field}] .file-kept")).to_be_hidden()
    expect(page.locator("#f-name")).to_have_value("Ada")


def test_a_paper_on_the_customers_card(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH).go(site.api.customer("Paper Ltd") + "/edit")
    page.set_input_files("#f-introduction_document", file("about us.txt", "关于我们".encode()))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#history .timeline > li").first).to_contain_text("about us.txt")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("[data-field=introduction_document] .file-name")).to_have_text("about us.txt")

"""Small books for tests, made without a database."""

from __future__ import annotations

from collections.abc import Mapping

from engine.i18n.book import Book, Entry
from engine.i18n.language import describe
from engine.i18n.languages import sentence_key
from engine.metadata.label_store import FORM_MARK, Kept
from engine.metadata.units import LONG, Unit

ONE, MANY = "%(n)s file of %(name)s", "%(n)s files of %(name)s"
COUNTED = f"{ONE}{FORM_MARK}{MANY}"
UNITS = (
    Unit("field.customer.name.label", "Name", "label", 120, 40, "customer", "basic", "name", "text"),
    Unit("field.contact.name.label", "Name", "label", 120, 40, "contact", "basic", "name", "text"),
    Unit("field.customer.name.help", "Line one\nline “two”\\", "help", 2000, 0, "customer", "basic", "name", "text"),
    Unit("row.industry.17.name", "=1+1", "row", 200, 0, "industry", "basic", "name", "text"),
    Unit(sentence_key("Hello %(name)s"), "Hello %(name)s", "sentence", LONG, group="ui", comment="on a page", places=("web/a.py",)),
    Unit(sentence_key(ONE), COUNTED, "sentence", LONG, group="ui", places=("web/a.py", "web/b.html")),
)
NAME, OTHER, HELP, ROW, HELLO, FILES = (unit.key for unit in UNITS)


def a_book(tag: str = "pl", kept: Mapping[str, Kept] | None = None) -> Book:
    """A book of six texts in a language."""
    language = describe(tag)
    assert language is not None
    return Book(language, {unit.key: Entry(unit, (kept or {}).get(unit.key)) for unit in UNITS})

"""Lists are ordinary entities: the engine and the pages know none of them by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.metadata import definition

ROOT = Path(__file__).resolve().parents[2]
LISTS = sorted(one.entity.name for one in definition.read(ROOT / "field_catalogs") if one.entity.is_dictionary)
PEOPLE = "person"
"""Who signs in may be somebody of the directory, so the engine names it, in one place."""
ENDINGS = ("py", "html", "js", "css", "svg", "json")
SAID = re.compile(r'"""(?s:.*?)"""|\{#(?s:.*?)#\}|/\*(?s:.*?)\*/|(?<!\S)(?:#|//) .*$', re.MULTILINE)
"""Comments, which may speak of anything."""
FILES = sorted(path for folder in ("engine", "web") for ending in ENDINGS for path in (ROOT / folder).rglob(f"*.{ending}") if "vendor" not in path.parts)


def named(text: str, lists: list[str]) -> list[str]:
    """The lists that a text names as a word of its own. What is said to people may speak of industries: it begins with a capital, or is a plural."""
    return re.findall(rf"(?<![A-Za-z0-9_])(?:{'|'.join(lists)})(?![A-Za-z0-9_])", text)


@pytest.mark.parametrize("name", LISTS)
def test_a_name_would_be_found(name: str) -> None:
    for text in (f'entity("{name}")', f"/{name}/new", f"#f-{name}", f"[data-field={name}]", f"field.customer.{name}", f'$("#f-{name}")'):
        assert named(SAID.sub("", text), LISTS) == [name]


def test_no_list_is_named_in_the_engine_or_the_pages() -> None:
    assert len(FILES) > 250
    assert {path.suffix for path in FILES} >= {".py", ".html", ".js", ".css"}
    others = [name for name in LISTS if name != PEOPLE]
    found = {str(path.relative_to(ROOT)): named(SAID.sub("", path.read_text(encoding="utf-8")), others) for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_directory_of_people_is_named_once() -> None:
    quoted = {str(path.relative_to(ROOT)): re.findall(rf"""^.*["'/]{PEOPLE}["'/].*$""", path.read_text(encoding="utf-8"), re.MULTILINE) for path in FILES}
    lines = {path: found for path, found in quoted.items() if found}
    columns = ("engine/metadata/tables.py", "engine/metadata/migrations/versions/0001_first_tables.py", "engine/accounts.py")
    assert {path for path in lines if path not in columns} == {"engine/query/values.py"}

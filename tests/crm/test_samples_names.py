"""The names of the samples: complete in every language that ships, and found in each of them."""

from __future__ import annotations

import pytest

from engine.i18n.language import SHIPPED
from engine.metadata.database import Database
from engine.service import label_care, samples
from tests.databases import LOCALES
from tests.web.conftest import Browser


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_samples_leave_no_language_that_ships_incomplete(installed: Database) -> None:
    samples.load(installed, 1)
    with installed.reading() as conn:
        desk = label_care.desk(conn, LOCALES)
        missing = {
            tag: [key for key, one in desk.read(tag).entries.items() if one.state == "missing" and one.unit.kind != "sentence"]
            for tag in desk.languages.targets
        }
    assert missing == {tag: [] for tag in SHIPPED if tag != "en"}


def test_a_sample_is_found_by_its_name_in_every_language(installed: Database, browser: Browser) -> None:
    samples.load(installed, 1)
    for words in ("华北", "華北", "Nordchina", "شمال", "Sales North"):
        assert "Sales North China" in browser.get("/department/", query_string={"q": words}).text, words

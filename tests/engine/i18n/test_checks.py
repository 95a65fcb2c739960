"""What is said about a translation while it is typed, and when it is saved."""

from __future__ import annotations

import pytest

from engine.i18n.checks import check
from engine.i18n.plurals import plurals
from engine.metadata.units import Unit

ONE, MANY = "%(n)s file", "%(n)s files"
COUNTED = f"{ONE}\x1f{MANY}"

TOLD: dict[str, tuple[str, str, list[str], list[str]]] = {
    "right": ("zh-Hans", "Save", ["保存"], []),
    "nothing": ("zh-Hans", "Save %(name)s.", [""], []),
    "a lost value": ("zh-Hans", "Save %(name)s", ["保存"], ["placeholder_missing"]),
    "a strange value": ("zh-Hans", "Save", ["保存 %(name)s"], ["placeholder_unknown"]),
    "a value misspelt": ("de", "Save %(name)s", ["%(nmae)s sichern"], ["placeholder_unknown", "placeholder_missing"]),
    "an attack on a format": ("de", "Save", ["{0.__class__}"], ["placeholder_unknown"]),
    "an attack on a named format": ("de", "Save %(name)s", ["%(name)s {name.__class__}"], ["placeholder_unknown"]),
    "half a format": ("de", "Save", ["{"], ["placeholder_unknown"]),
    "another conversion": ("de", "Save %(name)s", ["%(name)s %(name)r"], ["placeholder_unknown", "lone_percent"]),
    "a percent sign": ("de", "Save %(name)s", ["%(name)s zu 100% sichern"], ["lone_percent"]),
    "two percent signs": ("de", "Save %(name)s", ["%(name)s zu 100%% sichern"], []),
    "a percent sign where nothing is filled in": ("de", "All of it", ["100 %"], []),
    "a control character": ("de", "Save", ["Sich\x07ern"], ["control"]),
    "a direction left open": ("ar", "Save", ["\u202eحفظ"], ["direction"]),
    "a direction closed again": ("ar", "Save", ["\u2067حفظ\u2069"], []),
    "a direction closed by the end of another kind": ("ar", "Save", ["\u2067حفظ\u202c"], ["direction"]),
    "a direction closed inside another": ("ar", "Save", ["\u2067\u202aحفظ\u2069\u202c"], ["direction"]),
    "spaces": ("de", "Save", ["   "], ["unseen", "spaces"]),
    "nothing that could be seen": ("de", "Save", ["\u200b\u200e"], ["unseen"]),
    "too long": ("de", "Save", ["x" * 121], ["too_long", "room"]),
    "wide": ("zh-Hans", "Save", ["字" * 21], ["room"]),
    "English": ("de", "Name", ["Name"], ["same_as_source"]),
    "nothing but a value": ("de", "%(n)s", ["%(n)s"], []),
    "a space at the end": ("de", "Save", ["Sichern "], ["spaces"]),
    "no full stop": ("zh-Hans", "Saved.", ["已保存"], ["ending"]),
    "a Chinese full stop": ("zh-Hans", "Saved.", ["已保存。"], []),
    "an Arabic question mark": ("ar", "Save?", ["حفظ؟"], []),
    "a Western comma in Chinese": ("zh-Hans", "Saved, and gone", ["已保存,已关闭"], ["punctuation"]),
    "a version in Chinese": ("zh-Hans", "Version", ["版本1.2"], []),
    "all forms": ("pl", COUNTED, ["%(n)s plik", "%(n)s pliki", "%(n)s plików"], []),
    "a form without a text": ("pl", COUNTED, ["%(n)s plik", "", "%(n)s plików"], ["form_missing"]),
    "a form that says its number in words": ("pl", COUNTED, ["jeden plik", "%(n)s pliki", "%(n)s plików"], []),
    "a form that must say its number": ("pl", COUNTED, ["%(n)s plik", "pliki", "%(n)s plików"], ["placeholder_missing"]),
    "a form too many": ("pl", COUNTED, ["%(n)s plik", "%(n)s pliki", "%(n)s plików", "%(n)s"], ["form_extra"]),
    "forms of a text that does not count": ("pl", "Save", ["Zapisz", "Zapisz"], ["form_extra"]),
    "the same in two forms is told once": ("pl", COUNTED, ["%(n)s plik", "%(x)s %(n)s", "%(x)s %(n)s"], ["placeholder_unknown"]),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_translation_is_judged(case: str) -> None:
    tag, source, forms, codes = TOLD[case]
    unit = Unit("x", source, "label", 120, 40)
    assert [one.code for one in check(unit, forms, plurals(tag), tag)] == codes

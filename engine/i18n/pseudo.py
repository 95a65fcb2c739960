"""Pseudo-translations: texts that show at a glance what is not translated, too narrow, or glued together."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.i18n.language import ACCENTED, KEYS
from engine.kept import kept
from engine.metadata.model import Catalog
from engine.metadata.rows import Dictionaries
from engine.metadata.units import units

_ACCENTS = str.maketrans("aeiouAEIOUcnyszCNYSZ", "áéíóúÁÉÍÓÚçñýšžÇÑÝŠŽ")
_PLACEHOLDER = re.compile(r"(%\(\w+\)s|%%)")
_PADDING = "~ẋẏẑ ẋẏẑẋ ẏẑẋẏẑ ẋẏ ẑẋẏẑẋ ẏẑẋ "
LONGER = 0.4


def pseudo(tag: str, text: str, key: str) -> str:
    """A text in a pseudo-language: accented and bracketed, 40 % longer too, or the name of its label. Placeholders stay."""
    if not text:
        return ""
    if tag == KEYS:
        return f"⟦{key}⟧"
    parts = _PLACEHOLDER.split(text)
    told = "".join(part if place % 2 else part.translate(_ACCENTS) for place, part in enumerate(parts))
    if tag == ACCENTED:
        wanted = round(len(_PLACEHOLDER.sub("", text)) * LONGER)
        told += f" {(_PADDING * (wanted // len(_PADDING) + 1))[: max(wanted - 1, 1)].rstrip()}"
    return f"⟦{told}⟧"


@kept(8, owner=lambda _, rows, *__: rows)
def pseudo_catalog(catalog: Catalog, rows: Dictionaries, tag: str) -> Catalog:
    """The metadata with every label in a pseudo-language. Rows are data and stay as they are."""
    made = {unit.key: pseudo(tag, unit.source, unit.key) for unit in units(catalog, rows) if unit.kind != "row"}
    return replace(catalog, labels={**catalog.labels, tag: made})

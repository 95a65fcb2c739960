"""The real card in a language that is being worked on, with every label a link and one of them outlined.

Labels are marked with characters of the private area before the card is drawn as always, and the marks become links
afterwards: what is seen is the product itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from engine.kept import kept
from engine.metadata.model import Catalog, Entity
from engine.metadata.rows import Dictionaries
from engine.metadata.units import units
from engine.render import form
from engine.render.page import Pages
from engine.render.view import View

OWN, FALLEN, BETWEEN, END = "\ue000", "\ue003", "\ue001", "\ue002"
_MARKS = str.maketrans("", "", OWN + FALLEN + BETWEEN + END)
_OPEN = re.compile(f"[{OWN}{FALLEN}]([^{BETWEEN}]*){BETWEEN}")
_MARKED = re.compile(f"([{OWN}{FALLEN}])([^{BETWEEN}]*){BETWEEN}([^{END}]*){END}")
_TAG = re.compile(r"(<[^>]*>)")
_NO_LINKS = re.compile(r"<(/?)(option|title|textarea|a|button)\b")


@dataclass(frozen=True)
class Outline:
    """Which label is outlined, how a label's place in the workbench is called, and the tip of one that stands in for another."""

    key: str
    address: Callable[[str], str]
    tip: str


@kept(16, owner=lambda _, rows, *__: rows)
def marked(catalog: Catalog, rows: Dictionaries, chain: tuple[str, ...]) -> Catalog:
    """The metadata with each label marked: its key, and whether it is the language's own."""
    made = {}
    for unit in units(catalog, rows):
        own = catalog.labels.get(chain[0], {}).get(unit.key)
        text = own or catalog.text(unit.key, chain) or unit.source
        made[unit.key] = f"{OWN if own else FALLEN}{unit.key}{BETWEEN}{text.translate(_MARKS)}{END}"
    return replace(catalog, labels={**catalog.labels, chain[0]: made})


def card(pages: Pages, view: View, entity: Entity, outline: Outline) -> Markup:
    """The card of an entity, in the view's language."""
    seen = replace(view, catalog=marked(view.catalog, view.dictionaries, view.languages))
    drawn = form.blank(form.bake(pages, seen, seen.catalog.entity(entity.name)))
    return Markup("".join(_pieces(str(drawn), outline)))  # noqa: S704  # drawn by autoescaping templates; what is put in is escaped


def _pieces(drawn: str, outline: Outline) -> list[str]:
    found, closed = [], 0
    for piece in _TAG.split(drawn):
        if piece.startswith("<"):
            if holds := _NO_LINKS.match(piece):
                closed += -1 if holds[1] else 1
            current = any(key == outline.key for key in _OPEN.findall(piece))
            plain = _OPEN.sub("", piece).translate(_MARKS)
            found.append(f"{plain[:-1].rstrip('/')} data-current>" if current else plain)
        elif closed > 0:
            found.append(_OPEN.sub("", piece).translate(_MARKS))
        else:
            found.append(_MARKED.sub(lambda match: _link(match, outline), piece))
    return found


def _link(match: re.Match[str], outline: Outline) -> str:
    kind, key, text = match.groups()
    current = Markup(' aria-current="true" data-current') if key == outline.key else ""
    fallen = Markup(' data-fallen title="{}"').format(outline.tip) if kind == FALLEN else ""
    # The text was escaped by the template that it comes from.
    return f'<a class="preview-label" href="{escape(outline.address(key))}"{current}{fallen}>{text}</a>'

"""The frame of every page: navigation, languages, who is signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import get_flashed_messages, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from engine import access
from engine.access import Role
from engine.errors import Forbidden
from engine.i18n import Language, sorting
from engine.kept import kept
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE
from engine.render.page import Pages
from engine.render.view import View
from engine.render.widgets import Pieces, Slots
from engine.service.screen import Screen
from engine.service.visit import Visit


@dataclass(frozen=True)
class Reader:
    """What the frame shows of whoever reads."""

    language: Language
    theme: str
    name: str | None
    role: Role | None
    languages: tuple[Language, ...]
    density: str


SLOTS = ("title", "main", "csrf_token", "path")
OFFICES: Sequence[tuple[str, str, Message, tuple[Role, ...]]] = (
    ("/admin/", "settings", M_("Administration"), ("administrator",)),
    ("/translate/", "languages", M_("Translations"), ("administrator", "translator")),
)
"""Where definitions are kept: address, icon, name, and who works there."""


def framed(visit: Visit, screen: Screen) -> str:
    """A screen in its frame. The frame is drawn once for each reader's view and place; a request only fills it in."""
    actor = visit.actor
    role = actor.role if actor else None
    choice = visit.languages.choosable(everything=access.translates(role))
    reader = Reader(visit.language, visit.theme, actor.name if actor else None, role, choice, session.get("density", "normal"))
    current = _place(visit)
    pages = visit.site.pages
    baked, page = _baked(pages, visit.view, reader, current)
    token = generate_csrf()
    flashed: list[tuple[str, str]] = get_flashed_messages(with_categories=True)  # type: ignore[assignment]  # pairs, as asked for
    messages = [{"level": level, "text": text} for level, text in flashed if level != "undo"]
    if messages and (acts := [text for level, text in flashed if level == "undo"]):
        messages[-1]["undo"] = acts[-1]
    if screen.fixed and not messages:
        title, pieces = _fixed(pages, visit.view, screen, reader, current)
        main = _filled(pieces, {"csrf_token": escape(token)})
    else:
        told = {"page": page | {"csrf_token": token}, "csrf_token": token, "messages": messages}
        title, main = pages.parts(visit.translator, screen.template, **told, **screen.context)
    path = request.full_path.rstrip("?") if request.method == "GET" else request.path
    filled = {"title": title, "main": main, "csrf_token": escape(token), "path": escape(path)}
    return _filled(baked, filled)


def _place(visit: Visit) -> str:
    """Which entry of the navigation the page belongs to: an entity, or the beginning of an office's addresses."""
    office = next((url for url, _, _, _ in OFFICES if request.path.startswith(url)), "")
    entity = (request.view_args or {}).get("entity", "")
    return office or (entity if entity in visit.catalog.entities else "")


def _filled(baked: Pieces, values: Mapping[str, object]) -> str:
    pieces, slots = baked
    return pieces[0] + "".join(f"{values[kind]}{piece}" for (kind, _), piece in zip(slots, pieces[1:], strict=True))


@kept(128, owner=lambda _, view, *__, **___: view.dictionaries)
def _fixed(pages: Pages, view: View, screen: Screen, reader: Reader, current: str) -> tuple[str, Pieces]:
    """The title and the main part's pieces of a screen that is handed out again and again."""
    slots = Slots("csrf_token")
    _, page = _baked(pages, view, reader, current)
    told = {"page": page | {"csrf_token": slots.csrf_token}, "csrf_token": slots.csrf_token, "messages": []}
    title, main = pages.parts(view.speaker, screen.template, **told, **screen.context)
    return title, slots.cut(main)


@kept(256, owner=lambda _, view, *__, **___: view.dictionaries)
def _baked(pages: Pages, view: View, reader: Reader, current: str) -> tuple[Pieces, dict[str, Any]]:
    """The frame's pieces, and what page templates are told of it."""
    slots = Slots(*SLOTS)
    nav, more = _navigation(view, reader.role, current) if reader.role else ((), ())
    language = reader.language
    page = {
        "title": "Fieldloom",
        "lang": _lang(language),
        "dir": language.direction,
        "theme": reader.theme,
        "density": reader.density,
        "user": {"name": reader.name, "role": reader.role} if reader.role else None,
        "nav": nav,
        "more_nav": more,
        "offices": [
            {"label": view.speaker.say(label), "url": url, "icon": icon, "current": url == current}
            for url, icon, label, roles in OFFICES
            if reader.role in roles
        ],
        "languages": [_choice(one, language) for one in reader.languages],
        "search_url": nav[0]["url"] if nav else "",
    }
    marked = {kind: getattr(slots, kind) for kind in SLOTS}
    return slots.cut(pages.draw(view.speaker, "layout.html", page=page | marked)), page


def _navigation(view: View, role: Role, current: str) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """(cards, dictionaries) that a role may read, as links."""
    cards: list[dict[str, Any]] = []
    lists: list[dict[str, Any]] = []
    for entity in view.catalog.entities.values():
        try:
            access.restrict(view.catalog, entity.name, role, "read")
        except Forbidden:
            continue
        label = labels.entity_plural(view.catalog, entity, view.languages)
        item = {"label": label, "url": f"/{entity.name}/", "current": entity.name == current, "icon": entity.icon}
        (lists if entity.is_dictionary else cards).append(item)
    key = sorting(view.languages[0])
    return tuple(cards), tuple(sorted(lists, key=lambda item: key(item["label"])))


def _choice(one: Language, current: Language) -> dict[str, Any]:
    """A language as the menu shows it."""
    return {"tag": one.tag, "lang": _lang(one), "label": one.name, "dir": one.direction, "current": one.tag == current.tag}


def _lang(language: Language) -> str:
    """What pages say a text is in: a pseudo-language is none."""
    return SOURCE_LANGUAGE if language.is_pseudo else language.tag

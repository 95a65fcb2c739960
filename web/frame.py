"""The frame of every page: navigation, languages, who is signed in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import get_flashed_messages, request
from flask_wtf.csrf import generate_csrf

from engine import access
from engine.access import Role
from engine.errors import Forbidden
from engine.i18n import LANGUAGES, PSEUDO
from engine.metadata import labels
from engine.render.view import View
from engine.service.visit import Visit


def frame(visit: Visit, token: str | None = None) -> dict[str, Any]:
    """What `layout.html` is told."""
    actor = visit.actor
    current = (request.view_args or {}).get("entity", "")
    nav, more = _navigation(visit.view, actor.role, current) if actor else ((), ())
    return {
        "title": "Fieldloom",
        "lang": visit.language.chain[0] if visit.language.tag == PSEUDO else visit.language.tag,
        "dir": visit.language.direction,
        "theme": visit.theme,
        "user": {"name": actor.name, "role": actor.role} if actor else None,
        "nav": nav,
        "more_nav": more,
        "languages": [{"tag": one.tag, "label": one.name, "current": one.tag == visit.language.tag} for one in LANGUAGES.values()],
        "csrf_token": token or generate_csrf(),
        "messages": [{"level": "success", "text": text} for text in get_flashed_messages()],
        "path": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        "search_url": nav[0]["url"] if nav else "",
    }


@lru_cache(maxsize=256)
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
    return tuple(cards), tuple(lists)

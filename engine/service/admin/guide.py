"""The style guide: every part of the screens in all its states."""

from __future__ import annotations

from engine.service.admin.desk import administrator
from engine.service.screen import Screen
from engine.service.visit import Visit

COLOURS = (
    "canvas", "surface", "raised", "sunken", "line", "edge", "text", "muted", "accent", "accent-fill", "accent-soft", "weft",
    "danger", "danger-soft", "warning", "warning-soft", "success", "success-soft",
)  # fmt: skip
NAME, WRONG_NAME = "c_kehu_dengji", "1st name"
SQL = "SELECT c_kehu_dengji, count(*)\nFROM customer\nGROUP BY c_kehu_dengji;"


def show(visit: Visit) -> Screen:
    """The style guide. Raises SignInNeeded, Forbidden."""
    administrator(visit)
    return Screen("admin/style_guide.html", {"colours": COLOURS, "name": NAME, "wrong_name": WRONG_NAME, "sql": SQL})

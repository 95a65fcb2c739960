"""What a use case answers with: a screen to draw, or a place to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Screen:
    """A template and what it is told (written at the head of the template). Compared by identity."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    fixed: bool = False
    """Whether this very screen is handed out again and again: then it is drawn once."""


@dataclass(frozen=True)
class Done:
    """It is done; the reader goes to `url` and is told `message` there, as a "success" or "info".

    `undo` names the act in the history, where it can be taken back as a whole.
    """

    url: str
    message: str = ""
    level: str = "success"
    undo: str = ""

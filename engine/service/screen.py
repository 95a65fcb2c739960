"""What a use case answers with: a screen to draw, or a place to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Screen:
    """A template and what it is told. What it is told is written at the head of the template."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Done:
    """It is done; the reader goes to `url` and is told `message` there, as a "success" or "info"."""

    url: str
    message: str = ""
    level: str = "success"

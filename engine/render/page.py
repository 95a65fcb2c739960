"""Templates: one Jinja environment per language, autoescaped, loaded from the folders of the house."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader
from jinja2.bccache import Bucket
from markupsafe import Markup

from engine.messages import Speaker

OWN_TEMPLATES = Path(__file__).parent / "templates"


class _Compiled(BytecodeCache):
    """Templates as they were compiled: once for a process, and not again for each language."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is kept of a template, if anything is; Jinja sees whether its source is still the same."""
        if (held := self._held.get(bucket.key)) is not None:
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class Pages:
    """Draws templates. `asset` gives the address of a static file by its path."""

    def __init__(self, folders: Sequence[Path], asset: Callable[[str], str]) -> None:
        self._loader = FileSystemLoader([*folders, OWN_TEMPLATES])
        self._asset = asset
        self._sprite = asset("vendor/icons.svg")
        self.environment = lru_cache(maxsize=32)(self._environment)
        self.icon = lru_cache(maxsize=500)(self._icon)

    def _environment(self, speaker: Speaker) -> Environment:
        found = Environment(loader=self._loader, autoescape=True, auto_reload=False, trim_blocks=False, bytecode_cache=_COMPILED)
        found.globals |= {"_": speaker.text, "ngettext": speaker.count, "icon": self.icon, "asset": self._asset}
        return found

    def _icon(self, name: str) -> Markup:
        """An icon of the sprite; it says nothing to screen readers, the words beside it do."""
        return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(self._sprite, name)

    def draw(self, speaker: Speaker, template: str, **context: Any) -> str:
        """A template filled in, in the speaker's language."""
        return self.environment(speaker).get_template(template).render(context)

    def parts(self, speaker: Speaker, template: str, **context: Any) -> tuple[str, str]:
        """The (title, main) that a page's template puts into the frame."""
        cut = secrets.token_hex(8)
        title, main = self.draw(speaker, template, layout="_parts.html", cut=cut, **context).split(cut, 1)
        return title.strip(), main

    def fragment(self, speaker: Speaker, template: str, **context: Any) -> Markup:
        """A template as markup that stands inside another."""
        return Markup(self.draw(speaker, template, **context))  # noqa: S704  # autoescaped by Jinja

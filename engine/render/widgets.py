"""The widgets that field types name: each is a template, drawn with slots where a request's values go.

A slot is a mark that the baker later cuts the text at. Its token is random for every bake, so that no label can
hold one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

Pieces = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class Slots:
    """Marks for the places of values: of a control, unless told otherwise, and one `mark` per choice."""

    def __init__(self, *kinds: str) -> None:
        self._token = secrets.token_hex(8)
        self._kinds = kinds or ("value", "text", "keep", "attrs", "errors", "off", "more")

    def __getattr__(self, kind: str) -> Markup:
        if kind not in self._kinds:
            raise AttributeError(kind)
        return self._slot(kind)

    def mark(self, value: str) -> Markup:
        """The place where a choice is marked as chosen."""
        return self._slot("mark", value)

    def _slot(self, kind: str, argument: str = "") -> Markup:
        return Markup(f"{{{self._token}:{kind}:{argument}}}")  # noqa: S704  # made of our own words

    def cut(self, text: str) -> Pieces:
        """The text between the marks, and the (kind, argument) of each mark."""
        found = re.split(rf"\{{{self._token}:(\w+):([A-Za-z0-9_-]*)\}}", str(text))
        return tuple(found[0::3]), tuple(zip(found[1::3], found[2::3], strict=True))


@dataclass(frozen=True, slots=True)
class Widget:
    """How a control is drawn: by the template `widgets/<name>.html`."""

    name: str

    def draw(self, environment: Environment, slots: Slots, control: Mapping[str, object]) -> Markup:
        """The control's markup with slots for values. What `control` holds is said at the head of the templates."""
        drawn = environment.get_template(f"widgets/{self.name}.html").render(f=control, slot=slots)
        return Markup(drawn)  # noqa: S704  # autoescaped by Jinja


WIDGETS: dict[str, Widget] = {
    name: Widget(name)
    for name in (
        *("text", "textarea", "number", "date", "time", "datetime", "email", "tel", "url"),
        *("checkbox", "checkboxes", "radio", "select", "palette", "picker", "file", "image", "hint"),
    )
}
"""Every widget a field type may name. A new one is a template and an entry here."""


def choice(value: str, label: str, slots: Slots, **more: object) -> dict[str, object]:
    """One choice of a select, radio or check list, as the templates take it."""
    return {"value": value, "label": label, "mark": slots.mark(value), **more}




"""Binding: what a browser sent becomes values, field by field. WTForms binds; it judges nothing (`engine.rules` does)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from wtforms import Field as FormField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from engine.messages import Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.physical import is_stored
from engine.metadata.types import TYPES, Invalid, Region
from engine.render.widgets import WIDGETS

HELPERS = ("__shown", "__text", "__keep", "__remove", "__pick")
"""What a control may send beside its value: see the templates of the widgets."""
MULTIPLE = ("check", "multiple_choice")
FILES = ("attachment", "image")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Submission:
    """Everything a form sent: texts by control name, and chosen files."""

    texts: Mapping[str, Sequence[str]]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The last text of that name, or ''."""
        return found[-1] if (found := self.texts.get(name)) else ""

    def __contains__(self, name: str) -> bool:
        return name in self.texts

    def __iter__(self) -> Any:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def getlist(self, name: str) -> list[str]:
        """All texts of that name, as WTForms asks for them."""
        return list(self.texts.get(name, ()))


@dataclass(frozen=True)
class Bound:
    """A submission read for one entity.

    `values` holds every field the form had a control for (None = empty), `raw` what stood in each control, `typed`
    the names typed into pickers that nobody picked from the list, `problems` what could not be read at all.
    """

    values: Mapping[str, Json]
    raw: Mapping[str, Sequence[str]]
    typed: Mapping[str, str]
    problems: tuple[Problem, ...]


class CardField(FormField):
    """A WTForms field that reads with the field type's own parser and draws with the widget the type names."""

    def __init__(self, definition: Field, **options: Any) -> None:
        super().__init__(**options)
        self.definition = definition
        self.invalid: Invalid | None = None
        self.drawn_by = WIDGETS[widget_of(definition)]

    def bind(self, raw: Sequence[str], region: Region) -> None:
        """Read what was sent; what cannot be read is kept as `invalid`."""
        try:
            self.data = TYPES[self.definition.type].parse(raw, region)
        except Invalid as error:
            self.data, self.invalid = None, error


def widget_of(one: Field, *, picker: bool = False) -> str:
    """The widget a field is drawn with: its type's, or a picker where the choices are too many for a list."""
    return "picker" if picker else TYPES[one.type].widget


@lru_cache(maxsize=256)
def _unbound(entity: Entity) -> dict[str, Any]:
    return {one.name: CardField(one, name=one.name) for one in entity.by_name.values() if is_stored(one)}


def card_form(entity: Entity) -> BaseForm:
    """The entity's card as a WTForms form, empty."""
    return BaseForm(_unbound(entity), meta=DefaultMeta())


def bind(entity: Entity, sent: Submission, region: Region) -> Bound:
    """Read a submission. Controls that were not on the form at all are left out; unknown names become problems."""
    values: dict[str, Json] = {}
    raw: dict[str, Sequence[str]] = {}
    typed: dict[str, str] = {}
    problems: list[Problem] = []
    form = card_form(entity)
    for control in form:
        assert isinstance(control, CardField)
        name, kind = control.name, control.definition.type
        if kind in FILES or not (name in sent.texts or f"{name}__shown" in sent.texts):
            continue
        raw[name] = sent.getlist(name)
        control.bind(raw[name], region)
        values[name] = control.data
        if control.invalid is not None:
            problems.append(Problem(name, control.invalid.code, control.invalid.message))
        elif control.data is None and (text := sent.one(f"{name}__text").strip()):
            typed[name] = text
    return Bound(values, raw, typed, tuple(problems))


def unknown_names(entity: Entity, sent: Submission, known: Sequence[str]) -> list[str]:
    """The names of a submission that belong to no control of the card."""
    fields = entity.by_name
    found = []
    for name in (*sent.texts, *sent.files):
        stem, mark, helper = name.rpartition("__")
        if name not in fields and name not in known and not (mark and stem in fields and f"__{helper}" in HELPERS):
            found.append(name)
    return found

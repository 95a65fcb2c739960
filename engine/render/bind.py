"""Binding: what a browser sent becomes values, field by field. It judges nothing (`engine.rules` does)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.messages import Problem
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES, Invalid, Region

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


def widget_of(one: Field, *, picker: bool = False) -> str:
    """The widget a field is drawn with: its type's, or a picker where the choices are too many for a list."""
    return "picker" if picker else TYPES[one.type].widget


def bind(entity: Entity, sent: Submission, region: Region) -> Bound:
    """Read a submission. Controls that were not on the form at all are left out."""
    values: dict[str, Json] = {}
    raw: dict[str, Sequence[str]] = {}
    typed: dict[str, str] = {}
    problems: list[Problem] = []
    for name, one in entity.by_name.items():
        if one.type in FILES or not (name in sent.texts or f"{name}__shown" in sent.texts):
            continue
        raw[name] = sent.texts.get(name, ())
        try:
            values[name] = TYPES[one.type].parse(raw[name], region)
        except Invalid as error:
            values[name] = None
            problems.append(Problem(name, error.code, error.message))
            continue
        if values[name] is None and (text := sent.one(f"{name}__text").strip()):
            typed[name] = text
    return Bound(values, raw, typed, tuple(problems))


def is_untouched(one: Field, shown: Json, given: Json, region: Region) -> bool:
    """Whether what a control sent is what it showed: an unset check, or a moment whose fraction no control can hold."""
    if shown == given:
        return True
    if one.type == "check":
        return bool(shown) == bool(given)
    if shown is None or given is None or one.type in FILES:
        return False
    if one.type == "multiple_choice":
        return sorted(shown) == sorted(given)
    try:
        return bool(TYPES[one.type].parse([TYPES[one.type].edit(shown, region, one.options)], region) == given)
    except Invalid:
        return False


def unknown_names(entity: Entity, sent: Submission, known: Sequence[str]) -> list[str]:
    """The names of a submission that belong to no control of the card."""
    fields = entity.by_name
    found = []
    for name in (*sent.texts, *sent.files):
        stem, mark, helper = name.rpartition("__")
        if name not in fields and name not in known and not (mark and stem in fields and f"__{helper}" in HELPERS):
            found.append(name)
    return found

"""The form that everybody draws: 60 mixed fields in 5 groups, and as many further text fields as are asked for.

Neutral ground: the product's catalog, the WTForms form, the SQLAlchemy and the Django model are all made from this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

Kind = Literal["text", "long", "integer", "decimal", "date", "datetime", "check", "choice", "email", "url", "industry"]

KINDS: tuple[tuple[Kind, int], ...] = (
    ("text", 22), ("long", 4), ("integer", 6), ("decimal", 6), ("date", 5), ("datetime", 2), ("check", 6), ("choice", 4),
    ("email", 2), ("url", 2), ("industry", 1),
)  # fmt: skip
GROUPS = 5
CHOICES = tuple(f"option_{number:02d}" for number in range(1, 21))
INDUSTRIES = tuple(f"Industry {number:03d}" for number in range(1, 101))
SEARCHABLE = frozenset({"name", "text_02", "choice_01", "date_01", "email_01", "industry_01"})
_START = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Spec:
    """One field, whoever draws it."""

    name: str
    label: str
    kind: Kind
    group: int

    @property
    def required(self) -> bool:
        """Only the name is."""
        return self.name == "name"


def specs(further: int = 0) -> tuple[Spec, ...]:
    """The 60 fields, kinds mixed over the groups, then `further` texts in groups of their own."""
    found = sorted(_mixed(), key=lambda one: (one[0], one[1]))
    size = len(found) // GROUPS
    base = [Spec(name, name.replace("_", " ").capitalize(), kind, place // size) for place, (_, name, kind) in enumerate(found)]
    more = [Spec(f"more_{number:03d}", f"Further text {number}", "text", GROUPS + (number - 1) // 100) for number in range(1, further + 1)]
    return (*base, *more)


def _mixed() -> Iterator[tuple[float, str, Kind]]:
    for kind, count in KINDS:
        for number in range(1, count + 1):
            first = kind == "text" and number == 1
            yield -1 if first else (number - 1) / count, "name" if first else f"{kind}_{number:02d}", kind


def record(number: int, fields: tuple[Spec, ...]) -> dict[str, Any]:
    """A full record in JSON form; `industry` is a place from 1."""
    return {one.name: _value(one, place, number) for place, one in enumerate(fields)}


def _value(one: Spec, place: int, number: int) -> Any:
    seed = number * 31 + place
    match one.kind:
        case "text":
            return f"{one.label} of record {number}"
        case "long":
            return f"Several words about record {number}, written on one line so that every peer stores the same. " * 3
        case "integer":
            return seed % 100_000
        case "decimal":
            return f"{seed % 90_000 + 1}.{seed % 90 + 10}".rstrip("0")
        case "date":
            return (_START + timedelta(days=seed % 700)).isoformat()
        case "datetime":
            return datetime(2024, 1, 1, 8, 30).replace(minute=seed % 60).isoformat() + "Z"
        case "check":
            return seed % 2 == 0
        case "choice":
            return CHOICES[seed % len(CHOICES)]
        case "email":
            return f"person{number}@example.com"
        case "url":
            return f"https://www.example.com/{number}"
        case "industry":
            return seed % len(INDUSTRIES) + 1


def form_data(values: dict[str, Any]) -> dict[str, str]:
    """The same record as a browser would send it; an unset box sends nothing."""
    return {name: _typed(value) for name, value in values.items() if value is not False}


def _typed(value: Any) -> str:
    if value is True:
        return "true"
    text = str(value)
    return text[:-4] if text.endswith(":00Z") else text


def column_value(one: Spec, value: Any) -> Any:
    """The value as a driver takes it."""
    match one.kind:
        case "date":
            return date.fromisoformat(value)
        case "datetime":
            return datetime.fromisoformat(value.replace("Z", "+00:00")).replace(tzinfo=None)
    return value

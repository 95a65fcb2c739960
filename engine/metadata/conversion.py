"""From a value of one field type to one of another: by way of the text that a person would read, in a neutral notation.

A choice is converted by its label or its value, a yes or no by its words; what the new type does not take is left out
and listed before anything runs.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import babel

from engine.messages import M_
from engine.metadata.folding import fold
from engine.metadata.formats import validator
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.physical import folded_column, is_folded
from engine.metadata.types import TYPES, Invalid, Region
from engine.metadata.types.text import RichText

NEUTRAL = Region(babel.Locale.parse("en"))
_WRITTEN = (babel.Locale.parse("en"), babel.Locale.parse("en_GB"))
_CODE = re.compile(r"[+-]?0\s*\d")
_BETWEEN = re.compile(r"[,;，；、\n]")
CONVERTIBLE = frozenset({
    "text", "integer", "decimal", "amount", "multiline", "rich_text", "date", "time", "datetime", "check", "choice", "multiple_choice",
    "email", "phone", "url",
})  # fmt: skip
_YES, _NO = {"true", "yes", "1", "是", "✓", "y"}, {"false", "no", "0", "否", "–", "n"}


def convert(source: Field, target: Field, value: Json) -> Json:
    """The value as the target field has it. Raises Invalid where it has no such value."""
    if value is None or source.type == target.type:
        found = value
    elif target.type == "check":
        found = _yes_or_no(value)
    elif target.type == "choice":
        found = _chosen_by_words(target, value) if source.type == "check" else _chosen(target, _text(source, value))
    elif target.type == "multiple_choice":
        found = [_chosen_by_words(target, value)] if source.type == "check" else [_chosen(target, one) for one in _several(target, source, value)]
    elif (source.type, target.type) == ("datetime", "date"):
        found = datetime.fromisoformat(value).astimezone(_zone(source.copies_in)).date().isoformat()
    elif target.type in _READ:
        found = _READ[target.type](target, _text(source, value), source.copies_in)
    elif target.type == "rich_text":  # a text is no markup: what looks like it is to be seen as it is
        found = html.escape(_text(source, value), quote=False).replace("\n", "<br>")
    elif source.type == "rich_text" and target.type == "multiline":
        found = RichText().plain(value)
    else:
        found = TYPES[target.type].parse([_text(source, value)], NEUTRAL)
    found = TYPES[target.type].normalise(found)
    if found is None and value not in (None, False, "", []):
        raise Invalid("convert", M_("“%(text)s” has no value of the new kind.", text=str(value)[:60]))
    if found is not None and not _judge(target.type, _frozen(target.options)).is_valid(found):
        raise Invalid("convert", M_("“%(text)s” does not fit the new field.", text=str(value)[:60]))
    return found


def converted(source: Field, target: Field, value: Json) -> Json:
    """The same; None where the target field has no such value."""
    try:
        return convert(source, target, value)
    except Invalid:
        return None


def converted_columns(catalog: Catalog, source: Field, target: Field, value: Json) -> dict[str, Any]:
    """The columns that a converted value is kept in, the folded one too; what has no such value leaves them empty."""
    told, kind = converted(source, target, value), TYPES[target.type]
    found: dict[str, Any] = {target.column: None if told is None else kind.to_column(told)}
    if kind.folds and is_folded(catalog, target):
        found[folded_column(target)] = None if told is None else fold(kind.fold_text(told))
    return found


def converted_since(catalog: Catalog, entity: Entity, kept: Mapping[str, Json]) -> dict[str, Any]:
    """The columns of those fields to which the values of a record were converted after they were kept, one conversion after the other."""
    found: dict[str, Any] = {}
    stored = {one.id: one for one in entity.stored}
    for field in (one for one in entity.stored if one.copies_to is not None and one.name in kept):
        source, value = field, kept[field.name]
        while (target := stored.get(source.copies_to or "")) is not None and target.name not in kept:
            found |= converted_columns(catalog, source, target, value)
            held = found[target.column]
            source, value = target, None if held is None else TYPES[target.type].to_json(held)
    return found


def _text(source: Field, value: Json) -> str:
    kind = TYPES[source.type]
    if source.type == "check":
        return "yes" if value else "no"
    if source.type == "choice":
        return next((str(one["label"]) for one in source.options["choices"] if one["value"] == value), str(value))
    if source.type == "multiple_choice":
        labels = {one["value"]: str(one["label"]) for one in source.options["choices"]}
        return ", ".join(labels.get(one, str(one)) for one in value)
    if source.type in ("decimal", "amount", "integer", "date", "time"):
        return str(value)
    if isinstance(kind, RichText):
        return kind.plain(value).replace("\n", " ")
    if source.type == "datetime":  # a control takes it to the second only
        return _local(value, _zone(source.copies_in))
    return kind.edit(value, NEUTRAL, source.options)


def _yes_or_no(value: Json) -> bool:
    told = fold(str(value))
    if told in _YES:
        return True
    if told in _NO:
        return False
    raise Invalid("convert", M_("“%(text)s” is neither yes nor no.", text=str(value)[:60]))


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _local(value: Json, zone: ZoneInfo) -> str:
    """A moment as a clock shows it; in the hour that comes twice, with what tells which it was."""
    told = datetime.fromisoformat(value).astimezone(zone)
    return (told if _is_twice_or_never(told) else told.replace(tzinfo=None)).isoformat()


def _is_twice_or_never(told: datetime) -> bool:
    """Whether clocks that are put back show this time twice, or those that are put forward not at all."""
    return told.replace(fold=0).utcoffset() != told.replace(fold=1).utcoffset()


def _day(target: Field, text: str, zone: str) -> Json:
    """The day or moment that a text names, whoever wrote it. Raises Invalid, also where people of two countries would read two days."""
    found = {TYPES[target.type].parse([text], Region(one, _zone(zone))) for one in _WRITTEN}
    if target.type == "datetime" and zone and any(map(_is_twice_or_never, _clocks(target, text, _zone(zone)))):
        told = M_("“%(text)s” is a time that clocks in %(zone)s show twice, or not at all.", text=text[:60], zone=zone)
        raise Invalid("convert", told)
    if len(found) > 1:
        raise Invalid("convert", M_("“%(text)s” could be two days.", text=text[:60]))
    return found.pop()


def _clocks(target: Field, text: str, zone: ZoneInfo) -> Iterator[datetime]:
    """What a clock would show of a moment that a text names without its own zone, once for each way to read it."""
    kind = TYPES[target.type]
    for one in _WRITTEN:
        told, elsewhere = (str(kind.parse([text], Region(one, ZoneInfo(name)))) for name in ("UTC", "Etc/GMT+1"))
        if told != elsewhere:
            yield datetime.fromisoformat(told).replace(tzinfo=zone)


def _time(target: Field, text: str, _: str) -> Json:
    """The time that a text is. Raises Invalid for digits without a colon between them, which may be anything."""
    if ":" not in text.replace("：", ":"):
        raise Invalid("convert", M_("“%(text)s” does not fit the new field.", text=text[:60]))
    return TYPES[target.type].parse([text], NEUTRAL)


def _number(target: Field, text: str, _: str) -> Json:
    """The number that a text is. Raises Invalid where it is a code that only looks like one."""
    if _CODE.match(text.strip()):
        raise Invalid("convert", M_("“%(text)s” begins with a zero, which a number would not keep.", text=text[:60]))
    return TYPES[target.type].parse([text], NEUTRAL)


_READ = {"date": _day, "datetime": _day, "time": _time, "integer": _number, "decimal": _number, "amount": _number}
"""How a text is read by a field of a type, in a time zone, where people would not all read the same in it."""


def _several(target: Field, source: Field, value: Json) -> list[str]:
    """The choices that a value names, with commas between."""
    if source.type == "multiple_choice":
        labels = {one["value"]: str(one["label"]) for one in source.options["choices"]}
        known = {one["value"] for one in target.options["choices"]}
        return [one if one in known else labels.get(one, one) for one in value]
    return list(_named_in(_text(source, value), [str(told) for one in target.options["choices"] for told in (one["label"], one["value"])]))


def _named_in(text: str, names: Sequence[str]) -> Iterator[str]:
    """What stands between the commas of a text; of the names that hold commas themselves each as a whole."""
    known, longest = set(map(fold, names)), 1 + max(len(_BETWEEN.findall(one)) for one in names)
    ends = [(found.start(), found.end()) for found in _BETWEEN.finditer(text)] + [(len(text), len(text))]
    start = place = 0
    while place < len(ends):
        further = range(min(place + longest, len(ends)) - 1, place, -1)
        place = next((at for at in further if fold(text[start : ends[at][0]].strip()) in known), place)
        if one := text[start : ends[place][0]].strip():
            yield one
        start, place = ends[place][1], place + 1


def _chosen_by_words(target: Field, value: Json) -> str:
    """The choice that says yes, or no."""
    words = _YES if value else _NO
    for one in target.options["choices"]:
        if words & {fold(str(one["label"])), fold(one["value"])}:
            return str(one["value"])
    raise Invalid("convert", M_("“%(text)s” is none of the choices.", text=", ".join(sorted(words))))


def _chosen(target: Field, text: str) -> str:
    for name in ("label", "value"):  # what people read comes first, where it is also how another one is stored
        for one in target.options["choices"]:
            if fold(text) == fold(str(one[name])):
                return str(one["value"])
    raise Invalid("convert", M_("“%(text)s” is none of the choices.", text=text[:60]))


def _frozen(options: Mapping[str, Json]) -> str:
    return json.dumps(options, sort_keys=True)


@lru_cache(maxsize=64)
def _judge(kind: str, options: str) -> Any:
    """The schema of a value, compiled once: a conversion asks it for every row."""
    return validator(TYPES[kind].json_schema(json.loads(options)))

"""What a reader sees a value as: texts for lists and histories, markup for detail pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from markupsafe import Markup, escape

from engine.messages import M_, Speaker
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.rows import Dictionaries
from engine.metadata.types import TYPES, Region
from engine.metadata.types.choice import Palette
from engine.metadata.types.text import with_scheme

YES, NO = M_("Yes"), M_("No")


class FileCard(Protocol):
    """What a stored file is called and how large it is."""

    @property
    def name(self) -> str:
        """The file name."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...


@dataclass(frozen=True)
class View:
    """One language's view of one state of the metadata: what baked pieces depend on."""

    catalog: Catalog
    dictionaries: Dictionaries
    speaker: Speaker
    languages: tuple[str, ...]

    def label(self, one: Field) -> str:
        """A field's display name."""
        return labels.field_label(self.catalog, one, self.languages)

    def named(self, entity: Entity) -> dict[str, str]:
        """An entity's names and icon, as the templates take them."""
        return {
            "name": entity.name,
            "label": labels.entity_label(self.catalog, entity, self.languages),
            "plural": labels.entity_plural(self.catalog, entity, self.languages),
            "icon": entity.icon,
        }


@dataclass(frozen=True)
class Known:
    """Names of what values refer to: (entity, id) → title, file id → file."""

    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)
    files: Mapping[int, FileCard] = field(default_factory=dict)


NOTHING_KNOWN = Known()


def plain(one: Field, value: Json, view: View, region: Region, known: Known = NOTHING_KNOWN) -> str:
    """A value as text; '' for none."""
    if value is None:
        return ""
    kind = TYPES[one.type]
    if kind.refers:
        return reference_text(one, int(value), view, known)
    match kind.name:
        case "check":
            return view.speaker.say(YES if value else NO)
        case "choice":
            return dict(labels.choices(view.catalog, one, view.languages)).get(str(value), str(value))
        case "multiple_choice":
            named = dict(labels.choices(view.catalog, one, view.languages))
            return view.speaker.text(", ").join(named.get(code, code) for code in value)
        case "palette":
            return view.speaker.say(Palette.colours[value]) if value in Palette.colours else str(value)
        case "attachment" | "image":
            return known.files[int(value)].name if int(value) in known.files else f"#{value}"
        case "rich_text":
            return kind.fold_text(value)
    return kind.format(value, region, one.options)


def reference_text(one: Field, id: int, view: View, known: Known = NOTHING_KNOWN) -> str:
    """The row or record a reference names, shown as its field says: title, description or path."""
    rows = view.dictionaries.of(one.target or "")
    if rows is not None:
        return rows.show(id, one.options.get("show", "title"), view.languages)
    return known.titles.get((one.target or "", id), f"#{id}")


def toned(one: Field, value: Json, view: View, region: Region, known: Known = NOTHING_KNOWN) -> str:
    """A value as text, or as markup with the colour of the entry that it refers to."""
    text = plain(one, value, view, region, known)
    rows = view.dictionaries.of(one.target or "") if value is not None and TYPES[one.type].refers else None
    row = rows.rows.get(int(value)) if rows else None
    colour = row.colour if row else str(value) if value and one.type == "palette" else ""
    return tone(text, colour) if colour in Palette.colours else text


def tone(text: str, colour: str) -> Markup:
    """A text with a dot of that colour before it; the dot says nothing that the words do not say."""
    return Markup('<span class="tone tone-{}">{}</span>').format(colour, text)


def markup(one: Field, value: Json, view: View, region: Region, known: Known, file_url: str) -> Markup:
    """A value as it stands on a detail page. `file_url` is where the field's stored file is served."""
    text = plain(one, value, view, region, known)
    match one.type:
        case "email":
            return _link(f"mailto:{text}", text)
        case "url":
            return _link(with_scheme(text), text, outside=True)
        case "phone":
            return _link("tel:" + "".join(char for char in text if char.isascii() and (char.isdigit() or char == "+")), text)
        case "rich_text":
            return Markup(TYPES["rich_text"].to_column(value))  # sanitised again: what is stored may be older than the rules  # noqa: S704
        case "image":
            return Markup('<a href="{0}"><img class="value-picture" src="{0}" alt="{1}"></a>').format(file_url, text)
        case "attachment":
            return _link(file_url, text)
        case "reference" if view.dictionaries.of(one.target or "") is None:
            return _link(f"/{one.target}/{int(value)}", text)
    if one.options.get("format") == "email":
        return _link(f"mailto:{text}", text)
    if one.options.get("format") == "url":
        return _link(with_scheme(text), text, outside=True)
    if TYPES[one.type].folds:
        return Markup('<span dir="auto">{}</span>').format(text)
    return escape(toned(one, value, view, region, known))


def _link(address: str, text: str, *, outside: bool = False) -> Markup:
    told = Markup(' target="_blank" rel="noopener noreferrer nofollow"') if outside else ""
    return Markup('<a href="{}"{}><bdi>{}</bdi></a>').format(address, told, text)

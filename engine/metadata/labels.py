"""The display names of entities, groups, fields and choices in a reader's languages."""

from __future__ import annotations

from engine.metadata.model import Catalog, Entity, Field, Group

Languages = tuple[str, ...]


def entity_label(catalog: Catalog, entity: Entity, languages: Languages) -> str:
    """What one record of the entity is called."""
    return catalog.text(f"entity.{entity.name}.label", languages) or entity.label


def entity_plural(catalog: Catalog, entity: Entity, languages: Languages) -> str:
    """What several records of the entity are called."""
    return catalog.text(f"entity.{entity.name}.plural", languages) or entity.plural


def group_label(catalog: Catalog, entity: Entity, group: Group, languages: Languages) -> str:
    """A heading of the card."""
    return catalog.text(f"group.{entity.name}.{group.name}.label", languages) or group.label


def field_label(catalog: Catalog, field: Field, languages: Languages) -> str:
    """A field's display name."""
    return catalog.text(f"{field.key}.label", languages) or field.label


def field_help(catalog: Catalog, field: Field, languages: Languages) -> str:
    """A field's help text, or ''."""
    return catalog.text(f"{field.key}.help", languages) or field.help


def field_placeholder(catalog: Catalog, field: Field, languages: Languages) -> str:
    """The example shown in an empty control, or ''."""
    return catalog.text(f"{field.key}.placeholder", languages) or field.placeholder


def choices(catalog: Catalog, field: Field, languages: Languages) -> list[tuple[str, str]]:
    """(value, display name) of the choices kept in a field's options, in order."""
    return [
        (one["value"], catalog.text(f"{field.key}.choice.{one['value']}", languages) or one["label"])
        for one in field.options.get("choices", ())
    ]


def step_label(catalog: Catalog, field: Field, name: str, languages: Languages) -> str:
    """What a step of the field's lifecycle is called."""
    told = next(one for one in field.options["lifecycle"]["steps"] if one["name"] == name)
    return catalog.text(f"{field.key}.step.{name}", languages) or str(told["label"])


def step_reason(catalog: Catalog, field: Field, name: str, languages: Languages) -> str:
    """Why a step's condition must hold, or ''."""
    told = next(one for one in field.options["lifecycle"]["steps"] if one["name"] == name)
    return catalog.text(f"{field.key}.step.{name}.because", languages) or str(told.get("because", ""))

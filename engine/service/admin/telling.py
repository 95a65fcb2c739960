"""Operations and findings in the reader's language: what they name by its source label is named as the reader knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.kept import kept
from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import SOURCE_LANGUAGE, Catalog
from engine.schema.operation import Finding, Operation
from engine.schema.ops.add_field import AddField
from engine.schema.ops.groups import AddGroup
from engine.schema.probing import Cost
from engine.service.drafts import Step
from engine.service.visit import Visit

ATTRIBUTES: Mapping[str, Message] = {
    "label": M_("Name"),
    "help": M_("Help text"),
    "placeholder": M_("Example in the empty control"),
    "default": M_("Default"),
    "width": M_("Width"),
    "enabled": M_("Enabled"),
    "required": M_("Required"),
    "searchable": M_("Searchable"),
    "sortable": M_("Sortable"),
    "in_list": M_("In lists"),
    "rules": M_("Rules"),
    "columns": M_("Columns"),
    "collapsed": M_("Folded at first"),
    "tab": M_("As a tab"),
    "visible": M_("Visible when"),
}
OPTIONS: Mapping[str, Message] = {
    "max_length": M_("Longest text"),
    "minimum": M_("Smallest value"),
    "maximum": M_("Largest value"),
    "digits": M_("Digits in all"),
    "places": M_("Decimal places"),
    "non_negative": M_("Never below zero"),
    "format": M_("Written as"),
    "translatable": M_("Translated into every language"),
    "entity": M_("Chosen from"),
    "show": M_("Shown by its"),
    "scale": M_("A scale: charts keep the order of its entries"),
    "choices": M_("Choices"),
    "types": M_("File endings"),
    "max_bytes": M_("Largest file, in bytes"),
}
COSTS: Mapping[tuple[str, str], Message] = {
    ("instant", "nobody"): M_("at once"),
    ("online", "nobody"): M_("takes time, nobody waits"),
    ("reads", "writers"): M_("reads every row; who saves waits"),
    ("rewrites", "writers"): M_("writes every row anew; who saves waits"),
    ("rewrites", "everybody"): M_("writes every row anew; everybody waits"),
}


def of_cost(visit: Visit, cost: Cost) -> str:
    """A statement with what it costs."""
    told = visit.translator.say(COSTS[cost.kind, cost.held])
    return f"{cost.statement.sql};  -- {told}"


def sentence(visit: Visit, catalog: Catalog, message: Message, entity: str) -> str:
    """A sentence about an entity of this catalog, names in the reader's language."""
    known = _names(catalog, entity, visit.view.languages)
    kept = {"name"} if "label" in message.params else set()  # beside a label, the database's name
    told = {key: value if key in kept else _named(visit, key, value, known) for key, value in message.params.items()}
    return visit.translator.say(replace(message, params=told))


def of_step(visit: Visit, step: Step) -> str:
    """What an operation does."""
    return of_operation(visit, step.before, step.operation)


def of_operation(visit: Visit, catalog: Catalog, operation: Operation) -> str:
    """The same, of an operation on a catalog: what it adds is named as the reader will know it."""
    message = operation.describe(catalog)
    if (label := _coming_label(operation, visit.view.languages)) and "label" in message.params:
        message = replace(message, params={**message.params, "label": label})
    return sentence(visit, catalog, message, str(getattr(operation, "entity", "")))


def _coming_label(operation: Operation, languages: tuple[str, ...]) -> str:
    """The name in the reader's language of a field or group that an operation adds; '' where its source label says it."""
    if not isinstance(operation, AddField | AddGroup):
        return ""
    tag = next((tag for tag in languages if tag == SOURCE_LANGUAGE or tag in operation.labels), SOURCE_LANGUAGE)
    return operation.labels.get(tag, "")


def of_finding(visit: Visit, catalog: Catalog, finding: Finding) -> str:
    """What an operation meets."""
    return sentence(visit, catalog, finding.message, finding.entity)


def _named(visit: Visit, key: str, value: object, known: Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value
    if key == "language":
        return visit.languages.all[value].name if value in visit.languages.all else value
    if key in ("labels", "fields", "what"):
        spoken = [(attribute(visit, one) if key == "what" else "") or known.get(one, one) for one in value.split(", ")]
        return visit.translator.text(", ").join(spoken)
    return known.get(value, value)


def attribute(visit: Visit, told: str) -> str:
    """An attribute or option of a field in the reader's words, whatever is said of it behind its name; '' for what is none."""
    name, space, rest = told.partition(" ")
    message = ATTRIBUTES.get(name) or OPTIONS.get(name)
    return f"{visit.translator.say(message)}{space}{rest}" if message else ""


@kept(64)
def _names(catalog: Catalog, name: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """Source label → the reader's, for all that an entity holds; and entities by their names."""
    found = {one.name: labels.entity_label(catalog, one, languages) for one in catalog.stored}
    entity = catalog.entities.get(name) or catalog.retired.get(name)
    if entity is not None:
        found |= {one.name: labels.field_label(catalog, one, languages) for one in entity.retired}  # a draft may still name one
        found |= {one.label: labels.field_label(catalog, one, languages) for one in entity.stored}
        found |= {one.label: labels.group_label(catalog, entity, one, languages) for one in entity.groups}
    return found

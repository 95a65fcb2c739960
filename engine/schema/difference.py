"""From the definitions in force to those of a document: the operations that lead there, and what none leads to.

Nothing destructive follows from a difference. What is here and not in the document is told, and at most retired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from engine.messages import M_, Message
from engine.metadata import document
from engine.metadata.definition import Definition
from engine.metadata.model import Catalog, Entity, Field, Group, Json
from engine.metadata.types import TYPES
from engine.schema.dependents import names_in
from engine.schema.editing import field_named, group_named
from engine.schema.operation import Finding, Operation
from engine.schema.ops import (
    AddEntity,
    AddField,
    AddGroup,
    ChangeEntity,
    ChangeField,
    ChangeGroup,
    MoveFields,
    MoveGroup,
    NarrowField,
    RemoveGroup,
    RestoreEntity,
    RestoreField,
    RetireEntity,
    RetireField,
    SetLabels,
    WidenField,
)
from engine.schema.ops.common import PREFIX
from engine.schema.order import moves
from engine.schema.shipped import Shipped, taken_back

_AT_ONCE = 40
"""So many fields come with a new entity: that many fit a row of each database, whatever they are."""
_ENTITY = ("label", "plural", "icon", "picker")
_FIXED = ("kind", "title", "owner", "tree", "charts", "searched")
_GROUP = ("label", "columns", "collapsed", "tab")
_FIELD = ("label", "help", "placeholder", "enabled", "required", "searchable", "sortable", "in_list", "default", "width")


@dataclass(frozen=True, slots=True)
class Difference:
    """Operations in their order, and what they do not bring: not here, or here and not there."""

    operations: tuple[Operation, ...]
    findings: tuple[Finding, ...]


def between(held: Catalog, wanted: Mapping[str, Definition], *, retire_missing: bool = False, shipped: Shipped | None = None) -> Difference:
    """What leads from the definitions in force to the wanted ones. With `retire_missing`, what these do not know is retired.

    With `shipped`, what an older version of the program seems to have exported is told where it takes something back.
    """
    walk = _Walk(held, retire_missing)
    for name in _new(held, wanted):
        walk.entity_comes(wanted[name])
    for name, one in sorted(wanted.items()):
        if name in walk.catalog.entities:
            walk.groups_come(one.entity)
            walk.fields_come(one.entity)
    for name, one in sorted(wanted.items()):
        if name in walk.catalog.entities:
            walk.entity_changes(one.entity)
            walk.rules_change(one.entity)
            walk.rest_goes(one.entity)
            walk.order_changes(one.entity)
    walk.entities_go(wanted)
    walk.labels_change(wanted)
    walk.findings += taken_back(held, walk.catalog, shipped) if shipped else ()
    return Difference(tuple(walk.operations), tuple(walk.findings))


def _new(held: Catalog, wanted: Mapping[str, Definition]) -> list[str]:
    """The entities that are not here, each after those it belongs and refers to."""
    left = {name: one.entity for name, one in wanted.items() if name not in held.entities}
    found: list[str] = []
    while left:
        ready = [name for name in sorted(left) if not (set(_needs(left[name])) & (left.keys() - {name}))] or sorted(left)
        found += ready
        left = {name: one for name, one in left.items() if name not in ready}
    return found


def _needs(entity: Entity) -> Iterator[str]:
    yield from [entity.owner] if entity.owner else []
    yield from (one.target for one in entity.fields if one.target and not one.name.startswith(PREFIX))


def _begun(wanted: Entity, known: Set[str]) -> Entity:
    """A new entity as far as it can be made at once. The other fields come one by one, and each finds its table; so do rules that name them."""
    can = [one for one in wanted.fields if not one.target or one.target in known or not one.name.startswith(PREFIX)]
    needed = {wanted.title, wanted.tree, *wanted.charts, *(one.name for one in can if wanted.owner and one.target == wanted.owner)}
    come = needed | {one.name for one in can[:_AT_ONCE]}
    fields = (one for one in can if one.name in come)
    groups = (one if set(names_in(one.visible)) <= come else replace(one, visible=None) for one in wanted.groups)
    return replace(
        wanted,
        fields=tuple(one if set(names_in(list(one.rules.values()))) <= come else replace(one, rules={}) for one in fields),
        groups=tuple(groups),
    )


def _added(entity: str, one: Field) -> AddField:
    """A new field; its rules come once all fields are there."""
    return AddField(
        entity, one.name, one.type, one.group, one.label, {}, dict(one.options), one.help, one.placeholder, one.default,
        one.width, one.enabled, one.required, one.searchable, one.in_list,
    )  # fmt: skip


class _Walk:
    """The catalog as each operation leaves it."""

    def __init__(self, catalog: Catalog, retire_missing: bool) -> None:
        self.catalog = catalog
        self.retire_missing = retire_missing
        self.operations: list[Operation] = []
        self.findings: list[Finding] = []

    def _do(self, operation: Operation) -> bool:
        """Go on from the catalog after it. One that cannot be applied stays in the list: the plan says why."""
        self.operations.append(operation)
        if any(one.level == "error" for one in operation.check(self.catalog)):
            return False
        self.catalog = operation.apply_to(self.catalog)
        return True

    def _tell(self, code: str, message: Message, entity: str, field: str = "") -> None:
        self.findings.append(Finding(code, "warning", message, entity, field))

    def _entity(self, name: str) -> Entity:
        return self.catalog.entities[name]

    def entity_comes(self, wanted: Definition) -> None:
        """Restored where it is retired, else added, with the fields whose references can be there already, and no more than any table takes."""
        name = wanted.entity.name
        if name in self.catalog.retired:
            self._do(RestoreEntity(name))
        elif not name.startswith(PREFIX):
            self._tell("T1", M_("“%(name)s” belongs to another version of the program and does not come.", name=name), name)
        else:
            ready = _begun(wanted.entity, {*self.catalog.entities, name})
            bare = Catalog(0, {**self.catalog.entities, name: ready}, {})
            self._do(AddEntity(document.of_entity(bare, ready)))

    def groups_come(self, wanted: Entity) -> None:
        """New groups, and changed ones."""
        for one in wanted.groups:
            held = group_named(self._entity(wanted.name), one.name)
            if held is None:
                self._do(AddGroup(wanted.name, one.name, one.label, {}, None, one.columns, one.collapsed, one.tab))
            elif changes := _changes(held, one, _GROUP):
                self._do(ChangeGroup(wanted.name, one.name, changes))

    def fields_come(self, wanted: Entity) -> None:
        """New fields and retired ones, then what is different in each."""
        for one in wanted.fields:
            held = self._entity(wanted.name)
            if field_named(held.fields, one.name) is None:
                retired = field_named(held.retired, one.name)
                if not self._do(RestoreField(wanted.name, one.name) if retired else _added(wanted.name, one)):
                    continue
            self._field_changes(wanted.name, one)

    def _field_changes(self, entity: str, wanted: Field) -> None:
        held = field_named(self._entity(entity).fields, wanted.name)
        assert held is not None
        if held.type != wanted.type:
            told = M_("“%(label)s” is of another type there (%(type)s); a type is never changed in place.", label=held.label, type=wanted.type)
            self._tell("T2", told, entity, wanted.name)
            return
        if dict(held.options) != dict(wanted.options):
            names = sorted({*held.options, *wanted.options})
            options = {name: wanted.options.get(name) for name in names if held.options.get(name) != wanted.options.get(name)}
            narrower = TYPES[held.type].narrowing(held.options, wanted.options)
            self._do((NarrowField if narrower else WidenField)(entity, wanted.name, options))
        changes = _changes(held, wanted, _FIELD)
        if held.system and "label" in changes:
            del changes["label"]
            self._tell("T1", M_("“%(label)s” is named otherwise by another version of the program.", label=held.label), entity, wanted.name)
        if changes:
            self._do(ChangeField(entity, wanted.name, changes))

    def entity_changes(self, wanted: Entity) -> None:
        """Names and icon; what else is different is told."""
        held = self._entity(wanted.name)
        if changes := _changes(held, wanted, _ENTITY):
            self._do(ChangeEntity(wanted.name, changes))
        for name in _FIXED:
            if getattr(held, name) != getattr(wanted, name):
                self._tell("T3", M_("“%(what)s” of “%(entity)s” is different there; no change leads to it.", what=name, entity=wanted.name), wanted.name)

    def rules_change(self, wanted: Entity) -> None:
        """Conditions of groups and fields, now that all fields are there."""
        for group in wanted.groups:
            here = group_named(self._entity(wanted.name), group.name)
            if here is not None and here.visible != group.visible:
                self._do(ChangeGroup(wanted.name, group.name, {"visible": group.visible}))
        for one in wanted.fields:
            held = field_named(self._entity(wanted.name).fields, one.name)
            if held is not None and held.type == one.type and dict(held.rules) != dict(one.rules):
                self._do(ChangeField(wanted.name, one.name, {"rules": dict(one.rules)}))

    def rest_goes(self, wanted: Entity) -> None:
        """What is here and not there: told, or retired, each before what it leans on."""
        there = {one.name for one in wanted.fields}
        for group in self._entity(wanted.name).groups if self.retire_missing else ():
            if group.visible and not group.system and group_named(wanted, group.name) is None:  # it goes, and leans on nothing any more
                self._do(ChangeGroup(wanted.name, group.name, {"visible": None}))
        left = [one for one in self._entity(wanted.name).fields if one.name not in there]
        going = [RetireField(wanted.name, one.name) for one in left if self.retire_missing and not one.system]
        for one in left:
            if not self.retire_missing or one.system:
                self._tell("T4", M_("The field “%(label)s” is not there; it stays.", label=one.label), wanted.name, one.name)
        for stuck in self._in_turn(going):
            assert isinstance(stuck, RetireField)
            self._do(ChangeField(wanted.name, stuck.field, {"rules": {}}))  # they lean on each other
        self._in_turn([one for one in going if field_named(self._entity(wanted.name).fields, one.field)], last=True)

    def _in_turn(self, operations: Sequence[Operation], *, last: bool = False) -> list[Operation]:
        """Apply each as soon as it can be. Returns those that never could; with `last`, they stay for the plan to say why."""
        left = list(operations)
        while ready := [one for one in left if not any(found.level == "error" for found in one.check(self.catalog))]:
            self._do(ready[0])
            left.remove(ready[0])
        if last:
            self.operations += left
        return left

    def order_changes(self, wanted: Entity) -> None:
        """The order of groups, and of fields under each."""
        names = [one.name for one in wanted.groups]
        for lot, before in moves([one.name for one in self._entity(wanted.name).groups], names):
            for name in lot:
                self._do(MoveGroup(wanted.name, name, before))
        for group in wanted.groups:
            entity = self._entity(wanted.name)
            if group_named(entity, group.name) is None:
                continue
            held = [one.name for one in entity.fields if one.group == group.name]
            here = {one.name for one in entity.fields}
            order = [one.name for one in wanted.fields if one.group == group.name and one.name in here]
            for lot, before in moves(held, order):
                self._do(MoveFields(wanted.name, lot, group.name, before))
        for one in self._entity(wanted.name).groups:
            if one.name not in names:
                self._group_goes(wanted.name, one)

    def _group_goes(self, entity: str, one: Group) -> None:
        empty = not any(field.group == one.name for field in self._entity(entity).fields)
        if self.retire_missing and empty and not one.system:
            self._do(RemoveGroup(entity, one.name))
        else:
            self._tell("T4", M_("The group “%(label)s” is not there; it stays.", label=one.label), entity)

    def entities_go(self, wanted: Mapping[str, Definition]) -> None:
        """Own entities that are not there, each before what it refers to."""
        left = [one for name, one in self.catalog.entities.items() if name not in wanted]
        for one in left:
            if not self.retire_missing or one.system:
                self._tell("T4", M_("“%(label)s” is not there; it stays.", label=one.label), one.name)
        going = {one.name for one in left if self.retire_missing and not one.system}
        stuck = [one for one in self._in_turn([RetireEntity(name) for name in sorted(going)]) if isinstance(one, RetireEntity)]
        names = {one.entity for one in stuck}
        for name in sorted(names):  # they refer to each other
            fields = [one.name for one in self._entity(name).fields if one.target in names - {name}]
            self._in_turn([RetireField(name, one) for one in fields])
        self._in_turn(stuck, last=True)

    def labels_change(self, wanted: Mapping[str, Definition]) -> None:
        """Labels in every language, one operation for each."""
        there: dict[str, dict[str, str]] = {}
        for name, one in wanted.items():
            for language, texts in one.labels.items():
                there.setdefault(language, {}).update({document.full_key(name, key): text for key, text in texts.items()})
        here: dict[str, dict[str, str]] = {}
        for name in wanted.keys() & self.catalog.entities.keys():
            told = document.of_entity(self.catalog, self._entity(name)).get("labels", {})
            for language, texts in told.items():
                here.setdefault(language, {}).update({document.full_key(name, key): text for key, text in texts.items()})
        for language in sorted({*there, *here}):
            self._language_changes(language, here.get(language, {}), there.get(language, {}))

    def _language_changes(self, language: str, here: Mapping[str, str], there: Mapping[str, str]) -> None:
        live = {one.name for one in self.catalog.entities.values()}
        texts: dict[str, str | None] = {key: text for key, text in sorted(there.items()) if here.get(key) != text and key.split(".")[1] in live}
        gone = sorted(here.keys() - there.keys())
        if self.retire_missing:
            texts |= dict.fromkeys(gone)
        elif gone:
            self._tell("T4", M_("%(n)s labels in %(language)s are not there; they stay.", n=len(gone), language=language), "")
        if texts:
            self._do(SetLabels(language, texts))


def _changes(held: Entity | Group | Field, wanted: Entity | Group | Field, names: Sequence[str]) -> dict[str, Json]:
    return {name: getattr(wanted, name) for name in names if getattr(held, name) != getattr(wanted, name)}

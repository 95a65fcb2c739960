"""Lifecycles: a field whose value moves by named steps only, from state to state.

States are the row keys of the list that the field refers to. Everything here is data of the field's options: which
states a record may start with, the ladder, the frozen states, and the steps with where they lead from and to, their
condition and what they need. Pure: who may go a step, and whether its condition holds, is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.kept import kept
from engine.metadata.model import Entity, Field, Json

APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Step:
    """A named move: `moves` says where it leads from each state in which it exists."""

    name: str
    label: str
    moves: Mapping[str, str]
    guard: Mapping[str, Json] | None = None
    because: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who names the approval flow: the field `flow` of the row that the record's field `by` refers to."""

    by: str
    flow: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The states and steps of one field."""

    initial: tuple[str, ...]
    ladder: tuple[str, ...]
    frozen: tuple[str, ...]
    steps: Mapping[str, Step]
    approval: Approval | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in order."""
        return (*self.ladder, *self.frozen)

    def steps_from(self, state: str | None) -> list[Step]:
        """The steps that exist in a state, in the order of the definition."""
        return [step for step in self.steps.values() if state in step.moves]


def of(field: Field) -> Lifecycle | None:
    """The field's lifecycle, if it has one."""
    told = field.options.get("lifecycle")
    return None if told is None else _read(field)


@kept(1)
def fields_of(entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity that move by steps."""
    return tuple(one for one in entity.by_name.values() if "lifecycle" in one.options)


def _read(field: Field) -> Lifecycle:
    told = field.options["lifecycle"]
    steps = {one["name"]: _step(one) for one in told["steps"]}
    return Lifecycle(
        initial=tuple(told["initial"]),
        ladder=tuple(told["ladder"]),
        frozen=tuple(told.get("frozen", ())),
        steps=MappingProxyType(steps),
        approval=Approval(**told["approval"]) if "approval" in told else None,
    )


def _step(told: Mapping[str, Json]) -> Step:
    more = {name: told[name] for name in ("guard", "because", "needs") if name in told}
    return Step(told["name"], told["label"], MappingProxyType(dict(told["moves"])), **more)

"""Permission as a narrowing: what an actor may not see is not in the entity that everything else is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.errors import Forbidden
from engine.kept import kept
from engine.metadata.model import Catalog, Entity

Action = Literal["read", "create", "update", "delete"]
Role = Literal["administrator", "translator", "user"]
ROLES: tuple[Role, ...] = ("administrator", "translator", "user")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `person` is the id of the actor's row in the person directory, if there is one."""

    id: int
    username: str
    name: str
    role: Role
    person: int | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether the actor keeps dictionaries and definitions."""
        return self.role == "administrator"


@kept(512)
def restrict(catalog: Catalog, name: str, role: Role, action: Action) -> Entity:
    """The entity as far as a role may act on it. Raises UnknownEntity, Forbidden.

    Administrators may do everything. Users read everything and keep cards, but not dictionaries. Translators
    reach no records at all.
    """
    entity = catalog.entity(name)
    if role == "translator" or (role == "user" and action != "read" and entity.is_dictionary):
        raise Forbidden(action, name)
    return entity


def may(catalog: Catalog, name: str, actor: Actor, action: Action) -> bool:
    """Whether an actor may do this at all: for offering a link or not."""
    try:
        restrict(catalog, name, actor.role, action)
    except Forbidden:
        return False
    return True


def translates(role: Role | None) -> bool:
    """Whether the role works on languages: it sees those that are not live yet, and the workbench."""
    return role in ("administrator", "translator")


def role(name: str) -> Role:
    """The role of that name. An unknown one is the least: a translator reaches no record."""
    return next((one for one in ROLES if one == name), "translator")

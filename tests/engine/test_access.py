"""Permission as a narrowing (1.1 to 1.3): administrators keep everything, users keep cards, translators reach no records."""

from __future__ import annotations

import pytest

from engine import access
from engine.access import Action, Actor, Role
from engine.errors import Forbidden, UnknownEntity
from engine.metadata.model import Catalog
from tests.engine.making import a_catalog, a_field, an_entity

CATALOG: Catalog = a_catalog(an_entity(a_field("name"), name="card"), an_entity(a_field("name"), name="list", kind="dictionary"))

# (role, entity) → the actions allowed
ALLOWED: dict[tuple[Role, str], str] = {
    ("administrator", "card"): "read create update delete",
    ("administrator", "list"): "read create update delete",
    ("user", "card"): "read create update delete",
    ("user", "list"): "read",
    ("translator", "card"): "",
    ("translator", "list"): "",
}
ACTIONS: tuple[Action, ...] = ("read", "create", "update", "delete")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("role", "entity"), ALLOWED)
def test_who_may_do_what(role: Role, entity: str, action: Action) -> None:
    actor = Actor(1, "a", "A", role)
    assert actor.is_administrator == (role == "administrator")
    if action in ALLOWED[role, entity].split():
        assert access.restrict(CATALOG, entity, role, action).name == entity
        assert access.may(CATALOG, entity, actor, action)
    else:
        with pytest.raises(Forbidden):
            access.restrict(CATALOG, entity, role, action)
        assert not access.may(CATALOG, entity, actor, action)


def test_what_there_is_not_is_not_forbidden_but_unknown() -> None:
    for role in access.ROLES:
        with pytest.raises(UnknownEntity):
            access.restrict(CATALOG, "crad", role, "read")


def test_an_unknown_role_may_nothing() -> None:
    assert {name: access.role(name) for name in ("administrator", "user", "translator", "root", "")} == {
        "administrator": "administrator", "user": "user", "translator": "translator", "root": "translator", "": "translator",
    }  # fmt: skip

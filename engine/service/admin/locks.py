"""Which cells of the field table are fixed, and why: asked of the operations themselves, so that page and server agree."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Entity, Field
from engine.schema.ops.change_field import ChangeField

FLAGS = ("enabled", "required", "searchable", "in_list")
SYSTEM = M_("A system field: its database name and type are fixed, so that upgrades and programs find it. You can move, switch and rename it.")
TYPE = M_("The type of a field can never change once it is saved: its column holds values of this type. Add a new field instead.")
GROUP = M_("It belongs to the main contact, whose fields stand together in this group. It can be moved within the group.")


def flag_reasons(catalog: Catalog, entity: Entity, one: Field) -> Mapping[str, Message]:
    """The switches of a field that cannot be turned, each with its reason."""
    found = {}
    for flag in FLAGS:
        change = ChangeField(entity.name, one.name, {flag: not getattr(one, flag)})
        refused = change.refusals(catalog)
        if refused:
            found[flag] = refused[0]
    return found

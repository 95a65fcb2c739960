"""The registry of operations. Adding one: a class in a module of this folder, one entry here."""

from __future__ import annotations

from engine.schema.operation import Operation
from engine.schema.ops.add_field import AddField
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.convert_field import ConvertField
from engine.schema.ops.entities import AddEntity, ChangeEntity, PurgeEntity, RestoreEntity, RetireEntity
from engine.schema.ops.exchange_fields import ExchangeFields
from engine.schema.ops.groups import AddGroup, ChangeGroup, MoveGroup, RemoveGroup
from engine.schema.ops.mend import Mend
from engine.schema.ops.move_fields import MoveFields
from engine.schema.ops.narrow_field import NarrowField
from engine.schema.ops.quarantine_field import QuarantineField, ReviveField
from engine.schema.ops.retire_field import PurgeField, RestoreField, RetireField
from engine.schema.ops.set_labels import SetLabels
from engine.schema.ops.take_over import TakeOver
from engine.schema.ops.widen_field import WidenField

_ALL: tuple[type[Operation], ...] = (
    AddField, ChangeField, MoveFields, WidenField, NarrowField, RetireField, RestoreField, PurgeField, ConvertField,
    AddGroup, ChangeGroup, MoveGroup, RemoveGroup,
    SetLabels,
    AddEntity, ChangeEntity, RetireEntity, RestoreEntity, PurgeEntity,
)  # fmt: skip

_OF_THE_PROGRAM: tuple[type[Operation], ...] = (ExchangeFields, TakeOver, QuarantineField, ReviveField, Mend)

__all__ = [
    "JOURNALLED",
    "OPERATIONS",
    "AddEntity",
    "AddField",
    "AddGroup",
    "ChangeEntity",
    "ChangeField",
    "ChangeGroup",
    "ConvertField",
    "ExchangeFields",
    "Mend",
    "MoveFields",
    "MoveGroup",
    "NarrowField",
    "PurgeEntity",
    "PurgeField",
    "QuarantineField",
    "RemoveGroup",
    "RestoreEntity",
    "RestoreField",
    "RetireEntity",
    "RetireField",
    "ReviveField",
    "SetLabels",
    "TakeOver",
    "WidenField",
]  # fmt: skip

OPERATIONS: dict[str, type[Operation]] = {one.kind: one for one in _ALL}
"""What administrators may send, by kind."""
JOURNALLED: dict[str, type[Operation]] = {**OPERATIONS, **{one.kind: one for one in _OF_THE_PROGRAM}}
"""What may stand in the journal: also what only the program itself does."""

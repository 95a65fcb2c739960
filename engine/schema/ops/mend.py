"""Make again in the database what the definitions say is there. It changes no definition, only the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Json
from engine.schema.operation import Finding, Operation

_TOLD: Mapping[str, Message] = {
    "add_column": M_("Add the column “%(name)s” of the table “%(table)s” again."),
    "create_index": M_("Build the index “%(name)s” of the table “%(table)s”."),
    "drop_index": M_("Drop the index “%(name)s” of the table “%(table)s”."),
    "add_foreign_key": M_("Add the foreign key “%(name)s” of the table “%(table)s” again."),
    "drop_foreign_key": M_("Drop the foreign key “%(name)s” of the table “%(table)s”."),
    "drop_column": M_("Drop the column “%(name)s” of the table “%(table)s”, whose field was deleted for good."),
    "drop_table": M_("Drop the table “%(table)s”, whose records were deleted for good."),
}


@dataclass(frozen=True, slots=True)
class Mend(Operation):
    """One repair: `action` and `name` are those of the statement that it runs."""

    kind: ClassVar[str] = "mend"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "action": {"enum": list(_TOLD)}, "table": {"type": "string"}, "name": {"type": "string"},
    }  # fmt: skip

    action: str
    table: str
    name: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Nothing speaks against it."""
        return []

    def apply_to(self, catalog: Catalog) -> Catalog:
        """The same definitions."""
        return catalog

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Nothing is to be taken back."""
        return ()

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_(_TOLD[self.action].text, table=self.table, name=self.name)

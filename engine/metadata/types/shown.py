"""Fields that are only shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from engine.messages import M_
from engine.metadata.model import Json
from engine.metadata.types.base import FieldType, Options


class Hint(FieldType):
    """A fixed text on the card: the field's help. It has no value."""

    name = "hint"
    widget = "hint"
    label = M_("Hint text")

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """None: nothing is stored."""
        return None

    def json_schema(self, options: Options) -> dict[str, Json]:
        """Never accepted as a value."""
        return {}

"""Set labels of the metadata in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from engine.messages import M_, MN_, Message
from engine.metadata.model import Catalog, Json
from engine.metadata.store import source_text
from engine.schema.editing import with_labels
from engine.schema.operation import Finding, Operation


@dataclass(frozen=True, slots=True)
class SetLabels(Operation):
    """Texts by label key in one language; null takes a label away, so that the fallback stands."""

    kind: ClassVar[str] = "set_labels"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
        "texts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"maxLength": 190},
            "additionalProperties": {"type": ["string", "null"], "minLength": 1, "maxLength": 2000, "pattern": "\\S"},
        },
    }

    language: str
    texts: Mapping[str, str | None]

    def check(self, catalog: Catalog) -> list[Finding]:
        """Each key must be that of something there."""
        unknown = [key for key in self.texts if not source_text(catalog, key) and key not in catalog.labels.get(self.language, {})]
        return [Finding("N0", "error", M_("There is nothing that the label “%(key)s” belongs to.", key=key)) for key in unknown]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the labels."""
        return with_labels(catalog, {self.language: self.texts})

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former texts."""
        held = catalog.labels.get(self.language, {})
        return (SetLabels(self.language, {key: held.get(key) for key in self.texts}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        if len(self.texts) == 1:
            key, text = next(iter(self.texts.items()))
            source = source_text(catalog, key) or key
            if text is None:
                return M_("Take the name of “%(source)s” in %(language)s away.", source=source, language=self.language)
            return M_("Name “%(source)s” in %(language)s “%(text)s”.", source=source, language=self.language, text=text)
        return MN_("Set %(n)s label in %(language)s.", "Set %(n)s labels in %(language)s.", len(self.texts), language=self.language)

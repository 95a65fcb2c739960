"""The registry of field types. Adding a type: one class in its family's module, one entry here."""

from __future__ import annotations

from engine.metadata.types.base import FieldType, Invalid, Options, Region
from engine.metadata.types.choice import Check, Choice, MultipleChoice, Palette
from engine.metadata.types.link import Attachment, Image, PublicList, Reference, Tree
from engine.metadata.types.moment import Date, DateTime, Time
from engine.metadata.types.number import Amount, DecimalNumber, Integer
from engine.metadata.types.shown import Hint
from engine.metadata.types.text import Email, Multiline, Phone, RichText, Text, Url

TYPES: dict[str, FieldType] = {
    "text": Text(),
    "integer": Integer(),
    "decimal": DecimalNumber(),
    "amount": Amount(),
    "multiline": Multiline(),
    "rich_text": RichText(),
    "date": Date(),
    "time": Time(),
    "datetime": DateTime(),
    "check": Check(),
    "choice": Choice(),
    "multiple_choice": MultipleChoice(),
    "palette": Palette(),
    "list": PublicList(),
    "tree": Tree(),
    "reference": Reference(),
    "attachment": Attachment(),
    "image": Image(),
    "email": Email(),
    "phone": Phone(),
    "url": Url(),
    "hint": Hint(),
}

__all__ = ["TYPES", "FieldType", "Invalid", "Options", "Region"]

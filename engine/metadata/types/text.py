"""Texts: one line, several lines, rich text, e-mail, phone, URL."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import nh3
from sqlalchemy.types import TypeEngine

from engine.messages import M_
from engine.metadata.columns import LongText, WideText
from engine.metadata.model import Json
from engine.metadata.types.base import LINE_PATTERN, TEXT_PATTERN, FieldType, Options, Region, ascii_digits

TEXT_OPERATORS = (
    "_contains", "_ncontains", "_eq", "_neq", "_starts_with", "_ends_with", "_in", "_nin", "_empty", "_nempty",
)  # fmt: skip
MAX_LINE = 4_000
MAX_TEXT = 100_000
_BLOCKS = re.compile(r"</?(?:p|br|ul|ol|li|blockquote|h3|h4|pre)\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")
_LINK = re.compile(r'<a\b[^>]*\bhref="(?:mailto:)?([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")


class Text(FieldType):
    """A single line, with a length and optionally a format (e-mail, url)."""

    name = "text"
    widget = "text"
    label = M_("Single-line text")
    operators: ClassVar[tuple[str, ...]] = TEXT_OPERATORS
    folds = True
    default_length: ClassVar[int] = 255
    option_defaults: ClassVar[Mapping[str, Json]] = {"max_length": default_length}
    options_schema: ClassVar[Mapping[str, Json]] = {
        "max_length": {"type": "integer", "minimum": 1, "maximum": MAX_LINE},
        "format": {"enum": ["email", "url"]},
        "translatable": {"type": "boolean"},
    }

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """TEXT on every database: the length is a rule, not storage."""
        return WideText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string with its length; line breaks and control characters are refused."""
        schema: dict[str, Json] = {"type": "string", "maxLength": self.length(options), "pattern": LINE_PATTERN}
        if "format" in options:
            schema["format"] = {"email": "email", "url": "uri"}[options["format"]]
        return schema

    def length(self, options: Options) -> int:
        """The longest value allowed, in characters."""
        return int(options.get("max_length", self.default_length))

    def normalise(self, value: Json) -> Json:
        """Without surrounding white space; None when nothing is left."""
        if not isinstance(value, str):
            return value
        stripped = value.strip()
        return stripped if stripped and is_seen(stripped) else None

    def parse(self, raw: Sequence[str], region: Region) -> Json:
        """The text without surrounding white space; None when empty."""
        return self.normalise(raw[0]) if raw else None

    def attributes(self, options: Options) -> dict[str, str]:
        """maxlength, and the on-screen keyboard for the format. maxlength counts UTF-16, so it is never tighter."""
        found = {"maxlength": str(self.length(options) * 2)} if self.length(options) < 2_000 else {}
        match options.get("format"):
            case "email":
                found |= {"inputmode": "email", "autocomplete": "email", "dir": "ltr", "spellcheck": "false"}
            case "url":
                found |= {"inputmode": "url", "autocomplete": "url", "dir": "ltr", "spellcheck": "false"}
        return found


class Multiline(Text):
    """Several lines of plain text."""

    name = "multiline"
    widget = "textarea"
    label = M_("Multi-line text")
    default_length = 2_000
    option_defaults: ClassVar[Mapping[str, Json]] = {"max_length": default_length}
    options_schema: ClassVar[Mapping[str, Json]] = {
        "max_length": {"type": "integer", "minimum": 1, "maximum": MAX_TEXT},
        "translatable": {"type": "boolean"},
    }

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """Long text."""
        return LongText

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string with its length; line breaks are welcome."""
        return {"type": "string", "maxLength": self.length(options), "pattern": TEXT_PATTERN}

    def normalise(self, value: Json) -> Json:
        """With line ends as LF (browsers send CR LF); None when blank."""
        return super().normalise(value.replace("\r\n", "\n").replace("\r", "\n")) if isinstance(value, str) else value


class RichText(Multiline):
    """Text with a little markup. What is kept is sanitised here, whoever sent it: form, API or import."""

    name = "rich_text"
    label = M_("Rich text")
    operators: ClassVar[tuple[str, ...]] = ("_contains", "_ncontains", "_empty", "_nempty")
    options_schema: ClassVar[Mapping[str, Json]] = {"max_length": {"type": "integer", "minimum": 1, "maximum": MAX_TEXT}}
    tags: ClassVar[set[str]] = {"p", "br", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "code", "pre"}

    def normalise(self, value: Json) -> Json:
        """Sanitised already here, so that what is judged, stored and kept in the history is one text."""
        plain = super().normalise(value)
        # Characters that are refused must reach the judge: the sanitiser would drop some of them silently.
        return self._clean(plain) or None if isinstance(plain, str) and re.search(TEXT_PATTERN, plain) else plain

    def to_column(self, value: Json) -> Any:
        """The sanitised markup."""
        return self._clean(value)

    def fold_text(self, value: Json) -> str:
        """The words without the markup."""
        return html.unescape(_TAGS.sub("", _BLOCKS.sub(" ", self._clean(value))))

    def plain(self, value: Json) -> str:
        """What it says without markup: paragraphs and items on lines of their own, a link with its address behind it."""
        told = _TAGS.sub("", _BLOCKS.sub("\n", _LINK.sub(_with_address, self._clean(value))))
        return "\n".join(filter(None, (line.strip() for line in html.unescape(told).split("\n"))))

    def _clean(self, value: str) -> str:
        return nh3.clean(value, tags=self.tags, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}).strip()


def _with_address(link: re.Match[str]) -> str:
    address, words = link[1], _TAGS.sub("", link[2]).strip()
    return f"{words} ({address})" if words and words != address else address


class Email(Text):
    """An e-mail address."""

    name = "email"
    widget = "email"
    label = M_("E-mail")
    option_defaults: ClassVar[Mapping[str, Json]] = {"max_length": 254}
    options_schema: ClassVar[Mapping[str, Json]] = {"max_length": {"type": "integer", "minimum": 6, "maximum": 254}}

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string of format email."""
        return {"type": "string", "maxLength": int(options.get("max_length", 254)), "format": "email"}


class Phone(Text):
    """A telephone number, as people write it."""

    name = "phone"
    widget = "tel"
    label = M_("Phone")
    default_length = 40
    option_defaults: ClassVar[Mapping[str, Json]] = {"max_length": default_length}
    options_schema: ClassVar[Mapping[str, Json]] = {"max_length": {"type": "integer", "minimum": 3, "maximum": 60}}

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string of format phone: digits and the usual separators, an extension at the end."""
        return {"type": "string", "maxLength": self.length(options), "format": "phone"}

    def fold_text(self, value: Json) -> str:
        """The digits only, so that every way to write a number finds it."""
        return "".join(char for char in ascii_digits(value) if char.isdecimal())

    def fold_term(self, term: str) -> str:
        """The digits only; a term without any finds nothing."""
        return self.fold_text(term) or term


class Url(Text):
    """A web address."""

    name = "url"
    widget = "url"
    label = M_("Web address")
    default_length = 2_000
    option_defaults: ClassVar[Mapping[str, Json]] = {"max_length": default_length}
    options_schema: ClassVar[Mapping[str, Json]] = {"max_length": {"type": "integer", "minimum": 8, "maximum": MAX_LINE}}

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string of format uri (http and https only: nothing that could run)."""
        return {"type": "string", "maxLength": self.length(options), "format": "uri"}


_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # drawn as nothing, though Unicode calls them letters or symbols


def is_seen(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return text.isascii() or any(char not in _BLANKS and unicodedata.category(char)[0] not in "CZ" for char in text)


def is_web_address(value: str) -> bool:
    """Whether a person could mean it as a web address; a missing scheme is fine, another scheme is not."""
    try:
        parts = urlsplit(with_scheme(value))
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host.strip(".") and not re.search(r"[\s\x00-\x1f\x7f\"'<>\\]", value)


def with_scheme(value: str) -> str:
    """`value` as a link target: https is put before a bare host."""
    return value if _SCHEME.match(value) and not re.match(r"^[^/]+:\d", value) else f"https://{value}"


def is_phone(value: str) -> bool:
    """Whether it has the look of a telephone number in any script's digits."""
    digits = sum(char.isdecimal() for char in value)
    return digits >= 3 and re.fullmatch(r"\+?[\d \u00a0\u3000()\-./]+((ext\.?|x|#|转|p|w) ?\d+)?", value, re.IGNORECASE) is not None


__all__ = ["Email", "Multiline", "Phone", "RichText", "Text", "Url", "is_phone", "is_web_address", "with_scheme"]

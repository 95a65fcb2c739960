"""Numbers: integers, decimals and amounts. A decimal is text in JSON and exact in the database, never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from sqlalchemy import BigInteger
from sqlalchemy.types import TypeEngine

from engine.messages import M_, Message
from engine.metadata.columns import DECIMAL_DIGITS, DECIMAL_PLACES, ExactDecimal
from engine.metadata.model import Json
from engine.metadata.types.base import FieldType, Invalid, Options, Region, ascii_digits

NUMBER_OPERATORS = ("_eq", "_neq", "_lt", "_lte", "_gt", "_gte", "_between", "_in", "_nin", "_null", "_nnull")
SAFE_INTEGER = 2**53 - 1
"""The largest integer that a browser reads exactly."""
# What input methods leave between digits: full-width signs, the Chinese full stop, Arabic separators, a true minus.
_SIGNS = str.maketrans("，．。－−＋٫٬", ",..--+.,")
# No exponents, underscores or names: 1e9, 1_0 and NaN are numbers to a computer only.
_TYPED = re.compile(r"[+-]?[0-9.,'’]+")
_PLAIN = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")


def read_decimal(text: str, region: Region) -> Decimal:
    """The number typed in the reader's own notation, or in the plain one with a dot. Raises Invalid."""
    plain = ascii_digits("".join(text.split())).translate(_SIGNS)
    if not _TYPED.fullmatch(plain):
        raise _not_a_number(text)
    try:
        return Decimal(parse_decimal(plain, locale=region.locale, strict=True))
    except (NumberFormatError, InvalidOperation, ValueError):
        pass
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise _not_a_number(text) from None


def _not_a_number(text: str) -> Invalid:
    return Invalid("number", M_("“%(text)s” is not a number.", text=text[:40]))


class Integer(FieldType):
    """A whole number."""

    name = "integer"
    widget = "number"
    label = M_("Whole number")
    operators: ClassVar[tuple[str, ...]] = NUMBER_OPERATORS
    options_schema: ClassVar[Mapping[str, Json]] = {
        "minimum": {"type": "integer", "minimum": -SAFE_INTEGER, "maximum": SAFE_INTEGER},
        "maximum": {"type": "integer", "minimum": -SAFE_INTEGER, "maximum": SAFE_INTEGER},
    }

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """BIGINT."""
        return BigInteger()

    def json_schema(self, options: Options) -> dict[str, Json]:
        """An integer within its bounds."""
        return {
            "type": "integer",
            "minimum": options.get("minimum", -SAFE_INTEGER),
            "maximum": options.get("maximum", SAFE_INTEGER),
        }

    def parse_text(self, text: str, region: Region) -> Json:
        """The integer typed. Raises Invalid, also for a fraction."""
        number = read_decimal(text, region)
        if number != number.to_integral_value():
            raise Invalid("integer", M_("“%(text)s” is not a whole number.", text=text[:40]))
        if number.adjusted() > 30:
            raise Invalid("maximum", M_("This number is too large."))
        return int(number)

    def normalise(self, value: Json) -> Json:
        """JSON allows 3.0 for an integer."""
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= SAFE_INTEGER else value

    def format(self, value: Json, region: Region, options: Options) -> str:
        """With the reader's digits and grouping."""
        return format_decimal(value, locale=region.locale)

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """Without grouping."""
        return str(value)

    def to_column(self, value: Json) -> Any:
        """An int; JSON allows 3.0 for an integer."""
        return int(value)

    def contradiction(self, options: Options) -> str:
        """Bounds that no number keeps."""
        return "minimum is larger than maximum" if options.get("minimum", -SAFE_INTEGER) > options.get("maximum", SAFE_INTEGER) else ""

    def attributes(self, options: Options) -> dict[str, str]:
        """The numeric keyboard."""
        return {"inputmode": "numeric", "dir": "ltr"}


class DecimalNumber(FieldType):
    """A decimal with a number of digits in all and of places after the point."""

    name = "decimal"
    widget = "number"
    label = M_("Decimal number")
    operators: ClassVar[tuple[str, ...]] = NUMBER_OPERATORS
    options_schema: ClassVar[Mapping[str, Json]] = {
        "digits": {"type": "integer", "minimum": 1, "maximum": DECIMAL_DIGITS - DECIMAL_PLACES},
        "places": {"type": "integer", "minimum": 0, "maximum": DECIMAL_PLACES},
        "non_negative": {"type": "boolean"},
    }
    grouping = False

    def column_type(self, options: Options) -> TypeEngine[Any] | None:
        """One wide exact decimal."""
        return ExactDecimal()

    def digits(self, options: Options) -> tuple[int, int]:
        """(digits before the point, places after it)."""
        places = int(options.get("places", 2))
        digits = int(options.get("digits", DECIMAL_DIGITS - DECIMAL_PLACES))
        return max(digits - places, 1), places

    def json_schema(self, options: Options) -> dict[str, Json]:
        """A string, so that no reader of the JSON turns it into a float."""
        whole, places = self.digits(options)
        sign = "" if options.get("non_negative") else "-?"
        fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
        return {"type": "string", "pattern": rf"^{sign}(0|[1-9][0-9]{{0,{whole - 1}}}){fraction}$"}

    def normalise(self, value: Json) -> Json:
        """A JSON number is taken as well as text; "1.50" and 1.5 are the same value."""
        if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
            return value
        if isinstance(value, str):
            text = value.strip()
            return _plain(Decimal(text)) if _PLAIN.fullmatch(text) else value if text else None
        if isinstance(value, int):
            return str(value) if abs(value) < 10**40 else value  # Python turns thousands of digits into no text
        number = Decimal(str(value))
        return _plain(number) if number.is_finite() and abs(number.adjusted()) <= 40 else value

    def parse_text(self, text: str, region: Region) -> Json:
        """The decimal as plain text, in the notation of `json_schema`. Raises Invalid."""
        number = read_decimal(text, region)
        if abs(number.adjusted()) > 40:
            raise Invalid("maximum", M_("This number is too large."))
        return _plain(number)

    def format(self, value: Json, region: Region, options: Options) -> str:
        """With the field's places, in the reader's notation."""
        return format_decimal(Decimal(value), format=self._pattern(options), locale=region.locale)

    def edit(self, value: Json, region: Region, options: Options) -> str:
        """In the reader's notation."""
        return self.format(value, region, options)

    def _pattern(self, options: Options) -> str:
        _, places = self.digits(options)
        return ("#,##0" if self.grouping else "0") + ("." + "0" * places if places else "")

    def to_column(self, value: Json) -> Any:
        """An exact Decimal."""
        return Decimal(value)

    def to_json(self, value: Any) -> Json:
        """Plain text without superfluous zeros, the same from each database."""
        return _plain(value)

    def contradiction(self, options: Options) -> str:
        """More places than digits."""
        return "there are more places than digits" if options.get("places", 2) > options.get("digits", DECIMAL_DIGITS) else ""

    def narrowing(self, held: Options, coming: Options) -> Message | None:
        """Fewer digits on either side of the point, or no sign any more."""
        if any(after < before for before, after in zip(self.digits(held), self.digits(coming), strict=True)):
            return M_("there must not be fewer digits before or after the point.")
        if coming.get("non_negative") and not held.get("non_negative"):
            return M_("“%(name)s” may not be changed.", name="non_negative")
        return None

    def attributes(self, options: Options) -> dict[str, str]:
        """The decimal keyboard."""
        return {"inputmode": "decimal", "dir": "ltr"}


class Amount(DecimalNumber):
    """A decimal shown with thousands separators."""

    name = "amount"
    label = M_("Amount")
    grouping = True


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

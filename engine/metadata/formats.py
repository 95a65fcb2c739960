"""Formats of texts, as functions of our own: a format that an engine does not know passes silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from engine.metadata.model import Json
from engine.metadata.types.moment import read_rfc3339
from engine.metadata.types.text import is_phone, is_web_address

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9_+-]{1,30}(\.[A-Za-z0-9_+-]{1,30})?@([A-Za-z0-9]{1,30}\.){1,3}[A-Za-z]{2,12}")


def is_email(value: object) -> bool:
    """Whether it is an e-mail address; names in any script are, quoted ones and addresses without a dot are not."""
    if not isinstance(value, str) or _PLAIN_EMAIL.fullmatch(value):
        return True
    from email_validator import EmailNotValidError, validate_email  # here: only unusual addresses need it

    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def is_date(value: object) -> bool:
    """Whether it is an ISO date of the calendar."""
    if not isinstance(value, str):
        return True
    try:
        return bool(_ISO_DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def is_datetime(value: object) -> bool:
    """Whether it is an RFC 3339 timestamp with its zone, in a year that all three databases can hold in UTC."""
    if not isinstance(value, str):
        return True
    try:
        return 1 < read_rfc3339(value).year < 9999
    except ValueError:
        return False


def is_time_zone(name: str) -> bool:
    """Whether it names a time zone that is the same on every machine, as `Asia/Shanghai`."""
    return name in available_timezones() - {"localtime", "Factory"}


FORMATS: dict[str, Callable[[object], bool]] = {
    "email": is_email,
    "uri": lambda value: not isinstance(value, str) or is_web_address(value),
    "phone": lambda value: not isinstance(value, str) or is_phone(value),
    "date": is_date,
    "date-time": is_datetime,
}


def validator(document: Json) -> Any:
    """A validator of single values, with our formats; it has `is_valid`. The fast engine where it is installed."""
    try:
        from jsonschema_rs import Draft202012Validator as Fast
    except ImportError:
        from jsonschema import Draft202012Validator, FormatChecker

        checker = FormatChecker(formats=())
        for name, function in FORMATS.items():
            checker.checks(name)(function)
        return Draft202012Validator(document, format_checker=checker)
    return Fast(document, formats=FORMATS, validate_formats=True, ignore_unknown_formats=False)

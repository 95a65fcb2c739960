"""Reference a: the form as plain WTForms and Jinja2, in process: a form object for each request, drawn by a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import DictLoader, Environment
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import URL, DataRequired, Email, Length, Optional

from bench.fields import CHOICES, INDUSTRIES, Spec

NAME = "WTForms + Jinja2"

_PAGE = """<!doctype html><html lang="en"><head><title>Record</title></head><body><form method="post">
{% for title, names in groups %}<fieldset><legend>{{ title }}</legend>
{% for name in names %}{% set field = form[name] %}<div class="field">{{ field.label }} {{ field }}
{% if field.errors %}<ul>{% for error in field.errors %}<li>{{ error }}</li>{% endfor %}</ul>{% endif %}</div>
{% endfor %}</fieldset>{% endfor %}<button>Save</button></form></body></html>"""


def form_class(fields: tuple[Spec, ...]) -> type[Form]:
    """The form, as a developer would write it."""
    return type("RecordForm", (Form,), {one.name: _field(one) for one in fields})


def _field(one: Spec) -> Any:
    empty = [DataRequired()] if one.required else [Optional()]
    match one.kind:
        case "text":
            return StringField(one.label, [*empty, Length(max=255)])
        case "long":
            return TextAreaField(one.label, [*empty, Length(max=2000)])
        case "email":
            return EmailField(one.label, [*empty, Email()])
        case "url":
            return URLField(one.label, [*empty, URL()])
        case "choice":
            return SelectField(one.label, empty, choices=[("", "–"), *((value, value) for value in CHOICES)])
        case "industry":
            return SelectField(one.label, empty, choices=[("", "–"), *((str(n), name) for n, name in enumerate(INDUSTRIES, 1))])
        case "integer" | "decimal" | "date" | "datetime" | "check":
            kinds = {
                "integer": IntegerField,
                "decimal": DecimalField,
                "date": DateField,
                "datetime": DateTimeLocalField,
                "check": BooleanField,
            }
            return kinds[one.kind](one.label, empty)


def drawer(fields: tuple[Spec, ...]) -> Callable[[], str]:
    """A call that draws the empty form."""
    form = form_class(fields)
    template = Environment(loader=DictLoader({"page": _PAGE}), autoescape=True).get_template("page")
    groups: dict[int, list[str]] = {}
    for one in fields:
        groups.setdefault(one.group, []).append(one.name)
    titled = [(f"Group {number + 1}", names) for number, names in groups.items()]
    return lambda: template.render(form=form(), groups=titled)


def validator(fields: tuple[Spec, ...]) -> Callable[[Any], bool]:
    """A call that binds and validates a posted form."""
    form = form_class(fields)
    return lambda posted: bool(form(posted).validate())

"""The options and the default of a field, judged by its type."""

from __future__ import annotations

from engine.messages import M_, Message
from engine.metadata.formats import validator
from engine.metadata.model import Json
from engine.metadata.types import FieldType, Options

_SENTENCES = {
    "minimum": M_("The option “%(name)s” must be at least %(limit)s."),
    "maximum": M_("The option “%(name)s” must be at most %(limit)s."),
    "enum": M_("The option “%(name)s” may be: %(limit)s."),
    "pattern": M_("The option “%(name)s” holds characters that cannot be used here: letters, digits, “-” and “_” can."),
    "minItems": M_("The option “%(name)s” needs at least one entry."),
    "maxLength": M_("The option “%(name)s” holds a text of more than %(limit)s characters."),
    "minLength": M_("The option “%(name)s” holds an empty text."),
}


def options_problem(kind: FieldType, options: Options) -> Message | None:
    """What is wrong with a field's options, or None."""
    from jsonschema import Draft202012Validator  # here: only changes of the metadata need it
    from jsonschema.exceptions import best_match

    for name in kind.required_options:
        if name not in options:
            return M_("The option “%(name)s” is missing.", name=name)
    for name in options:
        if name not in kind.options_schema:
            known = ", ".join(kind.options_schema) or "–"
            return M_("“%(name)s” is no option of this type; its options: %(known)s.", name=name, known=known)
    schema = {"type": "object", "properties": dict(kind.options_schema)}
    error = best_match(Draft202012Validator(schema).iter_errors(dict(options)))
    if error is not None:
        name, code = str(error.absolute_path[0]) if error.absolute_path else "", str(error.validator)
        limit = error.validator_value
        told = ", ".join(map(str, limit)) if isinstance(limit, list) else limit
        if code in _SENTENCES:
            return M_(_SENTENCES[code].text, name=name, limit=told)
        return M_("The option “%(name)s” has a value of the wrong kind.", name=name)
    found = kind.contradiction(options)
    return M_("The options contradict each other: %(what)s.", what=found) if found else None


def default_problem(kind: FieldType, options: Options, default: Json) -> Message | None:
    """What is wrong with a default value; a reference's is judged where the rows are."""
    if default is None or kind.refers:
        return None
    if kind.column_type(options) is None:
        return M_("A field of this type has no value, and so no default.")
    if not validator(kind.json_schema(options)).is_valid(kind.normalise(default)):
        return M_("The default does not fit the field's own type and options.")
    return None

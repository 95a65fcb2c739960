"""`/api/v1`: JSON in and out, problems as RFC 9457 with a pointer to each field."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response

from engine.errors import BadHeader, UnknownParameter
from engine.messages import M_
from engine.render.search import address
from engine.service import api, openapi
from web.visits import RECORD, credentials, pairs, visiting

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
SAFE = ("GET", "HEAD", "OPTIONS")
TAG = re.compile(r'(?:W/)?"([^",]+)"')


@blueprint.before_request
def guard() -> None:
    """A browser's session may write here only with the CSRF token; an API token is no cookie and needs none."""
    if request.method not in SAFE and credentials().token is None:
        csrf: CSRFProtect = current_app.extensions["csrf"]
        csrf.protect()


@blueprint.get("/<entity>")
def listed(entity: str) -> Response:
    """A page of records."""
    with visiting() as visit:
        found = api.listed(visit, entity, pairs())
    if after := found["links"]["next"]:
        rest = [(key, value) for key, value in pairs() if key != "page[after]"]
        found["links"]["next"] = address(f"/api/v1/{entity}", [*rest, ("page[after]", after)])
    return jsonify(found)


@blueprint.post("/<entity>")
def create(entity: str) -> Response:
    """Store a new record."""
    with visiting(write=True) as visit:
        record = api.created(visit, entity, json_body())
    answer = _record(record)
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/{entity}/{record.id}"
    return answer


@blueprint.get(f"/<entity>/{RECORD}")
def fetch(entity: str, id: int) -> Response:
    """One record."""
    with visiting() as visit:
        record = api.fetched(visit, entity, id)
        return _record(record, api.record_json(visit, entity, record, pairs()))


@blueprint.patch(f"/<entity>/{RECORD}")
def change(entity: str, id: int) -> Response:
    """Change fields of a record; with `If-Match`, or `version` in the body, only if nobody else did meanwhile."""
    with visiting(write=True) as visit:
        return _record(api.changed(visit, entity, id, json_body(), tag()))


@blueprint.delete(f"/<entity>/{RECORD}")
def delete(entity: str, id: int) -> Response:
    """Delete a record."""
    with visiting(write=True) as visit:
        api.deleted(visit, entity, id, tag())
    return Response(status=204)


@blueprint.post(f"/<entity>/{RECORD}/replace")
def replace(entity: str, id: int) -> Response:
    """Let others refer to another record (`{"by": id}`) in the place of this one, and delete it."""
    with visiting(write=True) as visit:
        return jsonify(api.replaced(visit, entity, id, json_body(), tag()))


@blueprint.get(f"/<entity>/{RECORD}/names")
def names(entity: str, id: int) -> Response:
    """The texts of a list's entry in every language: `{"name": {"en": …, "zh-Hans": …}}`."""
    with visiting() as visit:
        return jsonify(api.names(visit, entity, id))


@blueprint.patch(f"/<entity>/{RECORD}/names")
def rename(entity: str, id: int) -> Response:
    """Change some of them; an empty text or null takes one away."""
    with visiting(write=True) as visit:
        return jsonify(api.renamed(visit, entity, id, json_body(), tag()))


@blueprint.post(f"/<entity>/{RECORD}/transitions/<step>")
def transition(entity: str, id: int, step: str) -> Response:
    """Let a record go a step of its lifecycle; the body may be empty or name the `version`."""
    body = json_body() if request.get_data() else {}
    with visiting(write=True) as visit:
        return _record(api.moved(visit, entity, id, step, body, tag()))


@blueprint.get("/<entity>/schema")
def schema(entity: str) -> Response:
    """The JSON Schema: `?mode=create|update`, `?draft=2020-12|draft-07`."""
    told = {"mode": "create", "draft": "2020-12"} | request.args.to_dict()
    known = {"mode": ("create", "update"), "draft": ("2020-12", "draft-07")}
    for name, value in told.items():
        if name not in known or value not in known[name]:
            raise UnknownParameter(f"{name}={value}" if name in known else name)
    with visiting() as visit:
        document = api.schema(visit, entity, "update" if told["mode"] == "update" else "create", told["draft"])
    return _typed(document, "application/schema+json")


@blueprint.get("/<entity>/ui-schema")
def ui_schema(entity: str) -> Response:
    """Groups, labels and widgets, for a client that draws its own card."""
    with visiting() as visit:
        return jsonify(api.ui_schema(visit, entity))


@blueprint.get("/openapi.json")
def description() -> Response:
    """The OpenAPI description."""
    with visiting() as visit:
        visit.signed_in()
        return jsonify(openapi.document(visit))


def _record(record: Any, told: Any = None) -> Response:
    answer = jsonify(told or api.as_json(record))
    answer.headers["ETag"] = f'"{record.tag}"'
    return answer


def _typed(document: Any, media_type: str) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), mimetype=media_type)


def tag() -> str | None:
    """What `If-Match` asks for: the tag of what was read; None where it asks for nothing. Raises BadHeader.

    A weak tag counts as a strong one, since proxies that compress weaken what they pass on.
    """
    told = request.headers.get("If-Match", "*").strip()
    if told == "*":
        return None
    found = TAG.fullmatch(told)
    if found is None:
        raise BadHeader("If-Match", M_("“If-Match” takes one tag: the ETag of what you read, in its quotation marks, or *."))
    return found[1]


def json_body() -> Any:
    """The JSON body. Raises UnsupportedMediaType, BadRequest."""
    if request.mimetype not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMediaType
    try:
        return json.loads(request.get_data(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)

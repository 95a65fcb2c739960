"""`/api/v1/metadata`: definitions and their changes, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from engine.errors import BadValue, UnknownParameter
from engine.query.tree import BAD_MARK, size_of
from engine.service import metadata_api
from web.api import guard, json_body, tag
from web.visits import RECORD, site, visiting

blueprint = Blueprint("api_metadata", __name__, url_prefix="/api/v1/metadata")
blueprint.before_request(guard)
KNOWN = {"change": ("dry_run",), "undo": ("dry_run",), "changes": ("page[size]", "page[after]")}
"""The parameters of an address by what answers there; all others take none."""


@blueprint.before_request
def known() -> None:
    """Nothing that is sent is passed over. Raises UnknownParameter for what is not known, and for what is said twice."""
    names = KNOWN.get((request.endpoint or "").rpartition(".")[2], ())
    for name, values in request.args.lists():
        if name not in names:
            raise UnknownParameter(name)
        if len(values) > 1:
            raise UnknownParameter(f"{name}={values[-1]}")


@blueprint.get("/entities")
def entities() -> Response:
    """All entities in short."""
    with visiting() as visit:
        return _tagged({"data": metadata_api.entities(visit)}, visit.catalog.version)


@blueprint.get("/entities/<name>")
def entity(name: str) -> Response:
    """One definition."""
    with visiting() as visit:
        return _tagged(metadata_api.entity(visit, name), visit.catalog.version)


@blueprint.get("/types")
def types() -> Response:
    """The field types."""
    with visiting() as visit:
        return jsonify({"data": metadata_api.field_types(visit)})


@blueprint.get("/operations")
def operations() -> Response:
    """What can be sent."""
    with visiting() as visit:
        return jsonify({"data": metadata_api.operations(visit)})


@blueprint.post("/operations")
def change() -> Response:
    """Look at a change (`?dry_run=true`), or make it; with `If-Match`, or `base` in the body, only if nobody else made one meanwhile."""
    dry = _dry_run()
    with visiting() as visit:
        wanted = metadata_api.sent(visit, json_body(), tag())
        if dry:
            return _tagged(metadata_api.preview(visit, wanted), visit.catalog.version)
    return _made(metadata_api.publish(site(), wanted))


@blueprint.get("/check")
def check() -> Response:
    """What differs between definitions and database."""
    with visiting() as visit:
        return jsonify({"data": metadata_api.check(visit)})


@blueprint.get("/changes")
def changes() -> Response:
    """The journal, newest first: `?page[size]=`, `?page[after]=`."""
    size, mark = size_of(request.args.get("page[size]", "")), request.args.get("page[after]", "")
    if mark and not (mark.isascii() and mark.isdigit() and len(mark) < 10):
        raise BadValue("page[after]", BAD_MARK)
    with visiting() as visit:
        found = metadata_api.changes(visit, limit=size, before=int(mark) if mark else None)
    after = f"/api/v1/metadata/changes?page[size]={size}&page[after]={found[-1]['id']}" if found and len(found) == size else None
    return jsonify({"data": found, "links": {"next": after}})


@blueprint.get(f"/changes/{RECORD}")
def one_change(id: int) -> Response:
    """One change with its events."""
    with visiting() as visit:
        return jsonify(metadata_api.change(visit, id))


@blueprint.post(f"/changes/{RECORD}/undo")
def undo(id: int) -> Response:
    """Take a change back, or look at that (`?dry_run=true`); the body may be empty, or hold `note`, `base`, `seen` and `confirmed`."""
    dry = _dry_run()
    with visiting() as visit:
        wanted = metadata_api.sent_to_undo(visit, json_body() if request.get_data() else {}, tag())
        if dry:
            return _tagged(metadata_api.preview_undo(visit, wanted, id), visit.catalog.version)
    return _made(metadata_api.undo(site(), wanted, id))


def _made(done: dict[str, Any]) -> Response:
    answer = _tagged(done, done["version"])
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/metadata/changes/{done['change']}"
    return answer


def _tagged(told: Any, version: int) -> Response:
    """An answer with the version of the definitions as its ETag."""
    answer = jsonify(told)
    answer.headers["ETag"] = f'"{version}"'
    return answer


def _dry_run() -> bool:
    told = request.args.get("dry_run", "false")
    if told not in ("true", "false"):
        raise UnknownParameter(f"dry_run={told}")
    return told == "true"

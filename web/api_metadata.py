"""`/api/v1/metadata`: definitions and their changes, for administrators."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from engine.errors import UnknownParameter
from engine.service import metadata_api
from web.api import guard, json_body
from web.visits import RECORD, site, visiting

blueprint = Blueprint("api_metadata", __name__, url_prefix="/api/v1/metadata")
blueprint.before_request(guard)
MOST = 200


@blueprint.get("/entities")
def entities() -> Response:
    """All entities in short."""
    with visiting() as visit:
        return jsonify({"data": metadata_api.entities(visit)})


@blueprint.get("/entities/<name>")
def entity(name: str) -> Response:
    """One definition."""
    with visiting() as visit:
        return jsonify(metadata_api.entity(visit, name))


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
    """Look at a change (`?dry_run=true`), or make it."""
    dry = _dry_run()
    with visiting() as visit:
        wanted = metadata_api.sent(visit, json_body())
        if dry:
            return jsonify(metadata_api.preview(visit, wanted))
    answer = jsonify(done := metadata_api.publish(site(), wanted))
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/metadata/changes/{done['change']}"
    return answer


@blueprint.get("/check")
def check() -> Response:
    """What differs between definitions and database."""
    with visiting() as visit:
        return jsonify({"data": metadata_api.check(visit)})


@blueprint.get("/changes")
def changes() -> Response:
    """The journal, newest first: `?page[size]=`, `?page[after]=`."""
    told = request.args.to_dict()
    for name, value in told.items():
        if name not in ("page[size]", "page[after]") or not (value.isascii() and value.isdigit() and len(value) < 10):
            raise UnknownParameter(f"{name}={value}")
    size = min(int(told.get("page[size]", 50)), MOST)
    with visiting() as visit:
        found = metadata_api.changes(visit, limit=size, before=int(told["page[after]"]) if "page[after]" in told else None)
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
        wanted = metadata_api.sent(visit, json_body() if request.get_data() else {})
        if dry:
            return jsonify(metadata_api.preview_undo(visit, id))
    answer = jsonify(done := metadata_api.undo(site(), wanted, id))
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/metadata/changes/{done['change']}"
    return answer


def _dry_run() -> bool:
    told = request.args.to_dict()
    for name, value in told.items():
        if name != "dry_run" or value not in ("true", "false"):
            raise UnknownParameter(f"{name}={value}")
    return told.get("dry_run") == "true"

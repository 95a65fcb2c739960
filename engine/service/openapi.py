"""The OpenAPI description of the JSON interface, made from the catalog."""

from __future__ import annotations

from engine import lifecycle, rules
from engine.metadata import labels
from engine.metadata.model import Entity, Json
from engine.query import tree
from engine.schema.ops import OPERATIONS
from engine.service import metadata_api, row_names
from engine.service.visit import Visit

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_DRY_RUN = {"name": "dry_run", "in": "query", "schema": {"type": "boolean"}}
_ID: dict[str, Json] = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_SHOWN: dict[str, Json] = {"name": "shown", "in": "query", "schema": {"type": "boolean"}}


def document(visit: Visit) -> dict[str, Json]:
    """OpenAPI 3.1 for every entity that the reader may read."""
    readable = [one for one in visit.catalog.entities.values() if visit.may(one.name, "read")]
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {}
    for entity in readable:
        schemas[entity.name] = rules.schema(entity, "create")
        schemas[f"{entity.name}_change"] = rules.schema(entity, "update")
        paths[f"/api/v1/{entity.name}"] = _collection(visit, entity)
        paths[f"/api/v1/{entity.name}/{{id}}"] = _single(entity)
        paths[f"/api/v1/{entity.name}/{{id}}/replace"] = _replacing()
        if row_names.fields_of(entity):
            paths[f"/api/v1/{entity.name}/{{id}}/names"] = _names(entity)
        for step in (step for one in lifecycle.fields_of(entity) if (told := lifecycle.of(one)) for step in told.steps):
            paths[f"/api/v1/{entity.name}/{{id}}/transitions/{step}"] = _step()
    if visit.signed_in().is_administrator:
        paths |= _METADATA
        schemas["operation"] = {"oneOf": [metadata_api.operation_schema(kind) for kind in OPERATIONS]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fieldloom", "version": str(visit.catalog.version)},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": {"description": "RFC 9457 problem", "content": {"application/problem+json": {}}}},
        },
    }


def _answers(description: str, status: str = "200") -> dict[str, Json]:
    return {"responses": {status: {"description": description}, "403": _PROBLEM}}


_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag of the definitions that were looked at.",
}
_PUBLISHING: dict[str, Json] = {
    "parameters": [_DRY_RUN, _IF_MATCH],
    "responses": {"200": {"description": "The plan"}, "201": {"description": "Published"}}
    | dict.fromkeys(("400", "403", "409", "412", "422", "503"), _PROBLEM),
}
_TO_UNDO: dict[str, Json] = {
    "note": {"type": "string"},
    "base": {"type": "integer", "description": "The version it was looked at with."},
    "seen": {"type": "string", "description": "The hash of the preview."},
    "confirmed": {"type": "array", "items": {"type": "string"}},
}
_OPERATIONS: dict[str, Json] = {"operations": {"type": "array", "items": {"$ref": "#/components/schemas/operation"}}}


def _sent(properties: dict[str, Json], *, required: bool) -> dict[str, Json]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


_METADATA: dict[str, Json] = {
    "/api/v1/metadata/entities": {"get": _answers("All entities in short")},
    "/api/v1/metadata/entities/{name}": {
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": _answers("A definition"),
    },
    "/api/v1/metadata/types": {"get": _answers("The field types")},
    "/api/v1/metadata/check": {"get": _answers("What differs between definitions and database")},
    "/api/v1/metadata/operations": {
        "get": _answers("The operations that can be sent"),
        "post": {**_sent(_OPERATIONS | _TO_UNDO, required=True), **_PUBLISHING},
    },
    "/api/v1/metadata/changes": {"get": _answers("The journal, newest first")},
    "/api/v1/metadata/changes/{id}": {"parameters": [_ID], "get": _answers("A change with its events")},
    "/api/v1/metadata/changes/{id}/undo": {"parameters": [_ID], "post": {**_sent(_TO_UNDO, required=False), **_PUBLISHING}},
}


def _collection(visit: Visit, entity: Entity) -> dict[str, Json]:
    searchable = [one for one in entity.by_name.values() if one.searchable]
    filters = [
        {"name": f"filter[{one.name}][{operator}]", "in": "query", "schema": {"type": "string"}}
        for one in searchable
        for operator in tree.operators_of(one)
    ]
    plain = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("q", "sort", "fields", "page[size]", "page[after]", "filter")]
    return {
        "get": {
            "summary": labels.entity_plural(visit.catalog, entity, visit.view.languages),
            "parameters": [*plain, _SHOWN, *filters],
            "responses": {"200": {"description": "A page of records"}, "400": _PROBLEM},
        },
        "post": {"requestBody": _body(entity.name), "responses": {"201": {"description": "Made"}, "422": _PROBLEM}},
    }


def _single(entity: Entity) -> dict[str, Json]:
    answers = {"200": {"description": "The record"}, "404": _PROBLEM}
    return {
        "parameters": [_ID],
        "get": {"parameters": [_SHOWN], "responses": answers},
        "patch": {"requestBody": _body(f"{entity.name}_change"), "responses": {**answers, "412": _PROBLEM, "422": _PROBLEM}},
        "delete": {"responses": {"204": {"description": "Deleted"}, "404": _PROBLEM, "409": _PROBLEM, "412": _PROBLEM}},
    }


def _names(entity: Entity) -> dict[str, Json]:
    texts = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
    body = {"type": "object", "additionalProperties": False, "properties": {one.name: texts for one in row_names.fields_of(entity)}}
    answers = {"200": {"description": "The texts by field and language"}, "404": _PROBLEM}
    sent = {"required": True, "content": {"application/merge-patch+json": {"schema": body}}}
    return {
        "parameters": [_ID],
        "get": {"responses": answers},
        "patch": {"requestBody": sent, "responses": {**answers, "409": _PROBLEM, "412": _PROBLEM, "422": _PROBLEM}},
    }


def _step() -> dict[str, Json]:
    answers = {"200": {"description": "The record, one step further"}, "404": _PROBLEM, "409": _PROBLEM, "412": _PROBLEM}
    return {"parameters": [_ID], "post": {"responses": answers}}


def _replacing() -> dict[str, Json]:
    body = {"type": "object", "required": ["by"], "properties": {"by": {"type": "integer"}, "version": {"type": "string"}}}
    done = "How many references changed, and in how many records something was emptied that stands on the card no more"
    answers = {"200": {"description": done}, "404": _PROBLEM, "409": _PROBLEM, "412": _PROBLEM, "422": _PROBLEM}
    return {"parameters": [_ID], "post": {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}, "responses": answers}}


def _body(name: str) -> dict[str, Json]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

"""The administrator's page of all rules of an entity."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from engine.service.admin import rules
from web.visits import answer, visiting

blueprint = Blueprint("admin_rules", __name__, url_prefix="/admin")


@blueprint.get("/<entity>/rules")
def show(entity: str) -> Response:
    """All rules in words, with warnings."""
    with visiting() as visit:
        return answer(visit, rules.show(visit, entity))

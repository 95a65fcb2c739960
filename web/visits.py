"""From a request to a visit, and from what a use case answers to a response."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, current_app, flash, jsonify, make_response, redirect, request, session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from engine.render.bind import Submission, Upload
from engine.service.screen import Done, Screen
from engine.service.visit import Credentials, Site, Visit
from web.frame import framed

RECORD = "<number(max=9007199254740991):id>"
"""The part of an address that names a record: what a browser can count exactly."""
MAX_CONTROLS = 4_000


class Number(IntegerConverter):
    """A number in an address. It is written in one way only: `int` takes the digits of every script, and zeros before them."""

    regex = "0|[1-9][0-9]*"


def site() -> Site:
    """The running program."""
    found: Site = current_app.extensions["fieldloom"]
    return found


def credentials() -> Credentials:
    """What this request says about itself."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Credentials(
        session=session.get("token"),
        token=token.strip() if scheme.lower() == "bearer" else None,
        languages=[tag for tag, _ in request.accept_languages],
        chosen_language=session.get("language"),
        chosen_theme=session.get("theme"),
    )


@contextmanager
def visiting(*, write: bool = False) -> Iterator[Visit]:
    """A unit of work for this request."""
    with site().visit(credentials(), write=write) as visit:
        yield visit


def answer(visit: Visit, outcome: Screen | Done) -> AnyResponse:
    """The response for what a use case answered."""
    if isinstance(outcome, Done):
        if wants_json():
            return jsonify({"url": outcome.url, "message": outcome.message, "level": outcome.level, "undo": outcome.undo})
        if outcome.message:
            flash(outcome.message, outcome.level)
        if outcome.undo:
            flash(outcome.undo, "undo")
        return redirect(outcome.url, 303)
    return draw(visit, outcome)


def wants_json() -> bool:
    """Whether a program asks, or a script of a page: it is told what happened and draws that itself."""
    sent_by_program = request.path.startswith("/api/") or request.method == "PUT"  # no form and no link does
    return sent_by_program or request.path.endswith("/suggest") or request.headers.get("Accept") == "application/json"


def draw(visit: Visit, screen: Screen) -> Response:
    """A screen in its frame."""
    return make_response(framed(visit, screen), screen.status)


def submission() -> Submission:
    """What a form sent. Raises RequestEntityTooLarge for more controls than any card has."""
    texts = request.form.to_dict(flat=False)
    if len(texts) > MAX_CONTROLS:
        raise RequestEntityTooLarge
    files = {name: Upload(sent.filename, sent.read()) for name, sent in request.files.items() if sent.filename}
    return Submission(texts, files)


def pairs() -> list[tuple[str, str]]:
    """The address's parameters, in order."""
    return list(request.args.items(multi=True))

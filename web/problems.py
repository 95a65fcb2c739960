"""What is answered when something is refused or goes wrong: a page for people, problem+json for programs."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence

from flask import Flask, current_app, redirect, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from engine import i18n
from engine.errors import (
    BadHeader,
    BadOperation,
    BadValue,
    ChangeRefused,
    ChangeUnderWay,
    FieldloomError,
    Forbidden,
    InUse,
    Locked,
    MovedOn,
    NotConfirmed,
    NotFound,
    NotPossible,
    NotRestorable,
    NotUndoable,
    Outdated,
    Overtaken,
    Refused,
    Reshaped,
    SignInNeeded,
    Stale,
    TableHeld,
    TooManyAttempts,
    Unavailable,
    Unknown,
    UnknownChange,
    UnknownEntity,
    UnknownStep,
)
from engine.messages import M_, Message, Problem
from engine.service import drift
from engine.service.judging import sentence
from engine.service.screen import Screen
from web.visits import credentials, draw, site, visiting, wants_json

log = logging.getLogger("fieldloom")

STATUS: Sequence[tuple[type[FieldloomError], int, Message]] = (
    (SignInNeeded, 401, M_("Please sign in")),
    (UnknownEntity, 404, M_("Not found")),
    (UnknownChange, 404, M_("Not found")),
    (NotFound, 404, M_("Not found")),
    (UnknownStep, 404, M_("Not found")),
    (Forbidden, 403, M_("Not allowed")),
    (Unknown, 400, M_("This address is not understood")),
    (BadValue, 400, M_("This address is not understood")),
    (BadHeader, 400, M_("This request is not understood")),
    (Refused, 422, M_("There is a problem")),
    (Stale, 412, M_("Changed meanwhile")),
    (InUse, 409, M_("In use")),
    (Locked, 409, M_("This is fixed")),
    (NotPossible, 409, M_("This step is not possible now")),
    (BadOperation, 400, M_("This change is not understood")),
    (ChangeRefused, 422, M_("This change cannot run")),
    (NotConfirmed, 409, M_("Please confirm")),
    (Overtaken, 412, M_("Changed meanwhile")),
    (Outdated, 409, M_("Changed meanwhile")),
    (NotUndoable, 409, M_("This cannot be undone")),
    (ChangeUnderWay, 503, M_("Please wait a moment")),
    (TableHeld, 503, M_("Please wait a moment")),
    (NotRestorable, 409, M_("This cannot be restored")),
    (MovedOn, 409, M_("This cannot be saved")),
    (Unavailable, 503, M_("Too busy")),
    (TooManyAttempts, 429, M_("Please wait a moment")),
    (FieldloomError, 400, M_("This cannot be done")),
)
"""Error → status and heading; the first class that fits counts."""

HTTP: dict[int, tuple[Message, Message]] = {
    400: (M_("This request is not understood"), M_("What was sent is not well formed. Go back and try again.")),
    404: (M_("Not found"), M_("There is nothing at this address. It may have been mistyped or deleted.")),
    405: (M_("Not possible here"), M_("This address cannot be used in this way.")),
    413: (M_("Too much at once"), M_("What was sent is too large. Send less, or smaller files, and try again.")),
    415: (M_("This request is not understood"), M_("This address takes JSON: send it as application/json.")),
}
EXPIRED = (M_("This form has expired"), M_("It was open too long or in another session. Go back, load the page again and repeat what you typed."))
BROKEN = (M_("Something went wrong"), M_("Nothing was changed. If it happens again, tell the administrator this number: %(number)s"))


def register(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(Reshaped, _again)
    app.register_error_handler(FieldloomError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refused(error: FieldloomError) -> Response:
    status, heading = next((status, heading) for kind, status, heading in STATUS if isinstance(error, kind))
    if isinstance(error, SignInNeeded) and not wants_json():
        target = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(f"/sign-in?next={iri_to_uri(target).replace('&', '%26').replace('#', '%23')}" if target not in ("", "/") else "/sign-in", 303)
    uses = [{"entity": entity, "field": field, "count": count} for (entity, field), count in error.uses.items()] if isinstance(error, InUse) else []
    answer = _told(status, heading, error.message, problems=_problems(error), uses=uses)
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _again(_: Reshaped) -> Response:
    """A field went while the request was under way. Nothing was written, so it is done once more, with the fields there are now.

    If that does not help, no change took the column: it has vanished. Then its field is set aside first.
    """
    try:
        try:
            return _done_again()
        except Reshaped:
            drift.set_aside(site().database)
            return _done_again()
    except HTTPException as refused:
        return _http(refused)
    except Reshaped as still:
        return _broken(still)
    except FieldloomError as refused:
        return _refused(refused)
    except Exception as broken:
        return _broken(broken)


def _done_again() -> Response:
    return current_app.make_response(current_app.view_functions[request.endpoint or ""](**request.view_args or {}))  # type: ignore[arg-type]


def _problems(error: FieldloomError) -> Sequence[Problem]:
    """What is wrong one by one: of a record by field; of a change of definitions by the code of the finding, or what is to be confirmed."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, ChangeRefused):
        return [Problem(None, code, reason) for code, reason in zip(error.codes, error.reasons, strict=True)]
    if isinstance(error, NotConfirmed):
        return [Problem(None, key, reason) for key, reason in zip(error.keys, error.reasons, strict=True)]
    return ()


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return Response(error.get_body(), error.code, error.get_headers())
    if isinstance(error, CSRFError):
        return _told(400, *EXPIRED)
    heading, text = HTTP.get(error.code or 500, HTTP[400])
    return _told(error.code or 500, heading, text)


def _broken(error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("error %s at %s %r", number, request.method, request.path, exc_info=error)
    return _told(500, BROKEN[0], M_(BROKEN[1].text, number=number))


def _told(
    status: int, heading: Message, text: Message, *, problems: Sequence[Problem] = (), uses: Sequence[Mapping[str, object]] = ()
) -> Response:
    try:
        with visiting() as visit:
            if wants_json():
                entity = visit.catalog.entities.get((request.view_args or {}).get("entity", ""))
                errors = [
                    {
                        "pointer": f"/{(one.field or '').replace('~', '~0').replace('/', '~1')}" if one.field else "",
                        "code": one.code,
                        "detail": sentence(visit, entity, one) if entity else visit.translator.say(one.message),
                    }
                    for one in problems
                ]
                return _json(status, visit.translator.say(heading), visit.translator.say(text), errors, uses)
            context = {"status": status, "heading": visit.translator.say(heading), "text": visit.translator.say(text)}
            return draw(visit, Screen("problem.html", {**context, "detail": [], "back_url": _back()}, status))
    except FieldloomError:  # the database itself is gone: say it without asking it
        speaker = i18n.translator(site().locales, i18n.negotiate(credentials().languages, site().default_language).tag)
        told, more = speaker.say(heading), speaker.say(text)
        return _json(status, told, more, []) if wants_json() else Response(f"{told}\n\n{more}\n", status, mimetype="text/plain")


def _json(status: int, title: str, detail: str, errors: Sequence[object], uses: Sequence[object] = ()) -> Response:
    document: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        document["errors"] = list(errors)
    if uses:
        document["uses"] = list(uses)
    # A key that was sent may hold half a character, which has no bytes of its own.
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    answer = Response(body, status, mimetype="application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="fieldloom"'
    return answer


def _back() -> str:
    """Where "go back" leads: the page the reader came from, if it is ours."""
    came = request.headers.get("Referer", "")
    return came.removeprefix(request.host_url.rstrip("/")) if came.startswith(request.host_url) else ""



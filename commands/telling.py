"""What commands say: sentences for people, JSON for programs, a bar for what takes a while; and the exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from engine.errors import BadOperation, ChangeRefused, ChangeUnderWay, FieldloomError, NotConfirmed, TableHeld, Unavailable
from settings import BadSetting

DONE, REFUSED, USAGE, UNCONFIRMED, BUSY, STOPPED = 0, 1, 2, 3, 4, 130
"""The exit statuses. Having nothing to do is done; stopped is by Ctrl-C."""
_WIDTH = 30


def status_of(error: Exception) -> int:
    """The exit status for what was refused."""
    if isinstance(error, NotConfirmed):
        return UNCONFIRMED
    if isinstance(error, BadOperation):
        return USAGE
    return BUSY if isinstance(error, (ChangeUnderWay, TableHeld, Unavailable)) else REFUSED


def told_of(error: Exception) -> list[str]:
    """What was refused, in full."""
    if isinstance(error, ChangeRefused):
        return [f"{code}: {reason}" for code, reason in zip(error.codes, error.reasons, strict=True)]
    if isinstance(error, NotConfirmed):
        return [f"{reason}\n  confirm it with: --confirm {key}" for key, reason in zip(error.keys, error.reasons, strict=True)]
    if isinstance(error, Unavailable):
        return [f"{error}\n{error.reason}"]
    return [str(error)]


def refuse(error: FieldloomError | BadSetting, *, as_json: bool) -> int:
    """Say why nothing was done. Returns the exit status."""
    if as_json:
        document: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        if isinstance(error, ChangeRefused):
            document |= {"codes": list(error.codes), "reasons": [str(one) for one in error.reasons]}
        elif isinstance(error, NotConfirmed):
            document |= {"confirmations": list(error.keys), "reasons": [str(one) for one in error.reasons]}
        say_json(document)
    else:
        for line in told_of(error):
            print(f"fieldloom: {line}", file=sys.stderr)
    return status_of(error)


def say_json(document: Any) -> None:
    """One JSON document on the standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def agreed(question: str) -> bool:
    """Whether whoever sits there says yes; where nobody sits there, no."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def bar(out: TextIO | None = None) -> Callable[[str, int, int], None]:
    """Draws how far something is: in one line on a terminal, else a line for each tenth."""
    stream = out or sys.stderr
    on_terminal = stream.isatty()
    last = {"what": "", "tenth": -1}

    def draw(what: str, done: int, whole: int) -> None:
        part = min(done / whole, 1.0) if whole else 1.0
        if on_terminal:
            filled = round(part * _WIDTH)
            stream.write(f"\r{what}  [{'#' * filled}{'.' * (_WIDTH - filled)}] {part:4.0%}" + ("\n" if part >= 1 else ""))
            stream.flush()
            return
        tenth = int(part * 10)
        if (what, tenth) != (last["what"], last["tenth"]):
            last.update(what=what, tenth=tenth)
            print(f"{what}: {part:.0%}", file=stream, flush=True)

    return draw

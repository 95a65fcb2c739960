"""A process that saves one customer through the JSON interface and kills itself at a chosen step of the transaction.

Run as `python saving.py <database url> <token> <step> <body>`; step 0 kills nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from app import create_app
from settings import Settings


def kill_at(step: int) -> None:
    """Kill this process, without any goodbye, before the given write (or commit) of its transaction."""
    done = 0

    def count(*_: Any) -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def on_execute(conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("INSERT"):
            count()

    event.listen(Engine, "commit", count)


def main(url: str, token: str, step: str, body: str) -> None:
    """Save, and print the status."""
    app = create_app(Settings(url, Path("/nonexistent"), secret_key="test"))
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    client.get("/api/v1/customer", headers=headers)  # everything is loaded before the save
    kill_at(int(step))
    answer = client.post("/api/v1/customer", data=body, content_type="application/json", headers=headers)
    sys.stdout.write(f"{answer.status_code}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Run as a process: one request a line of standard input (`METHOD path body`), answered with its status on a line."""

from __future__ import annotations

import sys
from pathlib import Path

from app import create_app
from settings import Settings


def main(url: str, token: str) -> None:
    """Answer until the input ends."""
    client = create_app(Settings(url, Path("/nonexistent"), secret_key="test")).test_client()
    headers = {"Authorization": f"Bearer {token}"}
    client.get("/api/v1/customer", headers=headers)  # everything is loaded before the first
    _say("ready")
    for line in sys.stdin:
        method, path, body = line.rstrip("\n").split(" ", 2)
        answer = client.open(f"/api/v1{path}", method=method, data=body or None, content_type="application/json", headers=headers)
        _say(str(answer.status_code))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

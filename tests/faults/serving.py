"""A server of the whole program. Run as `python serving.py <database url> <port>`; says “ready” once it listens."""

from __future__ import annotations

import sys
from pathlib import Path

from waitress.server import create_server

from app import create_app
from settings import Settings


def main(url: str, port: str) -> None:
    """Serve until ended."""
    app = create_app(Settings(url, Path("/nonexistent"), secret_key="the same for all servers", default_language="en"))
    server = create_server(app, host="127.0.0.1", port=int(port), threads=8, ident="")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])

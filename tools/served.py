"""The program in a process of its own, as `fieldloom serve` runs it: for tests with a browser and for pictures."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
SECONDS_TO_START = 30


@contextmanager
def served(database_url: str, folder: Path, **settings: str) -> Iterator[str]:
    """Serve a database that is set up; gives the address. What the process says goes to `folder/served.log`."""
    port = _free_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith("FIELDLOOM_")}
    told |= {"FIELDLOOM_DATABASE_URL": database_url, "FIELDLOOM_INSTANCE": str(folder), "FIELDLOOM_PORT": str(port), **settings}
    log = folder / "served.log"
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "cli.py", "serve"], cwd=ROOT, env=told, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/readyz", process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310  # our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")

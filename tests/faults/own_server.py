"""Database servers of a test's own, which may be killed: started from the installed binaries, on a free port, in a folder of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from engine.errors import Unavailable
from engine.metadata.database import Database

PATIENCE = 60.0
USERS = {"postgresql": "postgres", "mariadb": "mysql"}


def binary(name: str) -> str | None:
    """Where a program is, also where PostgreSQL keeps those that nobody is meant to type."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else None)


def why_absent(backend: str) -> str | None:
    """Why no server can be started here, in a sentence."""
    for name in {"postgresql": ("initdb", "postgres"), "mariadb": ("mariadb-install-db", "mariadbd")}[backend]:
        if binary(name) is None:
            return f"{name} is not installed, so no {backend} server of the test's own can be started and killed."
    if os.geteuid() == 0:
        with suppress(KeyError):
            pwd.getpwnam(USERS[backend])
            return None
        return f"There is no user {USERS[backend]}, and a {backend} server does not run as root."
    return None


def _answers(database: Database) -> bool:
    try:
        with database.reading():
            return True
    except (Unavailable, DBAPIError):
        return False


class OwnServer:
    """One server. `start` and `kill` may follow one another again and again."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.folder = Path(tempfile.mkdtemp(prefix="fieldloom-server-"))
        self._told: dict[str, Any] = {"cwd": self.folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.geteuid() == 0:
            self._told["user"] = USERS[backend]
            shutil.chown(self.folder, USERS[backend])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        data = self.folder / "data"
        install = {
            "postgresql": ["initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            "mariadb": ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
        }[backend]
        subprocess.run([binary(install[0]) or "", *install[1:]], check=True, timeout=120, **self._told)
        self._command = {
            "postgresql": ["postgres", "-D", str(data), "-k", str(self.folder), "-h", "127.0.0.1", "-p", str(self.port)],
            "mariadb": [
                "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={self.folder}/socket", f"--port={self.port}",
                "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=32M",
            ],
        }[backend]  # fmt: skip

    def url(self, name: str) -> str:
        """The URL of a database on it."""
        return f"{self.backend}://{'postgres' if self.backend == 'postgresql' else 'root'}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._process = subprocess.Popen([binary(self._command[0]) or "", *self._command[1:]], **self._told)
        database = Database(self.url("postgres" if self.backend == "postgresql" else "mysql"))
        end = time.monotonic() + PATIENCE
        while not _answers(database):
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.05)
        database.close()

    def kill(self) -> None:
        """Without any goodbye, with all the processes it has started."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii").split()
        for pid in (self._process.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def close(self) -> None:
        """End it, and remove everything."""
        if self._process:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

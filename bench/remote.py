"""A server in a process of its own: start it, wait for its first answer, talk to it, weigh it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.wsgi import Application

PATIENCE = 60.0


class DidNotStart(RuntimeError):
    """The process ended, or did not answer in time."""


@dataclass(frozen=True)
class Server:
    """A running server and how long it took to its first answer."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float

    def application(self) -> Application:
        """The server as if it were a WSGI application: one keep-alive connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

        def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
            headers = {
                name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_") and name != "HTTP_HOST"
            }
            if "CONTENT_TYPE" in environ:
                headers["Content-Type"] = environ["CONTENT_TYPE"]
            connection.request(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read() or None, headers)
            answer = connection.getresponse()
            body = answer.read()
            start_response(f"{answer.status} {answer.reason}", answer.getheaders())
            return [body]

        return call

    def proportional_bytes(self) -> int | None:
        """The process's share of memory (PSS), where the system tells it."""
        path = Path(f"/proc/{self.process.pid}/smaps_rollup")
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), None)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: Callable[[int], Sequence[str]], environ: dict[str, str], path: str = "/healthz") -> Iterator[Server]:
    """A server started by `command(port)`, once it answers; ended afterwards. Raises DidNotStart."""
    port = free_port()
    told = {**os.environ, **{name: value.replace("{port}", str(port)) for name, value in environ.items()}}
    start = time.perf_counter()
    process = subprocess.Popen(command(port), env=told, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait(process, port, path, start + PATIENCE)
        yield Server(process, port, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait(process: subprocess.Popen[bytes], port: int, path: str, deadline: float) -> None:
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            told = process.stderr.read().decode(errors="replace") if process.stderr else ""
            raise DidNotStart((told.strip().splitlines() or ["it ended without a word"])[-1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise DidNotStart("it did not answer in time")

"""A process beside the one that changes fields: `python -m bench.evolving worker|writer|poster …`, told what to do by lines.

- `worker <url> <instance> <token>` is the whole program; told a field's name, it asks for the definition until the field is there, reads a
  record with it, and tells the moment.
- `writer <url> <table>` and `poster <port> <token>` change a record every 10 ms from `go` to `stop`, the one by a bare UPDATE, the other
  over HTTP, and tell the longest wait in seconds, how many there were and how many failed.
"""

from __future__ import annotations

import http.client
import json
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from bench.scratch import raw_connection
from bench.wsgi import Client

EVERY, POLL = 0.01, 0.005
"""Seconds. Who asks again and again takes a core from the one who publishes; nobody asks more often than this."""


def worker(url: str, instance: str, token: str) -> None:
    """See a field as soon as it can be seen."""
    from app import create_app
    from settings import Settings

    client = Client(create_app(Settings(url, Path(instance), secret_key="bench", default_language="en")))
    client.headers |= {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_ACCEPT": "application/json"}
    client.get("/api/v1/customer/1").expect(200)
    tell("ready")
    for line in sys.stdin:
        wanted = json.dumps(line.strip()).encode()
        while wanted not in client.get("/api/v1/customer/schema").expect(200).body:
            time.sleep(POLL)
        client.get("/api/v1/customer/1").expect(200)
        tell(str(time.perf_counter()))


def writer(url: str, table: str) -> None:
    """Change a record without anything in between."""
    connection = raw_connection(make_url(url))
    cursor = connection.cursor()

    def write() -> bool:
        cursor.execute(f"UPDATE {table} SET version = version + 1 WHERE id = 1")  # told by the benchmark itself
        connection.commit()
        return True

    steadily(write)


def poster(port: str, token: str) -> None:
    """Change a record over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    number = 0

    def write() -> bool:
        nonlocal number
        number += 1
        connection.request("PATCH", "/api/v1/customer/1", json.dumps({"address": f"{number} Harbour Road"}), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200

    steadily(write)


def steadily(write: Callable[[], bool]) -> None:
    """Write every 10 ms whenever told to."""
    write()
    tell("ready")
    while sys.stdin.readline():
        longest, count, failed = 0.0, 0, 0
        while not select.select([sys.stdin], [], [], EVERY)[0]:
            began = time.perf_counter()
            failed += not write()
            longest, count = max(longest, time.perf_counter() - began), count + 1
        sys.stdin.readline()
        tell(f"{longest} {count} {failed}")


def tell(text: str) -> None:
    """A line to the benchmark."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


ROLES: dict[str, Callable[..., None]] = {"worker": worker, "writer": writer, "poster": poster}

if __name__ == "__main__":
    ROLES[sys.argv[1]](*sys.argv[2:])

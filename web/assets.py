"""Static files under an address that changes with their content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

FOLDER = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600


class Assets:
    """The static folder and its present address."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def version(self) -> str:
        """A digest of every file's name, size and time of change."""
        told = hashlib.sha256()
        for path in sorted(self._folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                told.update(f"{path.relative_to(self._folder)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return told.hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of a file. Its version stands in the path, so that modules' own relative imports carry it too."""
        return f"/static/{self.version}/{path}"


assets = Blueprint("assets", __name__)


@assets.get("/static/<version>/<path:path>")
def file(version: str, path: str) -> Response:
    """A static file, to be kept for a year."""
    answer = send_from_directory(FOLDER, path, max_age=YEAR)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer

"""What the figures were measured with: versions and the machine, but no names of places on it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "flask",
    "wtforms",
    "jinja2",
    "markupsafe",
    "sqlalchemy",
    "psycopg",
    "pymysql",
    "jsonschema-rs",
    "waitress",
    "flask-admin",
    "django",
)


def facts(database: str) -> dict[str, str]:
    """Names and values, in the order they are shown."""
    found = {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Database": database,
        "System": f"{platform.system()} {platform.machine()}",
        "Processor": f"{_model()}, {os.cpu_count()} cores",
        "Packages": ", ".join(f"{name} {told}" for name in _PACKAGES if (told := _version(name))),
    }
    return found | ({"Memory": f"{memory} GiB"} if (memory := _memory()) else {})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (ValueError, OSError, AttributeError):
        return None

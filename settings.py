"""Settings, read from the environment once at start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
MIN_KEY = 32


class BadSetting(ValueError):
    """A setting cannot be used; the sentence names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program is told from outside."""

    database_url: str
    instance: Path
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = ""
    admin_password: str | None = None
    default_language: str = "zh-Hans"
    timezone: str = "UTC"
    secure_cookies: bool = False
    trusted_proxies: int = 0
    catalogs: Path = ROOT / "field_catalogs"
    locales: Path = ROOT / "locales"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises BadSetting.

    Where no secret key is given one is made and kept in the instance folder, readable by its owner only.
    """
    env = os.environ if environ is None else environ
    instance = Path(env.get("FIELDLOOM_INSTANCE", "instance")).resolve()
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"FIELDLOOM_INSTANCE: the folder {instance} cannot be made ({error.strerror}).") from None
    return Settings(
        database_url=env.get("FIELDLOOM_DATABASE_URL") or f"sqlite:///{instance / 'fieldloom.sqlite3'}",
        instance=instance,
        host=env.get("FIELDLOOM_HOST", "127.0.0.1"),
        port=_port(env.get("FIELDLOOM_PORT", "8000")),
        secret_key=env.get("FIELDLOOM_SECRET_KEY") or _kept_key(instance / "secret_key"),
        admin_password=env.get("FIELDLOOM_ADMIN_PASSWORD") or None,
        default_language=env.get("FIELDLOOM_LANGUAGE", "zh-Hans"),
        timezone=_timezone(env.get("FIELDLOOM_TIMEZONE", "UTC")),
        trusted_proxies=_count("FIELDLOOM_TRUSTED_PROXIES", env.get("FIELDLOOM_TRUSTED_PROXIES", "0")),
        secure_cookies=env.get("FIELDLOOM_SECURE_COOKIES", "").lower() in ("1", "true", "yes"),
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise BadSetting(f"FIELDLOOM_PORT is “{text}”; it must be a number from 1 to 65535.")
    return int(text)


def _timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSetting(f"FIELDLOOM_TIMEZONE is “{name}”; it must be the name of a time zone, like Asia/Shanghai.") from None


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise BadSetting(f"{name} is “{text}”; it must be a number from 0 to 99.")
    return int(text)


def _kept_key(path: Path) -> str:
    """The kept key, made at the first start. Two processes that start at once keep the same one; it is never half written."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < MIN_KEY:
        raise BadSetting(f"The key in {path} is too short to be safe. Delete the file, and a new one is made; everybody signs in again.")
    return key

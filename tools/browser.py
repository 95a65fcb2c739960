"""The browser for tests and screenshots: find a Chromium, or install one where that is possible.

`python -m tools.browser` prints its path. Without a browser the tests that need one are skipped with a sentence,
or fail where FIELDLOOM_REQUIRE_BROWSER=1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
# The shell alone takes three quarters of a whole browser's time; Debian has both. With the fonts that Chinese and Arabic pages need.
DEBIAN_BROWSERS, DEBIAN_FONTS = ("chromium-headless-shell", "chromium"), ("fonts-noto-cjk", "fonts-noto-core")
SENTENCE = (
    "There is no Chromium or Chrome here and none could be installed: install one, "
    "or name it in FIELDLOOM_BROWSER; until then the tests with a browser are skipped."
)


@cache
def find() -> Path | None:
    """The browser: the one that FIELDLOOM_BROWSER names, the system's, or one that playwright has downloaded."""
    if named := os.environ.get("FIELDLOOM_BROWSER"):
        return Path(named) if starts(named) else None
    candidates = [path for name in NAMES if (path := shutil.which(name))]
    candidates += [place for place in PLACES if Path(place).exists()]
    for candidate in candidates:
        if starts(candidate):
            return Path(candidate)
    return _playwrights_own()


def starts(path: str) -> bool:
    """Whether it runs at all: some systems ship a `chromium-browser` that only says where to get one."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright  # here: it starts a process of its own

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def install() -> None:
    """Try the system's packages, then playwright's download. Says what is run; failure is seen by looking again."""
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if _run(["apt-get", "update", "-qq"], quiet) and any(
            _run(["apt-get", "install", "-y", "-qq", browser, *DEBIAN_FONTS], quiet) for browser in DEBIAN_BROWSERS
        ):
            return
    _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _run(command: list[str], environ: dict[str, str]) -> bool:
    print(" ".join(command), file=sys.stderr)
    return subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False).returncode == 0


def main() -> int:
    """Find, or install and find."""
    if find() is None and not os.environ.get("FIELDLOOM_BROWSER"):
        install()
        find.cache_clear()
    found = find()
    print(found or SENTENCE, file=sys.stdout if found else sys.stderr)
    return 0 if found or os.environ.get("FIELDLOOM_REQUIRE_BROWSER") != "1" else 1


if __name__ == "__main__":
    sys.exit(main())

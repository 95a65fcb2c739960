"""GNU gettext for the tests of PO files: `python -m tools.gettext` finds `msgfmt`, or installs it where that is possible.

Without it the tests that need it are skipped with a sentence, or fail where FIELDLOOM_REQUIRE_GETTEXT=1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SENTENCE = "There is no msgfmt here: install gettext (apt-get install gettext, brew install gettext); until then its tests are skipped."


def find() -> str | None:
    """The program that checks PO files."""
    return shutil.which("msgfmt")


def main() -> int:
    """Find, or install and find."""
    if find() is None and sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "gettext"]):
            print(" ".join(command), file=sys.stderr)
            subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    found = find()
    print(found or SENTENCE, file=sys.stdout if found else sys.stderr)
    return 0 if found or os.environ.get("FIELDLOOM_REQUIRE_GETTEXT") != "1" else 1


if __name__ == "__main__":
    sys.exit(main())

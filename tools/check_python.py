"""Says in one sentence when this Python is too old or cannot make a virtual environment. Runs on any Python 3."""

import sys

WANTED = (3, 11)


def complaint():  # type: ignore[no-untyped-def]  # an older Python reads this file too
    """What is wrong with this Python, or None."""
    if sys.version_info < WANTED:
        return f"Fieldloom needs Python 3.11 or newer; this is {sys.version.split()[0]}. Name another: make PYTHON=python3.12"
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv"
    return None


if __name__ == "__main__":
    sys.exit(complaint())  # type: ignore[no-untyped-call]

"""Reference g: the plain WTForms form behind Flask and waitress, as a process: `python -m bench.references.plain_server PORT`."""

from __future__ import annotations

import sys

from flask import Flask
from waitress import serve

from bench.fields import specs
from bench.references.plain_form import drawer

NAME = "Flask + WTForms by hand"


def application() -> Flask:
    """The form at `/`, and `/healthz`."""
    app = Flask(__name__)
    app.add_url_rule("/", "form", drawer(specs()))
    app.add_url_rule("/healthz", "healthz", lambda: "ok")
    return app


if __name__ == "__main__":
    serve(application(), host="127.0.0.1", port=int(sys.argv[1]), threads=4)

"""A lean caller of WSGI applications: the same few microseconds for everybody, unlike the frameworks' test clients.

Keeps cookies, as a browser does.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_TOKEN = re.compile(rb'name="(?:csrf_token|csrfmiddlewaretoken)"[^>]*?value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def token(self) -> str:
        """The CSRF token of the form in the body."""
        found = _TOKEN.search(self.body)
        if found is None:
            raise RuntimeError(f"no CSRF token in an answer of status {self.status}")
        return found[1].decode()

    def expect(self, status: int) -> Answer:
        """Itself. Raises RuntimeError for another status: a benchmark of error pages is worth nothing."""
        if self.status != status:
            raise RuntimeError(f"status {self.status} instead of {status}: {self.body[:600].decode(errors='replace')}")
        return self


def encoded(form: Mapping[str, str]) -> bytes:
    """A form as a browser sends it."""
    return urlencode(form).encode()


@dataclass
class Client:
    """One reader of an application. One who no longer learns keeps the cookies there are: a reader who posts again and
    again without looking at the page that follows would collect every “Saved.” in the session.
    """

    app: Application
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    learns: bool = True

    def get(self, path: str, query: str = "") -> Answer:
        """GET."""
        return self._call("GET", path, query, b"", "")

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """POST a form."""
        return self.post_encoded(path, encoded(form))

    def post_encoded(self, path: str, body: bytes) -> Answer:
        """POST a form that was encoded before: that is the browser's work, not the server's."""
        return self._call("POST", path, "", body, "application/x-www-form-urlencoded")

    def post_json(self, path: str, body: bytes) -> Answer:
        """POST JSON."""
        return self._call("POST", path, "", body, "application/json")

    def _call(self, method: str, path: str, query: str, body: bytes, kind: str) -> Answer:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "en", **self.headers,
        }  # fmt: skip
        if body:
            environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind}
        if self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            started[:] = [int(status[:3]), headers]
            return lambda _: None

        chunks = self.app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if self.learns:
            self._keep(started[1])
        return Answer(started[0], started[1], content)

    def _keep(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value

"""The customer module's rules are tested as people and programs meet them: with the browser and the API of `tests/web`."""

from tests.web.conftest import api, app, app_on, browser

__all__ = ["api", "app", "app_on", "browser"]

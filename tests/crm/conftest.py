"""The customer module's rules are tested as people and programs meet them: with the browser and the API of `tests/web`."""

import pytest

from engine.metadata.database import Database
from tests.crm.desk import Desk
from tests.web.conftest import Api, Browser, api, app, app_on, browser

__all__ = ["api", "app", "app_on", "browser", "desk"]


@pytest.fixture
def desk(browser: Browser, api: Api, installed: Database) -> Desk:
    """A desk on a database of the test's own."""
    return Desk(browser, api, installed)

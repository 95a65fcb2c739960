"""On MariaDB a column is added in half the time: with it the database counts anew in every index, from then on in fewer pages.

Nobody waits behind it: a table that somebody holds is tried again for a moment, and then left as it is, only slower.
"""

import re
import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import OperationalError

revision = "0005"
down_revision = "0004"

TRIES, PAUSE = 50, 0.05
HELD = 1205

EXTENSION = re.compile(r"(?P<entity>.+)__x\d+")


def upgrade() -> None:
    """Say so of the tables of records; new ones are made so. Saying it twice does no harm, so a cut-off start may say it again."""
    _count_in("8")


def downgrade() -> None:
    """As many pages as the server says."""
    _count_in("DEFAULT")


def _count_in(pages: str) -> None:
    conn = op.get_bind()
    if conn.dialect.name not in ("mariadb", "mysql"):
        return
    entities = set(conn.execute(sa.text("SELECT name FROM fl_entity")).scalars())
    for table in sa.inspect(conn).get_table_names():
        found = EXTENSION.fullmatch(table)
        if table in entities or (found and found["entity"] in entities):
            quoted = conn.dialect.identifier_preparer.quote(table)
            _unless_held(conn, f"ALTER TABLE {quoted} NOWAIT STATS_SAMPLE_PAGES = {pages}")


def _unless_held(conn: sa.Connection, statement: str) -> None:
    for _ in range(TRIES):
        try:
            conn.execute(sa.text(statement))
            return
        except OperationalError as error:
            if error.orig is None or error.orig.args[0] != HELD:
                raise
            time.sleep(PAUSE)

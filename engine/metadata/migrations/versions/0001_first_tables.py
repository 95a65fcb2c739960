"""First tables: metadata, people, sessions, history, files."""

import sqlalchemy as sa
from alembic import op

from engine.metadata.tables import METADATA, VERSION

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every fixed table, and version 1."""
    METADATA.create_all(op.get_bind())
    op.get_bind().execute(sa.insert(VERSION).values(id=1, catalog=0, dictionaries=0))


def downgrade() -> None:
    """Drop every fixed table."""
    METADATA.drop_all(op.get_bind())

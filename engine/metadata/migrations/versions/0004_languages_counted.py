"""The languages get a counter of their own: a change of fields leaves them as they are, and nobody loads them again for it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the counter. MariaDB commits with each statement: what a cut-off start made is left as it is."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("fl_version")}
    if "languages" not in there:
        op.add_column("fl_version", sa.Column("languages", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("fl_version", "languages")

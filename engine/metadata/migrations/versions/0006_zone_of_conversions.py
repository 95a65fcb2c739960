"""A conversion names the time zone in which it reads and writes moments."""

import sqlalchemy as sa
from alembic import op

from engine.metadata.columns import short_text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the name. MariaDB commits with each statement: what a cut-off start made is left as it is."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("fl_field")}
    if "copies_in" not in there:
        op.add_column("fl_field", sa.Column("copies_in", short_text(60), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("fl_field", "copies_in")

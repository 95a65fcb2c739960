"""Controlled evolution: the journal of changes, drafts, states and rules of fields, the layout of groups."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.metadata.columns import Id, LongText, UtcDateTime, WideText, short_text

revision = "0002"
down_revision = "0001"

INNODB: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB", "mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}
TABLES = ("fl_spent_name", "fl_change", "fl_change_event", "fl_draft", "fl_shipped")
ADDED: dict[str, dict[str, tuple[Any, Any]]] = {
    "fl_entity": {"state": (short_text(20), "active")},
    "fl_group": {"layout": (LongText, None)},
    "fl_field": {
        "state": (short_text(20), "active"),
        "rules": (LongText, None),
        "folded": (sa.Boolean(), sa.false()),
        "copies_to": (short_text(32), None),
    },
}


def upgrade() -> None:
    """Add the tables and columns. MariaDB commits with each: what a cut-off start made is left as it is."""
    held = sa.inspect(op.get_bind())
    for table, columns in ADDED.items():
        there = {column["name"] for column in held.get_columns(table)}
        for name, (kind, default) in columns.items():
            if name not in there:
                op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    _journal()
    _drafts()
    op.create_index("ix_fl_change_event_change_id", "fl_change_event", ["change_id"], if_not_exists=True)


def downgrade() -> None:
    """Drop what was added."""
    for name in reversed(TABLES):
        op.drop_table(name)
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)


def _journal() -> None:
    op.create_table(
        "fl_spent_name",
        sa.Column("entity", short_text(60), nullable=False),
        sa.Column("field", short_text(60), nullable=False),
        sa.PrimaryKeyConstraint("entity", "field", name="pk_fl_spent_name"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("operations", LongText, nullable=False),
        sa.Column("reverses", LongText, nullable=False),
        sa.Column("statements", LongText, nullable=False),
        sa.Column("plan_hash", short_text(64), nullable=False),
        sa.Column("base_version", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("author", WideText, nullable=False),
        sa.Column("note", WideText, nullable=False),
        sa.Column("undoes", sa.BigInteger),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("open_slot", short_text(10)),
        sa.PrimaryKeyConstraint("id", name="pk_fl_change"),
        sa.UniqueConstraint("open_slot", name="uq_fl_change_open_slot"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_change_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("change_id", sa.BigInteger, nullable=False),
        sa.Column("state", short_text(20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("process", WideText, nullable=False),
        sa.Column("detail", LongText, nullable=False),
        sa.Column("previous", short_text(64), nullable=False),
        sa.Column("hash", short_text(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_change_event"),
        if_not_exists=True,
        **INNODB,
    )


def _drafts() -> None:
    op.create_table(
        "fl_draft",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("base_version", sa.BigInteger, nullable=False),
        sa.Column("operations", LongText, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_fl_draft"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_shipped",
        sa.Column("entity", short_text(60), nullable=False),
        sa.Column("definition", LongText, nullable=False),
        sa.PrimaryKeyConstraint("entity", name="pk_fl_shipped"),
        if_not_exists=True,
        **INNODB,
    )

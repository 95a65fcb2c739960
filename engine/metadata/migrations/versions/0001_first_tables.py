"""First tables: metadata, people, sessions, history, files.

Written out, not made from `engine.metadata.tables`: that module is what the newest revision gives, this one what the
first gave, and stays as it is for ever.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.metadata.columns import Bytes, Id, LongText, UtcDateTime, WideText, short_text

revision = "0001"
down_revision = None

INNODB: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB", "mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}
TABLES = (
    "fl_entity", "fl_group", "fl_field", "fl_label", "fl_version", "fl_user",
    "fl_session", "fl_token", "fl_attempt", "fl_history", "fl_file",
)  # fmt: skip


def upgrade() -> None:
    """Create every fixed table, and version 1. MariaDB commits with each: what a cut-off start made is left as it is."""
    _metadata()
    _people()
    _records()
    op.create_index("ix_fl_session_user_id", "fl_session", ["user_id"], if_not_exists=True)
    op.create_index("ix_fl_token_user_id", "fl_token", ["user_id"], if_not_exists=True)
    op.create_index("ix_fl_history_entity_record_id", "fl_history", ["entity", "record_id"], if_not_exists=True)
    version = sa.table("fl_version", sa.column("id"), sa.column("catalog"), sa.column("dictionaries"))
    if not op.get_bind().execute(sa.select(version.c.id)).first():
        op.execute(version.insert().values(id=1, catalog=0, dictionaries=0))


def downgrade() -> None:
    """Drop every fixed table, those that refer first."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _metadata() -> None:
    op.create_table(
        "fl_entity",
        sa.Column("name", short_text(60), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("definition", LongText, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fl_entity"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_group",
        sa.Column("id", short_text(32), nullable=False),
        sa.Column("entity", short_text(60), nullable=False),
        sa.Column("name", short_text(60), nullable=False),
        sa.Column("label", WideText, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("system", sa.Boolean, nullable=False),
        sa.Column("via", WideText),
        sa.PrimaryKeyConstraint("id", name="pk_fl_group"),
        sa.ForeignKeyConstraint(["entity"], ["fl_entity.name"], name="fk_fl_group_entity"),
        sa.UniqueConstraint("entity", "name", name="uq_fl_group_entity_name"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_field",
        sa.Column("id", short_text(32), nullable=False),
        sa.Column("entity", short_text(60), nullable=False),
        sa.Column("name", short_text(60), nullable=False),
        sa.Column("type", short_text(40), nullable=False),
        sa.Column("group_name", short_text(60), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("table_name", short_text(60), nullable=False),
        sa.Column("column_name", short_text(63), nullable=False),
        sa.Column("label", WideText, nullable=False),
        sa.Column("help", WideText, nullable=False),
        sa.Column("placeholder", WideText, nullable=False),
        sa.Column("options", LongText, nullable=False),
        sa.Column("default_value", WideText),
        sa.Column("width", short_text(10), nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("searchable", sa.Boolean, nullable=False),
        sa.Column("sortable", sa.Boolean, nullable=False),
        sa.Column("in_list", sa.Boolean, nullable=False),
        sa.Column("system", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_field"),
        sa.ForeignKeyConstraint(["entity"], ["fl_entity.name"], name="fk_fl_field_entity"),
        sa.UniqueConstraint("entity", "name", name="uq_fl_field_entity_name"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_label",
        sa.Column("label_key", short_text(190), nullable=False),
        sa.Column("language", short_text(20), nullable=False),
        sa.Column("text", WideText, nullable=False),
        sa.Column("source", WideText, nullable=False),
        sa.Column("state", short_text(20), nullable=False),
        sa.Column("origin", short_text(20), nullable=False),
        sa.PrimaryKeyConstraint("label_key", "language", name="pk_fl_label"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_version",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("catalog", sa.BigInteger, nullable=False),
        sa.Column("dictionaries", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_version"),
        if_not_exists=True,
        **INNODB,
    )


def _people() -> None:
    op.create_table(
        "fl_user",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", short_text(100), nullable=False),
        sa.Column("name", WideText, nullable=False),
        sa.Column("password_hash", WideText, nullable=False),
        sa.Column("role", short_text(20), nullable=False),
        sa.Column("person", sa.BigInteger),
        sa.Column("language", short_text(20)),
        sa.Column("timezone", short_text(60)),
        sa.Column("theme", short_text(10), nullable=False, server_default="auto"),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_user"),
        sa.UniqueConstraint("username", name="uq_fl_user_username"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_session",
        sa.Column("token_hash", short_text(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_fl_session"),
        sa.ForeignKeyConstraint(["user_id"], ["fl_user.id"], name="fk_fl_session_user_id", ondelete="CASCADE"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_token",
        sa.Column("token_hash", short_text(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("name", WideText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.PrimaryKeyConstraint("token_hash", name="pk_fl_token"),
        sa.ForeignKeyConstraint(["user_id"], ["fl_user.id"], name="fk_fl_token_user_id", ondelete="CASCADE"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_attempt",
        sa.Column("subject", short_text(190), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_fl_attempt"),
        if_not_exists=True,
        **INNODB,
    )


def _records() -> None:
    op.create_table(
        "fl_history",
        sa.Column("id", Id, nullable=False),
        sa.Column("entity", short_text(60), nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.Column("action", short_text(20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("changes", LongText, nullable=False),
        sa.Column("batch", short_text(32)),
        sa.PrimaryKeyConstraint("id", name="pk_fl_history"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", WideText, nullable=False),
        sa.Column("media_type", short_text(100), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", short_text(64), nullable=False),
        sa.Column("content", Bytes, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_file"),
        if_not_exists=True,
        **INNODB,
    )

"""Labels: who changed one and when, its shipped text, its history; uploads that wait for a yes; the installation's languages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.metadata.columns import Id, LongText, UtcDateTime, WideText, short_text

revision = "0003"
down_revision = "0002"

INNODB: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB", "mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}
TABLES = ("fl_label_change", "fl_label_upload", "fl_language")
ADDED: dict[str, Any] = {"shipped": WideText, "updated_at": UtcDateTime(), "updated_by": sa.BigInteger()}


def upgrade() -> None:
    """Add the columns and tables. MariaDB commits with each: what a cut-off start made is left as it is."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("fl_label")}
    for name, kind in ADDED.items():
        if name not in there:
            op.add_column("fl_label", sa.Column(name, kind))
    op.create_index("ix_fl_label_language", "fl_label", ["language"], if_not_exists=True)
    label = sa.table("fl_label", sa.column("origin"), sa.column("text"), sa.column("shipped"))
    op.execute(label.update().where(label.c.origin == "shipped", label.c.shipped.is_(None)).values(shipped=label.c.text))
    op.create_table(
        "fl_label_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch", short_text(32), nullable=False),
        sa.Column("action", short_text(20), nullable=False),
        sa.Column("label_key", short_text(190), nullable=False),
        sa.Column("language", short_text(20), nullable=False),
        sa.Column("before", LongText),
        sa.Column("after", LongText),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_fl_label_change"),
        if_not_exists=True,
        **INNODB,
    )
    for columns in (["label_key", "language"], ["batch"], ["language", "at"]):
        op.create_index(f"ix_fl_label_change_{'_'.join(columns)}", "fl_label_change", columns, if_not_exists=True)
    op.create_table(
        "fl_label_upload",
        sa.Column("id", short_text(32), nullable=False),
        sa.Column("language", short_text(20), nullable=False),
        sa.Column("name", WideText, nullable=False),
        sa.Column("content", LongText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fl_label_upload"),
        if_not_exists=True,
        **INNODB,
    )
    op.create_table(
        "fl_language",
        sa.Column("tag", short_text(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("fallbacks", WideText, nullable=False),
        sa.Column("shipped", short_text(64)),
        sa.PrimaryKeyConstraint("tag", name="pk_fl_language"),
        if_not_exists=True,
        **INNODB,
    )


def downgrade() -> None:
    """Drop what was added."""
    for name in reversed(TABLES):
        op.drop_table(name)
    op.drop_index("ix_fl_label_language", "fl_label")
    for name in ADDED:
        op.drop_column("fl_label", name)

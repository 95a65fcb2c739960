"""The fixed tables, prefixed `fl_`: metadata, people and their sessions, history, files.

Record tables (customer, contact …) are not here: `physical` makes them from the catalog. Changes of these
tables are Alembic migrations in `migrations/`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, false

from engine.metadata.columns import Bytes, Id, LongText, UtcDateTime, WideText, short_text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# InnoDB explicitly: foreign keys are promised.
_INNODB: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB", "mysql_charset": "utf8mb4", "mariadb_charset": "utf8mb4"}

ENTITY = Table(
    "fl_entity",
    METADATA,
    Column("name", short_text(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("definition", LongText, nullable=False),
    Column("state", short_text(20), nullable=False, server_default="active"),
    **_INNODB,
)
GROUP = Table(
    "fl_group",
    METADATA,
    Column("id", short_text(32), primary_key=True),
    Column("entity", short_text(60), ForeignKey("fl_entity.name"), nullable=False),
    Column("name", short_text(60), nullable=False),
    Column("label", WideText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("system", Boolean, nullable=False),
    Column("via", WideText),
    Column("layout", LongText),
    UniqueConstraint("entity", "name"),
    **_INNODB,
)
FIELD = Table(
    "fl_field",
    METADATA,
    Column("id", short_text(32), primary_key=True),
    Column("entity", short_text(60), ForeignKey("fl_entity.name"), nullable=False),
    Column("name", short_text(60), nullable=False),
    Column("type", short_text(40), nullable=False),
    Column("group_name", short_text(60), nullable=False),
    Column("position", Integer, nullable=False),
    Column("table_name", short_text(60), nullable=False),
    Column("column_name", short_text(63), nullable=False),
    Column("label", WideText, nullable=False),
    Column("help", WideText, nullable=False),
    Column("placeholder", WideText, nullable=False),
    Column("options", LongText, nullable=False),
    Column("default_value", WideText),
    Column("width", short_text(10), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("searchable", Boolean, nullable=False),
    Column("sortable", Boolean, nullable=False),
    Column("in_list", Boolean, nullable=False),
    Column("system", Boolean, nullable=False),
    Column("state", short_text(20), nullable=False, server_default="active"),
    Column("rules", LongText),
    Column("folded", Boolean, nullable=False, server_default=false()),
    Column("copies_to", short_text(32)),
    Column("copies_in", short_text(60), nullable=False, server_default=""),
    UniqueConstraint("entity", "name"),
    **_INNODB,
)
LABEL = Table(
    "fl_label",
    METADATA,
    Column("label_key", short_text(190), primary_key=True),
    Column("language", short_text(20), primary_key=True),
    Column("text", WideText, nullable=False),
    Column("source", WideText, nullable=False),
    Column("state", short_text(20), nullable=False),
    Column("origin", short_text(20), nullable=False),
    Column("shipped", WideText),
    Column("updated_at", UtcDateTime),
    Column("updated_by", BigInteger),
    Index("ix_fl_label_language", "language"),
    **_INNODB,
)
LABEL_CHANGE = Table(
    "fl_label_change",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("batch", short_text(32), nullable=False),
    Column("action", short_text(20), nullable=False),
    Column("label_key", short_text(190), nullable=False),
    Column("language", short_text(20), nullable=False),
    Column("before", LongText),
    Column("after", LongText),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", BigInteger),
    Index("ix_fl_label_change_label_key_language", "label_key", "language"),
    Index("ix_fl_label_change_batch", "batch"),
    Index("ix_fl_label_change_language_at", "language", "at"),
    **_INNODB,
)
LABEL_UPLOAD = Table(
    "fl_label_upload",
    METADATA,
    Column("id", short_text(32), primary_key=True),
    Column("language", short_text(20), nullable=False),
    Column("name", WideText, nullable=False),
    Column("content", LongText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    **_INNODB,
)
LANGUAGE = Table(
    "fl_language",
    METADATA,
    Column("tag", short_text(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("fallbacks", WideText, nullable=False),
    Column("shipped", short_text(64)),
    **_INNODB,
)
VERSION = Table(
    "fl_version",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("catalog", BigInteger, nullable=False),
    Column("dictionaries", BigInteger, nullable=False),
    Column("languages", BigInteger, nullable=False, server_default="0"),
    **_INNODB,
)
USER = Table(
    "fl_user",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("username", short_text(100), nullable=False, unique=True),
    Column("name", WideText, nullable=False),
    Column("password_hash", WideText, nullable=False),
    Column("role", short_text(20), nullable=False),
    Column("person", BigInteger),
    Column("language", short_text(20)),
    Column("timezone", short_text(60)),
    Column("theme", short_text(10), nullable=False, server_default="auto"),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **_INNODB,
)
SESSION = Table(
    "fl_session",
    METADATA,
    Column("token_hash", short_text(64), primary_key=True),
    Column("user_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("fl_user.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_fl_session_user_id", "user_id"),
    **_INNODB,
)
TOKEN = Table(
    "fl_token",
    METADATA,
    Column("token_hash", short_text(64), primary_key=True),
    Column("user_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("fl_user.id", ondelete="CASCADE"), nullable=False),
    Column("name", WideText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Index("ix_fl_token_user_id", "user_id"),
    **_INNODB,
)
ATTEMPT = Table(
    "fl_attempt",
    METADATA,
    Column("subject", short_text(190), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    **_INNODB,
)
HISTORY = Table(
    "fl_history",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("entity", short_text(60), nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Column("action", short_text(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", BigInteger),
    Column("changes", LongText, nullable=False),
    Column("batch", short_text(32)),
    Index("ix_fl_history_entity_record_id", "entity", "record_id"),
    **_INNODB,
)
FILE = Table(
    "fl_file",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", WideText, nullable=False),
    Column("media_type", short_text(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", short_text(64), nullable=False),
    Column("content", Bytes, nullable=False),
    Column("user_id", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    **_INNODB,
)
SPENT_NAME = Table(
    "fl_spent_name",  # of purged fields, and with an empty field of purged entities: no name is given twice
    METADATA,
    Column("entity", short_text(60), primary_key=True),
    Column("field", short_text(60), primary_key=True),
    **_INNODB,
)
CHANGE = Table(
    "fl_change",  # only ever added to, but for `open_slot`
    METADATA,
    Column("id", Id, primary_key=True),
    Column("operations", LongText, nullable=False),
    Column("reverses", LongText, nullable=False),
    Column("statements", LongText, nullable=False),
    Column("plan_hash", short_text(64), nullable=False),
    Column("base_version", BigInteger, nullable=False),
    Column("user_id", BigInteger),
    Column("author", WideText, nullable=False),
    Column("note", WideText, nullable=False),
    Column("undoes", BigInteger),
    Column("at", UtcDateTime, nullable=False),
    Column("open_slot", short_text(10), unique=True),  # one text while the change is open, NULL after: at most one is open
    **_INNODB,
)
CHANGE_EVENT = Table(
    "fl_change_event",  # only ever added to; each row's hash covers the one before
    METADATA,
    Column("id", Id, primary_key=True),
    Column("change_id", BigInteger, nullable=False),
    Column("state", short_text(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("process", WideText, nullable=False),
    Column("detail", LongText, nullable=False),
    Column("previous", short_text(64), nullable=False),
    Column("hash", short_text(64), nullable=False),
    Index("ix_fl_change_event_change_id", "change_id"),
    **_INNODB,
)
DRAFT = Table(
    "fl_draft",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("base_version", BigInteger, nullable=False),
    Column("operations", LongText, nullable=False),
    Column("done", Integer, nullable=False),  # how many of them stand: the rest were undone and can be done again
    Column("updated_at", UtcDateTime, nullable=False),
    **_INNODB,
)
SHIPPED = Table(
    "fl_shipped",  # each shipped entity as this installation last took it over: the base of an upgrade's three-way comparison
    METADATA,
    Column("entity", short_text(60), primary_key=True),
    Column("definition", LongText, nullable=False),
    **_INNODB,
)

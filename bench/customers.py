"""A million customers that are the same in every run: plain arithmetic on a fixed seed, no clock, no network."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SEED = 20261124
FIRST_DAY, DAYS = date(2023, 1, 1), 1096
TYPES, STATUSES = 6, 8

_WORDS = (
    "Acme", "Northern", "Golden", "Silver", "Harbour", "Summit", "River", "Bright", "Union", "Global", "Pacific", "Jade",
    "Lotus", "Phoenix", "Crystal", "Atlas", "Vector", "Prime", "Falcon", "Horizon",
)  # fmt: skip
_CHINESE = ("华信", "中诚", "东方", "金桥", "远大", "宏图", "海纳", "天元", "瑞丰", "恒泰")
_KINDS = ("Ltd", "GmbH", "Inc", "Trading", "Logistics", "Software", "Foods", "Textiles")
_COUNTIES = ("Chaoyang", "Haidian", "Pudong", "Minhang", "Nanshan", "Futian", "Tianhe", "Yuexiu", "Wuhou", "Jinjiang")


@dataclass(frozen=True, slots=True)
class Customer:
    """The columns that are filled; the rest of the card stays empty, as most of a real card does."""

    name: str
    code: str
    address: str
    county: str
    phone: str
    email: str
    website: str
    introduction: str | None
    status: int
    type: int
    credit_amount: int
    created: date
    created_at: datetime


def customers(count: int) -> Iterator[Customer]:
    """The first `count` customers. Types and statuses are places from 1; about one name in ten holds “Acme”."""
    draw = random.Random(SEED)
    start = datetime(2023, 1, 1, 8, tzinfo=UTC)
    for number in range(1, count + 1):
        first, second, kind = draw.choice(_WORDS), draw.choice(_WORDS), draw.choice(_KINDS)
        day = int(draw.random() * DAYS)
        name = (
            f"{first} {second} {kind} {number}" if number % 4 else f"{draw.choice(_CHINESE)}{draw.choice(_CHINESE)} {first} {kind} {number}"
        )
        yield Customer(
            name=name,
            code=f"C{number:07d}",
            address=f"{number % 900 + 1} {second} Road, {draw.choice(_COUNTIES)}",
            county=_COUNTIES[number % len(_COUNTIES)],
            phone=f"+86 10 {number % 9000 + 1000} {day + 1000}",
            email=f"info{number}@example.com",
            website=f"https://www.example.com/{number}",
            introduction=f"{name} works in {kind.lower()} since {1980 + number % 40}." if number % 5 == 0 else None,
            status=number % STATUSES + 1,
            type=int(draw.random() * TYPES) + 1,
            credit_amount=number % 1_000_000,
            created=FIRST_DAY + timedelta(days=day),
            created_at=start + timedelta(days=day, seconds=number % 36_000),
        )

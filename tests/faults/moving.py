"""A process that moves random rows of a tree under one another for a while, through the JSON interface and the tree's own acts.

Run as `python moving.py <database url> <token> <seed> <times>`; prints how many moves were done, how many refused, and how many
the database turned away.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path

from app import create_app
from settings import Settings


def main(url: str, token: str, seed: str, times: str) -> None:
    """Move."""
    choose = random.Random(int(seed))
    client = create_app(Settings(url, Path("/nonexistent"), secret_key="test")).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    ids = [row["id"] for row in json.loads(client.get("/api/v1/industry?page[size]=12").text)["data"]]
    told: Counter[int] = Counter()
    for _ in range(int(times)):
        row, under = choose.sample(ids, 2)
        told[client.patch(f"/api/v1/industry/{row}", json={"parent": under}).status_code] += 1
    sys.stdout.write(f"{told[200]} {told[422]} {told[503] + told[409] + told[412]} {sum(told.values())}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

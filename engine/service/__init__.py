"""Use cases: each reads like the chain it is. Everything a unit needs from a sibling is handed over here."""

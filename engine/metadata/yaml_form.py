"""YAML as definitions and operations are written in: only what JSON knows, always written in the same way."""

from __future__ import annotations

from typing import Any

import yaml

from engine.metadata.model import Json

_WIDTH = 140


class Lines(dict[str, Any]):
    """A mapping that is written with a line for each entry, however short they are."""


class _Loader(yaml.SafeLoader):
    """Values as JSON knows them: a date stays the text it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):
    """Without anchors, and with lists set in under what holds them."""

    def ignore_aliases(self, data: Any) -> bool:  # as its parent has it
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(Lines, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=False))


def load(text: str) -> Json:
    """A document in YAML or JSON. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader that knows less
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None


def dump(document: Json) -> str:
    """The same text for the same document, in the order it is told in; what is innermost stands in one line."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=None)

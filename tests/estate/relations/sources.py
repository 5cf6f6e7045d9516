"""Native text in, through the collectors; the edges of the whole estate out, in words."""

from __future__ import annotations

from textwrap import dedent

from holdfast.app.paths import edges_of
from holdfast.collect.files import text
from holdfast.core.asset import Asset, Edge
from holdfast.estate.complete import complete

STANDING = ("zone/", "node/", "secrets/", "roles/")


def edges(*relations: str, **files: str) -> set[str]:
    """Edges of some relations; `a__b_yaml` is the file `a/b.yaml`. Possible ones have a question mark."""
    assets: list[Asset] = []
    found: list[Edge] = []
    for name, source in files.items():
        for item in text(name.replace("__", "/").replace("_", "."), dedent(source).encode()):
            if isinstance(item, Asset):
                assets.append(item)
            elif isinstance(item, Edge):
                found.append(item)
    return {
        f"{called(each.source)} {each.relation} {called(each.target)}{'' if each.certain else '?'}"
        for each in edges_of(complete(assets, found), found)
        if each.relation in relations
    }


def called(node: str) -> str:
    """The name at the end of an id; whole what is no asset."""
    if node.startswith(("stored_secret/kubernetes", "stored_secret/named", "accounts/", "pods/", *STANDING)):
        return node
    return node.rpartition("/")[2].rpartition(".")[2]

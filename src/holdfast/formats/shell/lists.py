"""Lists of commands, `a && b || c`: their operands, and those whose failure is made good.

Source: POSIX.1-2017 XCU 2.9.3 (Lists): `&&` and `||` bind alike, from the left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["operands", "tolerated"]

_NOTHING = re.compile(r"(?:/(?:usr/)?bin/)?true|:|exit[ \t]+0")
"""Commands that succeed and do nothing else."""
_REMARKED = re.compile(r"(?:echo|printf)\b[^\n;&|]*")
"""Commands that succeed and only say something."""


def operands(node: Node) -> list[Node]:
    """The operands of `a && b && c`, which nests to the left, in order."""
    others: list[Node] = []
    while node.type == "list" and node.named_children:
        others += reversed(node.named_children[1:])
        node = node.named_children[0]
    return [node, *reversed(others)]


def tolerated(node: Node, text: Callable[[Node], str]) -> int:
    """How many operands, from the first on, a list such as `a && b || true` never fails for."""
    chain = []
    while node.type == "list" and node.named_children:
        chain.append(node)
        node = node.named_children[0]
    for at, each in enumerate(chain):
        last = text(each.named_children[-1])
        if each.children[1].type == "||" and (_NOTHING.fullmatch(last) or (at == 0 and _REMARKED.fullmatch(last))):
            return len(chain) - at
    return 0

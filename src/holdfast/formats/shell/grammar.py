"""Shell text to the tree of tree-sitter-bash, in bounded time."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from holdfast.core.errors import FormatError

if TYPE_CHECKING:
    from tree_sitter import Language, Node

__all__ = ["parse"]

_CHUNK = 128
_READ_AHEAD = 16


@functools.cache
def _language() -> Language:
    # Loaded on first use: most runs of the program meet no text that needs the grammar.
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())


def parse(source: bytes) -> Node:
    """The root of the tree. Raises FormatError for text so unlike shell that it would take more than linear work.

    The grammar's scanner may look ahead to the end of the text at every error, which is quadratic.
    Handing the text out in small pieces makes that visible: each look ahead asks for them again.
    """
    from tree_sitter import Parser

    budget = _READ_AHEAD * (len(source) // _CHUNK + 256)

    def piece(offset: int, _: object) -> bytes:
        nonlocal budget
        budget -= 1
        return source[offset : offset + _CHUNK] if budget > 0 else b""

    tree = Parser(_language()).parse(piece)
    if budget <= 0:
        raise FormatError("text too unlike shell to be read in linear time")
    return tree.root_node

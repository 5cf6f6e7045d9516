"""Where a command's input comes from and where its output goes.

Source: Bash Reference Manual 3.6 (Redirections).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["redirections"]

_SIGNS = frozenset(("<", ">", ">>", ">|", "&>", "&>>"))
_HEREDOCS = frozenset(("<<", "<<-"))


def redirections(node: Node, word: Callable[[Node], str], text: Callable[[Node], str]) -> tuple[tuple[str, str], ...]:
    """The operators of a command, with the file behind each, or the text of a here-document or here-string.

    `word` gives the value of a word, `text` the source of a node. Errors (`2>x`) and copies of descriptors (`2>&1`)
    are no files of the output and left out; a here-document whose words the shell fills in keeps its `$`.
    """
    found: list[tuple[str, str]] = []
    for child in node.children:
        if child.type == "command":
            found += redirections(child, word, text)
        elif child.type == "file_redirect":
            found += _file(child, word, text)
        elif child.type == "heredoc_redirect":
            found += _document(child, text)
        elif child.type == "herestring_redirect" and child.named_children:
            found.append(("<<<", word(child.named_children[-1])))
    return tuple(found)


def _file(node: Node, word: Callable[[Node], str], text: Callable[[Node], str]) -> list[tuple[str, str]]:
    kids = [child for child in node.children if child.type != "file_descriptor"]
    other = any(child.type == "file_descriptor" and text(child) not in ("0", "1") for child in node.children)
    if other or len(kids) < 2 or kids[0].type not in _SIGNS:
        return []
    return [(kids[0].type.lstrip("&").rstrip("|"), word(kids[1]))]


def _document(node: Node, text: Callable[[Node], str]) -> list[tuple[str, str]]:
    sign = next((child.type for child in node.children if child.type in _HEREDOCS), "")
    body = next((text(child) for child in node.children if child.type == "heredoc_body"), None)
    files: list[tuple[str, str]] = []
    for child in node.children:
        if child.type == "file_redirect":
            files += _file(child, text, text)
    if body is None:
        return files
    if sign == "<<-":
        body = "\n".join(line.lstrip("\t") for line in body.split("\n"))
    return [("<<", body), *files]

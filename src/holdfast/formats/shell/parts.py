"""What stands in a simple command: words, redirections, and what of them may hold commands.

Source: POSIX.1-2017 XCU 2.7 (Redirection); Bash Reference Manual 3.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["WORDS", "outputs", "parts", "simple"]

WORDS = frozenset(
    (
        "word",
        "number",
        "string",
        "raw_string",
        "ansi_c_string",
        "concatenation",
        "simple_expansion",
        "expansion",
    )
) | {"command_substitution", "process_substitution"}
_REDIRECTIONS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_OUTWARD = frozenset((">", ">>", ">|", "&>", "&>>"))


def simple(node: Node) -> bool:
    """Whether what is redirected is a simple command; with `>log a b` the grammar sees none at all."""
    return all(child.type == "command" or child.type in _REDIRECTIONS for child in node.named_children)


def parts(node: Node) -> tuple[list[Node], list[Node]]:
    """The words of a command, assignments included, and what else of it may hold commands."""
    words: list[Node] = []
    rest: list[Node] = []
    for child in node.children:
        if child.type == "command":
            more = parts(child)
            words += more[0]
            rest += more[1]
        elif child.type == "file_redirect":
            # The grammar gives every word after the file to the redirection, too.
            named = [each for each in child.named_children if each.type != "file_descriptor"]
            rest += named[:1]
            words += named[1:]
        elif child.type == "heredoc_redirect":
            rest.append(child)
            # So it does with `<<END word`, as an error where a file follows.
            for each in child.children:
                if each.type == "ERROR":
                    words += [word for word in each.named_children if word.type in WORDS]
                    break
                if each.type in WORDS:
                    words.append(each)
        else:
            (rest if child.type in ("herestring_redirect", "comment") else words).append(child)
    return words, rest


def outputs(node: Node) -> list[Node]:
    """The files that a simple command's output goes to."""
    inner = [each for child in node.children if child.type == "command" for each in child.children]
    found = []
    for redirect in [*node.children, *inner]:
        if redirect.type == "file_redirect" and any(child.type in _OUTWARD for child in redirect.children):
            found += [each for each in redirect.named_children if each.type != "file_descriptor"][:1]
    return found

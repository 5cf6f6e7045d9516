"""HTML that nothing unescaped can slip into: text becomes `Markup` here and nowhere else.

A `Markup` is no `str`: joined to text or put into an f-string it shows up as what it is, and mypy refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from msgspec import Struct

from holdfast.report.wording import visible, whole

VOID = frozenset(("meta",))
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
ACTIVE = re.compile(r"on.*|style|src|srcset|href|xlink-href|action|formaction|srcdoc")
"""Attributes that run, restyle or load something; links have functions of their own."""


class Markup(Struct, frozen=True):
    """Escaped HTML."""

    html: str


NEWLINE = Markup("\n")
"""A line feed, which text cannot bring in."""


def element(tag: str, *children: Markup | str | int, **attributes: str | int) -> Markup:
    """An element. Text among the children is escaped and made visible; `class_` and `aria_label` are spelt so.

    Raises ValueError for a name that is none and for an attribute that could run or load something.
    """
    for name in attributes:
        if ACTIVE.fullmatch(name.rstrip("_")):
            raise ValueError(f"attribute `{name}` is not for `element`")
    return _element(tag, children, attributes)


def link(url: str, *children: Markup | str) -> Markup:
    """A link to a web address, which nothing is told about this page; any other address gives the text alone."""
    if not url.startswith(("https://", "http://")):
        return element("span", *children)
    target = quote(whole(url), safe=":/?#[]@!$&'()*+,;=%~")
    return _element("a", children, {"href": target, "rel": "noreferrer noopener"})


def jump(id: str, *children: Markup | str) -> Markup:
    """A link to a place on this page."""
    return _element("a", children, {"href": f"#{quote(id)}"})


def prose(text: str) -> Markup:
    """Text in which backticks mark code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:  # the last one opens what nothing closes
        parts[-2:] = ["`".join(parts[-2:])]
    return join(element("code", part) if index % 2 else _text(part) for index, part in enumerate(parts))


def join(parts: Iterable[Markup | str | int]) -> Markup:
    """Several, one after another."""
    return Markup("".join(_text(part).html for part in parts))


def stylesheet(css: str) -> Markup:
    """A `style` element. `css` is a constant of this program, for it is not escaped.

    Raises ValueError where it would end the element.
    """
    if "</" in css:
        raise ValueError("a style sheet cannot hold `</`")
    return Markup(f"<style>{css}</style>")


def _text(part: Markup | str | int) -> Markup:
    return part if isinstance(part, Markup) else Markup(escape(visible(str(part))))


def _element(tag: str, children: Iterable[Markup | str | int], attributes: dict[str, str | int]) -> Markup:
    spelt = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    for name in (tag, *spelt):
        if not NAME.fullmatch(name):
            raise ValueError(f"`{visible(name)}` is no name of an element or attribute")
    written = "".join(f' {name}="{_text(value).html}"' for name, value in spelt.items() if value != "")
    return Markup(f"<{tag}{written}>" if tag in VOID else f"<{tag}{written}>{join(children).html}</{tag}>")

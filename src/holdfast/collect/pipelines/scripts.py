"""A script of a pipeline into which expressions are put, as a shell sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.effects import WATCHED, Secrets, effects
from holdfast.collect.pipelines.fetches import UNVERIFIED, fetches
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.shell import reader

HOLE = re.compile(r"\$\{_(\d{1,6})_\}")
"""What stands in the text for an expression: a word that the shell cannot resolve, on as many lines."""
NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
SHELL = re.compile(r"#![^\n]*\b(?:ba|da|z|k)?sh\b")

VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,99})", re.ASCII)
RUNNING = re.compile(r"\b(?:eval|trap|ssh|su|runuser|(?:ba|da|z|k|a)?sh|python3?|perl|ruby|node)\b")
"""What runs text that stands in its words, or that it reads."""


class Script(Struct, frozen=True):
    """A text, the expressions in it, and what is known where it runs."""

    text: str
    job: str
    spot: Spot
    holes: Sequence[tuple[int, int]] = ()
    """Where each expression starts and ends."""
    known: Mapping[str, str] = {}
    tolerated: Fact[bool] = False


def take(draft: Draft, script: Script, secrets: Secrets) -> Iterator[Gap]:
    """Takes up what a shell script does; a gap where it cannot be read. A text for another interpreter is left."""
    text = script.text
    if text.startswith("#!") and not SHELL.match(text):
        return
    pieces, last = [], 0
    for number, (start, end) in enumerate(script.holes):
        pieces += [text[last:start], f"${{_{number}_}}" + "\n" * text.count("\n", start, end)]
        last = end
    whole = [text[start:end] for start, end in script.holes]

    def restored(word: str) -> str:
        return HOLE.sub(lambda match: whole[int(match[1])] if int(match[1]) < len(whole) else match[0], word)

    plain = "".join([*pieces, text[last:]])
    names = {*NAME.findall(text), *WATCHED, UNVERIFIED}
    try:
        commands = reader.read(plain, {name: script.known[name] for name in names if name in script.known})
    except FormatError as error:
        line = script.spot.line + max(error.line - 1, 0)
        yield Gap(draft.path, f"a script that is not readable as shell: {error.what}", "unreadable", line)
        return
    found = effects(commands, lambda word: secrets(restored(word)))
    seen = [replace(each, text=restored(each.text)) for each in found]
    block = "\n" in text
    draft.effects(seen, script.job, script.spot, tolerated=script.tolerated, block=block)
    draft.fetches(
        (each._replace(name=restored(each.name)) for each in fetches(commands)), script.job, script.spot, block=block
    )


def run(text: str, chosen: Callable[[str], bool]) -> Fact[list[str]]:
    """The variables, as `$NAME`, that a shell script itself makes a program's text of, or copies of such.

    These are the `chosen` ones, whose text somebody else writes. Unobserved where the script cannot be read.
    """
    if RUNNING.search(text) is None or not any(map(chosen, dict.fromkeys(VARIABLE.findall(text)))):
        return []
    from holdfast.formats.shell.expansions import expansions

    try:
        return list(dict.fromkeys(f"${each.name}" for each in expansions(text, chosen) if each.evaluated))
    except FormatError:
        return UNSET

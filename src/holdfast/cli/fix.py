"""`holdfast fix`: repair what has a safe mechanical repair."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from holdfast.app.check import Sources
from holdfast.app.fix import Patch, Plan, patch_text, plan
from holdfast.app.replacing import replace_file
from holdfast.app.reports import visible
from holdfast.app.settings import read_settings
from holdfast.cli.check import Progress, add_selection, print_bytes, request_of
from holdfast.cli.parsers import Parser
from holdfast.core.errors import RepairError
from holdfast.core.finding import Finding

EXAMPLES = (
    "holdfast fix deploy/                        print what would be changed, as a patch",
    "holdfast fix deploy/ --write                change the files",
    "holdfast fix . --rule host-ipc | git apply  only one rule's repairs",
)
MAX_SHOWN = 2000
"""Characters of a line on a terminal."""
LISTED = 20
"""Lines of one sort of message."""


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    add_selection(parser)
    parser.add_argument("--write", action="store_true", help="change the files (default: print a patch)")
    parser.add_argument("--quiet", action="store_true", help="no progress and no talk, only the patch and errors")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the patch or writes the files, and answers the exit code."""
    settings = read_settings(options.config)
    request = request_of(options, settings.profile)
    sources = Sources()
    progress = Progress(quiet=options.quiet)
    found = plan(request, settings, sources, progress.read)
    progress.done()
    failed = _write(found.patches) if options.write else _show(found.patches, sources)
    _tell(found, failed, options)
    if failed or found.refused or (found.patches and not options.write):
        return 1
    return 3 if any(gap.kind == "unreadable" for gap in found.after.examined.gaps) else 0


def _show(patches: Sequence[Patch], sources: Sources) -> list[str]:
    """Prints the diffs; those that cannot be printed are named."""
    failed = []
    for patch in patches:
        text = patch_text(patch, sources)
        if text is None:
            failed.append(f"not shown: {patch.path}: a credential stands beside the change; --write makes it")
        else:
            print_bytes(_readable(text) if sys.stdout.isatty() else text)
    return failed


def _readable(text: bytes) -> bytes:
    """A patch for eyes: nothing in it steers the terminal."""
    lines = text.decode("utf-8", "replace").split("\n")
    return "\n".join(visible(line.replace("\t", "    "), MAX_SHOWN) for line in lines).encode("utf-8", "replace")


def _write(patches: Sequence[Patch]) -> list[str]:
    """Changes the files; those that cannot be changed are named."""
    failed = []
    for patch in patches:
        try:
            replace_file(patch.path, patch.before, patch.after)
        except RepairError as error:
            failed.append(f"not written: {patch.path}: {error.what}")
    return failed


def _tell(found: Plan, failed: Sequence[str], options: argparse.Namespace) -> None:
    """Says on standard error what is repaired, what is not and why, and what to type next."""
    done = "repaired" if options.write else "to repair"
    refused = [f"not repaired: {_named(refusal.finding)}: {refusal.reason}" for refusal in found.refused]
    lines = [
        *failed,
        *_some([f"{done}: {_named(finding)}" for finding in found.repaired]),
        *_some(refused),
        *_some([f"shows then: {_named(finding)}" for finding in found.uncovered]),
        *_some([f"left to you: {_named(finding)}" for finding in found.declined]),
    ]
    if found.declined:
        rules = list(dict.fromkeys(finding.rule for finding in found.declined))
        lines.append(
            f"{len(found.declined)} left to you: a repair exists, but it is not known to be safe here;"
            f" `holdfast explain {rules[0]}` says where it is"
            + (f", and so for {', '.join(rules[1:LISTED])}" if rules[1:] else "")
        )
    files = len(found.patches)
    asked = [finding for finding in found.after.open() if not options.rule or finding.rule in options.rule]
    left = len(asked) - len(found.refused) - len(found.declined)
    lines.append(
        f"{len(found.repaired)} {done} in {files} file{'s' * (files != 1)}, {len(refused)} not repaired,"
        f" {left} without a mechanical repair"
    )
    if found.patches and not options.write:
        lines.append(_next(files - len(failed), files))
    elif left or refused or found.declined:
        lines.append("next: holdfast check" + "".join(f" {target}" for target in options.targets))
    for line in lines if not options.quiet else failed:
        print(visible(line, 1000), file=sys.stderr)


def _next(printed: int, files: int) -> str:
    """What to type after a patch, of which some files' parts may not have been printed."""
    if not printed:
        return "next: run it with --write, which repairs what is not shown"
    if printed < files:
        return "next: look at the patch, then run it with --write; `git apply` repairs only the files that are shown"
    return "next: look at the patch, then run it with --write, or pipe it into `git apply`"


def _named(finding: Finding) -> str:
    return f"{finding.location.path}:{finding.location.line}: {finding.message} [{finding.rule}]"


def _some(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = [f"... and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    return [*lines[:LISTED], *more]

"""`holdfast check`: examine files, folders or standard input."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, date, datetime

from msgspec.structs import replace

from holdfast.app.check import Request, Result, Sources, attack_paths, check, judge, write_baseline, write_file
from holdfast.app.reports import FORMATS, Presentation, render
from holdfast.app.settings import Settings, read_settings
from holdfast.cli.own import add_own
from holdfast.cli.parsers import Parser, tell
from holdfast.core.errors import HoldfastError, UsageError
from holdfast.core.rule import SEVERITIES

EXAMPLES = (
    "holdfast check                                        examine the current folder",
    "holdfast check deploy/ Dockerfile --fail-on medium    two targets, a lower threshold",
    "helm template chart | holdfast check -                what a template becomes",
    "holdfast check . --format sarif --output out.sarif    for code scanning",
)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    add_selection(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to show the result (default: text)")
    parser.add_argument("--output", default="", metavar="FILE", help="write the result to FILE, not standard output")
    parser.add_argument(
        "--fail-on", choices=SEVERITIES, metavar="SEVERITY", help="exit 1 from this severity on (default: high)"
    )
    parser.add_argument("--baseline", default="", metavar="FILE", help="count only findings that FILE does not hold")
    parser.add_argument("--write-baseline", default="", metavar="FILE", help="write the open findings to FILE, exit 0")
    parser.add_argument(
        "--store",
        action="store_true",
        help="record the run under $HOLDFAST_HOME (or in the store of the settings) and seal it in the ledger",
    )
    parser.add_argument("--strict-coverage", action="store_true", help="exit 3 for any gap, templates included")
    parser.add_argument(
        "--only-open", action="store_true", help="leave suppressed and open questions out of SARIF, for GitHub"
    )
    parser.add_argument("--all", action="store_true", help="show every finding in full")
    parser.add_argument("--quiet", action="store_true", help="no progress and no result, only the exit code and errors")
    parser.set_defaults(run=run)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Adds what says which sources are examined and which rules are asked."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="a file, a folder, or - for standard input (default: .)"
    )
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="ask only this rule (repeatable)")
    add_own(parser)
    parser.add_argument("--profile", help="ai-default, strict or cis (default: ai-default)")
    parser.add_argument(
        "--render",
        choices=("auto", "always", "never"),
        default="auto",
        help="judge what kustomize overlays and Helm charts make: auto (up to 100 kustomizations; charts when `helm`"
        " is on PATH; default), always or never",
    )
    parser.add_argument(
        "--values", action="append", default=[], metavar="FILE", help="values for Helm charts, too (repeatable)"
    )
    parser.add_argument(
        "--no-ignore",
        action="store_true",
        help="examine what .gitignore leaves out, too; never node_modules, .venv and the like",
    )


def request_of(options: argparse.Namespace, profile: str) -> Request:
    """What the options ask for. Raises UsageError where there is no current folder."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError("the current folder is gone", hint="change to one that exists") from error
    return Request(
        today=date.today(),  # noqa: DTZ011  # the user's own day
        targets=tuple(options.targets) or (".",),
        rules=tuple(options.rule),
        own_rules=tuple(options.rules),
        profile=options.profile or profile,
        ignore=not options.no_ignore,
        baseline=getattr(options, "baseline", ""),
        render=options.render,
        values=tuple(options.values),
        record=getattr(options, "store", False),
    )


def run(options: argparse.Namespace) -> int:
    """Examines, renders, and answers the exit code."""
    settings = read_settings(options.config)
    request = request_of(options, settings.profile)
    sources = Sources()
    progress = Progress(quiet=options.quiet)
    trouble: HoldfastError | None = None
    if options.store:
        result, trouble = recorded(request, settings, sources, progress)
    else:
        result = check(request, settings, sources, progress.read)
    progress.done()
    if options.write_baseline:
        count = write_baseline(options.write_baseline, result.findings)
        print(f"{count} finding{'s' * (count != 1)} written to {options.write_baseline}", file=sys.stderr)
        return 0
    if options.output or not options.quiet:
        colour = not options.output and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        how = Presentation(
            source=sources.lines,
            now=datetime.now(UTC),
            root=os.getcwd(),
            colour=colour,
            everything=options.all,
            strict=options.strict_coverage,
            rules=tuple(options.rules),
            only_open=options.only_open,
        )
        data = render(result, options.format, how)
        deliver(data, options.output)
    code = result.exit_code(options.fail_on or settings.fail_on, strict_coverage=options.strict_coverage)
    if trouble is not None:
        tell(trouble)
        return code if code == 1 else trouble.exit_code
    return code


def recorded(
    request: Request, settings: Settings, sources: Sources, progress: Progress
) -> tuple[Result, HoldfastError | None]:
    """Examines and records; answers the result, and why it could not be recorded.

    A check that fails is recorded as such where it was made before. Raises StoreError then, and what `check` raises.
    """
    from holdfast.app.record import (
        clock,
        failed,
        filed_elsewhere,
        one_origin,
        one_origin_seen,
        remember,
        remember_failure,
        run_of,
    )

    one_origin(request)
    request = filed_elsewhere(request, settings)
    started = clock()
    try:
        judged = judge(request, settings, sources, progress.read)
    except UsageError as error:
        remember_failure(failed(request, error.what, started, clock()), settings)
        raise
    result = replace(judged.result, paths=attack_paths(judged, request, settings, sources))
    try:
        one_origin_seen(judged)
        done = remember(run_of(request, judged, sources, started, clock()), settings)
    except HoldfastError as error:
        return result, error  # what was found is shown all the same
    progress.done()
    told = [f"{done.assets} assets ({done.new} new, {done.changed} changed, {done.gone} gone)"]
    told += [f"{count} findings {what}" for what, count in done.changes() if count]
    if not progress.quiet:
        print(f"recorded as run {done.run}: {', '.join(told)}", file=sys.stderr)
    return result, None


def deliver(data: bytes, output: str) -> None:
    """Writes what a command made to a file, or to standard output where none is named. Raises UsageError."""
    if output:
        write_file(output, data)
    else:
        print_bytes(data)


def print_bytes(data: bytes) -> None:
    """Writes all of it; with PYTHONUNBUFFERED one write may take a part only. Raises UsageError."""
    rest = memoryview(data)
    try:
        sys.stdout.flush()
        while rest:
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # the reader went away, which is no error
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where="standard output") from error


class Progress:
    """A line on a terminal once a check has taken longer than a second."""

    def __init__(self, *, quiet: bool) -> None:
        self.shown = False
        self.quiet = quiet
        self.active = not quiet and sys.stderr.isatty()
        self.next = time.monotonic() + 1.0

    def read(self, count: int) -> None:
        """Says how many files have been read, at most ten times a second."""
        if self.active and time.monotonic() >= self.next:
            print(f"\r{count} files read", end="", file=sys.stderr, flush=True)
            self.shown, self.next = True, time.monotonic() + 0.1

    def done(self) -> None:
        """Clears the line."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

"""`holdfast rules export`: rules as native admission policies."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from holdfast.app import rules
from holdfast.app.check import write_file
from holdfast.app.export import (
    ACTIONS,
    FAILURE,
    NOTES,
    Exported,
    Plan,
    export,
    manifest,
    plan,
    policies,
    refusals,
    report,
    written,
)
from holdfast.cli.own import add_own, own_rules
from holdfast.core.errors import UsageError


def add_export(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="which rules (default: all that can be exported)")
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="export this rule (repeatable)")
    parser.add_argument("--profile", default="", help="the rules of ai-default, strict or cis (default: all)")
    add_own(parser)
    parser.add_argument(
        "--admission", action="store_true", help="as ValidatingAdmissionPolicy objects; there is nothing else yet"
    )
    parser.add_argument(
        "--action",
        action="append",
        default=[],
        type=str.capitalize,
        choices=ACTIONS,
        help="what a violation does: Deny, Warn or Audit (repeatable; default: Warn)",
    )
    parser.add_argument(
        "--failure-policy",
        default="Fail",
        type=str.capitalize,
        choices=FAILURE,
        help="what happens when an expression cannot be evaluated (default: Fail)",
    )
    parser.add_argument(
        "--exempt-namespace", action="append", default=[], metavar="NAME", help="leave a namespace out (repeatable)"
    )
    parser.add_argument(
        "--templates", action="store_true", help="judge the pod templates of Deployments, Jobs and the like, too"
    )
    parser.add_argument(
        "--output", default="", metavar="PATH", help="write to a file, or to a folder: one file for each rule"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to tell what was exported (default: text)"
    )
    parser.set_defaults(run=run_export)


def run_export(options: argparse.Namespace) -> int:
    """Prints a ValidatingAdmissionPolicy and its binding for each rule; what cannot be one is named on stderr."""
    how = plan(options.action, options.failure_policy, options.exempt_namespace, templates=options.templates)
    if options.format == "json" and not options.output:
        raise UsageError("--format json is about the report", hint="--output FILE takes the policies")
    named = [*options.ids, *options.rule]
    done = list(export(rules.chosen(named, options.profile, own_rules(options))))
    made = [item for item in done if policies(item, how)]
    _write(made, how, options.output)
    if options.format == "json":
        sys.stdout.write(report(done, how).decode() + "\n")
    else:
        refused = (f"{item.rule.id}: {item.reason}" for item in done if not policies(item, how))
        for reason in refused if named else refusals(done, how):
            print(f"not exported: {reason}", file=sys.stderr)
        if not named:
            for note in NOTES:
                print(f"note: {note}", file=sys.stderr)
    return 0 if made else 2


def _write(items: Sequence[Exported], how: Plan, output: str) -> None:
    if not output:
        sys.stdout.write(written(items, how) if items else "")
    elif output.endswith(os.sep) or os.path.isdir(output):
        try:
            os.makedirs(output, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot be made: {error.strerror}", where=output) from error
        for item in items:
            write_file(os.path.join(output, f"{item.rule.id}.yaml"), manifest(item, how).encode())
    else:
        write_file(output, written(items, how).encode())

"""`holdfast rules`: list, test and write rules."""

from __future__ import annotations

import argparse
import sys

from holdfast.app import rules
from holdfast.app.rulebook import rules_at
from holdfast.cli.export import add_export, run_export
from holdfast.cli.own import add_own, own_rules
from holdfast.cli.parsers import Parser

EXAMPLES = {
    "list": "holdfast rules list --kind workload",
    "test": "holdfast rules test rules/our-registry.yaml --trace",
    "new": "holdfast rules new workload our-registry > rules/our-registry.yaml",
    "export": "holdfast rules export --admission --action Deny --exempt-namespace kube-system --output policies/",
}
"""Action -> an example."""


def configure(parser: Parser) -> None:
    """Adds the subcommands."""
    parser.show(tuple(EXAMPLES.values()))
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list the rules", description="Lists the rules, one a line.")
    listing.add_argument("--kind", default="", help="only rules about this kind")
    add_own(listing)
    listing.set_defaults(run=run_list)
    test = actions.add_parser("test", help="run a rule's examples and mutants", description=run_test.__doc__)
    test.add_argument("paths", nargs="+", metavar="FILE", help="a rule file or a folder of them")
    test.add_argument("--trace", action="store_true", help="show the facts that decided each example")
    test.set_defaults(run=run_test)
    export = actions.add_parser(
        "export", help="print rules as Kubernetes admission policies", description=run_export.__doc__
    )
    add_export(export)
    new = actions.add_parser("new", help="print a new rule to fill in", description="Prints the skeleton of a rule.")
    new.add_argument("kind", help="the kind it is about; `holdfast kinds` lists them")
    new.add_argument("id", nargs="?", default="my-rule", help="its id, and its file's name (default: my-rule)")
    new.set_defaults(run=run_new)
    for name, example in EXAMPLES.items():
        actions.choices[name].show([example])


def run_list(options: argparse.Namespace) -> int:
    """Prints id, severity, kind, maturity and title."""
    for rule in rules.everything(own_rules(options), options.kind):
        profile = ",".join(rule.profiles) or "-"
        print(f"{rule.id:44} {rule.severity:8} {rule.kind:14} {rule.maturity:10} {profile:24} {rule.title}")
    return 0


def run_test(options: argparse.Namespace) -> int:
    """Runs the examples of each rule and every mutant of its condition; all must come out as they say."""
    wrong = total = 0
    for path in options.paths:
        for rule in rules_at(path):
            report = rules.try_rule(rule, trace=options.trace)
            total += 1
            wrong += not report.right
            print(f"{'ok  ' if report.right else 'FAIL'} {rule.id}: {len(report.verdicts)} examples")
            for line in report.traces:
                print(f"     {line}")
            for verdict in report.verdicts:
                if not verdict.right:
                    print(f"     {verdict.name}: expected {verdict.expected}, got {verdict.got}")
            for survivor in report.survivors:
                print(f"     no example notices this mutant: {survivor}")
            for trouble in report.unrepaired:
                print(f"     {trouble}")
    print(f"{total - wrong} of {total} rules are right", file=sys.stderr)
    return 1 if wrong else 0


def run_new(options: argparse.Namespace) -> int:
    """Prints a skeleton that passes its own test."""
    print(rules.skeleton(options.kind, options.id), end="")
    return 0

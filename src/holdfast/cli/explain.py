"""`holdfast explain RULE`: everything a rule knows about itself."""

from __future__ import annotations

import argparse
import json

from holdfast.app import rules
from holdfast.cli.own import add_own, own_rules
from holdfast.cli.parsers import Parser

EXAMPLES = ("holdfast explain gpu-container-privileged",)


def configure(parser: Parser) -> None:
    """Adds the options of this command."""
    parser.show(EXAMPLES)
    parser.add_argument("rule", metavar="RULE", help="the id of a rule")
    add_own(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the question, the reason, the fix, examples and sources."""
    rule = rules.find(options.rule, own_rules(options))
    print(f"{rule.id}: {rule.title}")
    print(f"  severity {rule.severity}, confidence {rule.confidence}, {rule.maturity}", end="")
    print(f", profiles {', '.join(rule.profiles) or 'none'}\n")
    print(f"Why   {rule.because}\n\nFix   {rule.fix}\n")
    print(f"Asks  every {rule.kind}" + (f", each of its {rule.each}" if rule.each else ""))
    if rule.applies_when:
        print(f"      applies when  {rule.applies_when}")
    print(f"      fails when    {rule.fails_when}\n")
    if rule.opens:
        print(f"Opens  steps of an attack path: {', '.join(rule.opens)}\n")
    for repair in rule.repairs:
        where = f" in {', '.join(repair.where)}"
        print(f"Repairs  by itself (`holdfast fix`){where}: {repair}")
        if repair.when:
            print(f"      only where    {repair.when}")
    if rule.repairs:
        print()
    examples = rules.examples(rule)
    for title, group in (("Fails", examples.failing), ("Passes", examples.passing)):
        print(f"{title} on")
        text = group[0].text if group[0].facts is None else json.dumps(group[0].facts)
        print("".join(f"      {line}\n" for line in text.splitlines()))
    print(f"Requirements  {', '.join(rule.requirements) or 'none'}   Tags  {', '.join(rule.tags) or 'none'}")
    for source in rule.sources:
        print(f"Source  {source.title} {source.url} (checked {source.checked})")
    return 0

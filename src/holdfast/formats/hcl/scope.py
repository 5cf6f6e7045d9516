"""What an expression sees: variables, files, and how much it may still cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from holdfast.formats.hcl.values import Budget, Failure

__all__ = ["STEPS", "Scope"]

STEPS = 1_000_000
"""What the evaluations of one configuration may cost together when nobody says otherwise: some seconds."""


class Scope:
    """The variables that an expression sees.

    `names` are the known ones, `missing` answers for others (a resource type in Terraform), `load` gives the content
    of a file by its path, and `yaml` the value of a YAML text.
    """

    __slots__ = ("budget", "load", "missing", "names", "yaml")

    def __init__(
        self,
        names: Mapping[str, Any] | None = None,
        missing: Callable[[str], Any] | None = None,
        load: Callable[[str], bytes | None] | None = None,
        yaml: Callable[[bytes], Any] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.names = names or {}
        self.missing = missing or _nothing
        self.load = load
        self.yaml = yaml
        self.budget = budget or Budget(STEPS)

    def within(self, names: Mapping[str, Any], alone: bool = False) -> Scope:
        """A scope with more variables, or with none but those."""
        if alone:
            return Scope(names, None, self.load, self.yaml, self.budget)
        return Scope({**self.names, **names}, self.missing, self.load, self.yaml, self.budget)


def _nothing(name: str) -> Any:
    raise Failure(f"there is no `{name}`")

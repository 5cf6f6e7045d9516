"""Repairs: the safe mechanical change that a rule knows for what it finds, and the place where it would be made."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from holdfast.core.cel.ast import Expr

Value = bool | int | str
"""What a repair may write."""
DOCUMENTS = ("manifest", "compose")
"""Sources that are YAML or JSON, so that a place in them has a pointer."""
VERBS: dict[str, tuple[str, ...]] = {
    "set": DOCUMENTS,
    "fill": (*DOCUMENTS, "ansible"),
    "add": DOCUMENTS,
    "remove": DOCUMENTS,
    "variable": (*DOCUMENTS, "dockerfile"),
    "setting": ("config", "host"),
    "drop": ("config", "host"),
    "argument": ("terraform",),
}
"""What a repair does -> the sources in which it can be done."""


class Repair(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One safe change, as data. Exactly one verb is set."""

    sources: tuple[str, ...] = field(default=(), name="in")
    """The sources whose native form it is written for; empty: all that its verb knows."""
    set: str = ""
    """Native path below the element, such as `securityContext.privileged`: its value becomes `to`."""
    fill: str = ""
    """Native path below the element that has no value there: it becomes `to`. What somebody wrote is a decision."""
    add: str = ""
    """Native path of a list below the element: `to` becomes its last item. `.` is the element, a command line."""
    remove: str = ""
    """A fact of the element: the native entry that shows it is taken away."""
    variable: str = ""
    """An environment variable: its value becomes `to`, or it is taken away where there is no `to`."""
    setting: str = ""
    """A setting of the configuration file in which the finding stands: its value becomes `to`."""
    drop: str = ""
    """A setting whose value is a list of words, on the line of the finding: the words in `to` are taken out of it."""
    argument: str = ""
    """`TYPE.argument` or `TYPE.block.argument` of a Terraform resource of that type: its value becomes `to`."""
    to: Value | None = None
    when: str = ""
    """A condition in the rule's own terms: elsewhere, or where it is unknown, the change is not known to be safe."""
    condition: msgspec.Raw = msgspec.Raw(b"null")
    """`when`, compiled."""

    @property
    def verb(self) -> str:
        """Which of the verbs it is."""
        return next(verb for verb in VERBS if getattr(self, verb))

    @property
    def target(self) -> str:
        """What the verb is about."""
        return str(getattr(self, self.verb))

    @property
    def where(self) -> tuple[str, ...]:
        """The sources in which it can be made."""
        return self.sources or VERBS[self.verb]

    def tree(self) -> Expr | None:
        """The decoded condition."""
        return msgspec.json.decode(self.condition, type=Expr | None)

    def __str__(self) -> str:
        value = str(self.to).lower() if isinstance(self.to, bool) else str(self.to)
        if self.verb == "add" and self.target == ".":
            return f"add `{value}`"
        if self.verb == "add":
            return f"add `{value}` to `{self.target}`"
        if self.verb == "drop":
            return f"take `{value}` out of `{self.target}`"
        return f"remove `{self.target}`" if self.to is None else f"set `{self.target}` to `{value}`"


class Offer(Struct, frozen=True):
    """A repair, and where it would be made."""

    repair: Repair
    path: str
    line: int
    column: int
    """From 1; they find the document in its file, and the place in a file without pointers."""
    pointer: str = ""
    """The element, or for `remove` the entry itself; RFC 6901."""
    element: str = ""
    """The element's pointer: nothing above it is taken away with what stands in it."""
    source: str = ""
    """The source of the asset."""

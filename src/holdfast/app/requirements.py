"""The use `requirements`: compiles the table of requirements with what is proved to serve them, and loads it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
from msgspec import Struct

from holdfast.core.errors import FormatError, HoldfastError, RuleError
from holdfast.core.requirement import FEATURES, MAX_AGE_DAYS, Requirement
from holdfast.formats.yaml import load

__all__ = ["build", "requirements"]

PACKAGE = Path(__file__).parents[1]
TABLE = PACKAGE / "frameworks/requirements.csv"
SHIPPED = PACKAGE / "requirements.json"
PROOFS = PACKAGE.parents[1] / "tests/requirements"
FRAMEWORKS = {
    "CIS": "CIS Controls 8.1",
    "CSF": "NIST CSF 2.0",
    "53": "NIST SP 800-53 Rev. 5",
    "ISO": "ISO/IEC 27001:2022",
    "SOC2": "SOC 2 TSC",
    "HIPAA": "HIPAA 45 CFR 164",
    "GDPR": "GDPR",
    "ATLAS": "MITRE ATLAS",
    "ZT": "Zero trust tenets, NIST SP 800-207",
}
"""How the table abbreviates frameworks -> their names."""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """`expected.yaml` of a requirement's proof."""

    rules: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    attested: bool = False
    needs: tuple[str, ...] = ()
    max_age_days: int = MAX_AGE_DAYS


def build() -> int:
    """Compiles the table for the wheel and answers how many rows are served. Raises RuleError for a wrong proof."""
    rows = list(csv.DictReader(io.StringIO(TABLE.read_text(encoding="utf-8"))))
    found = [_row(row, _expected(row["id"])) for row in rows]
    SHIPPED.write_bytes(msgspec.json.encode(found))
    return sum(each.served for each in found)


def _expected(id: str) -> Expected:
    path = PROOFS / id / "expected.yaml"
    if not path.exists():
        return Expected()
    try:
        said = msgspec.convert(load(path.read_bytes()), Expected)
    except (FormatError, msgspec.ValidationError) as error:
        raise RuleError(str(error), where=str(path)) from error
    if not FEATURES.issuperset(said.by):
        raise RuleError(f"there is no such command: {', '.join(said.by)}", where=str(path))
    return said


def _row(row: dict[str, str], said: Expected) -> Requirement:
    controls: dict[str, list[str]] = {}
    for part in row["candidate_controls"].split("|"):
        framework, _, ids = part.partition(":")
        if ids:
            controls[FRAMEWORKS[framework]] = ids.split()
    return Requirement(
        id=row["id"],
        area=row["area"],
        requirement=row["requirement"],
        derived=row["derived"] == "yes",
        controls=controls,
        rules=said.rules,
        features=said.by,
        of=said.of,
        attested=said.attested,
        needs=said.needs,
        max_age_days=said.max_age_days,
    )


def requirements() -> list[Requirement]:
    """Every row of the table, in its order. Raises HoldfastError where the installation lacks it."""
    try:
        return msgspec.json.decode(SHIPPED.read_bytes(), type=list[Requirement])
    except (OSError, msgspec.MsgspecError) as error:
        hint = "install holdfast again; in a checkout, run `make rulebook`"
        what = "the table of requirements of this installation is missing or damaged"
        raise HoldfastError(what, where=str(SHIPPED), hint=hint) from error

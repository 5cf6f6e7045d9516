"""The use `attest`: a person states what no machine can see, with a file that shows it and a day on which it ends."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import date, datetime, timedelta

from holdfast.app.requirements import requirements
from holdfast.core.errors import UsageError
from holdfast.core.requirement import Attestation
from holdfast.core.run import day_of, micros
from holdfast.report.listing import table
from holdfast.report.wording import whole
from holdfast.store.attestations import attest, attestations, withdraw
from holdfast.store.coverage import matches
from holdfast.store.database import Database
from holdfast.store.ledger import Ledger

__all__ = ["Attestation", "drop", "listed", "state"]

CHUNK = 1 << 20
LONGEST = 1 << 32
"""Longest evidence, in bytes."""


def state(
    database: Database,
    ledger: Ledger,
    *,
    requirement: str,
    subject: str,
    person: str,
    statement: str,
    file: str,
    until: date | None,
    now: datetime,
) -> Attestation:
    """Stores and seals what a person states. Raises UsageError and StoreError."""
    known = {each.id: each for each in requirements()}
    if requirement not in known:
        raise UsageError(f"there is no requirement `{requirement}`", hint="`holdfast coverage` lists all of them")
    if not person.strip() or not statement.strip():
        raise UsageError("an attestation says who states what", hint='--by "Jo Doe" --statement "..."')
    if subject != "*" and not matches(database, subject):
        hint = "`holdfast inventory --all-kinds --name PATTERN` shows what a pattern means; * is the whole estate"
        raise UsageError(f"no asset is called like `{subject}`", hint=hint)
    longest = now.date() + timedelta(days=known[requirement].max_age_days)
    ends = until or longest
    if ends < now.date():
        raise UsageError(f"{ends} is over, the attestation would have no effect")
    if known[requirement].attested and ends > longest:
        hint = f"an answer to {requirement} counts for {known[requirement].max_age_days} days: up to {longest}"
        raise UsageError(f"{ends} is too far away", hint=hint)
    made = Attestation(
        id=0,
        requirement=requirement,
        subject=subject,
        person=person.strip(),
        statement=statement.strip(),
        file=whole(os.path.basename(file)),
        digest=_digest(file) if file else "",
        made=micros(now),
        until=ends,
    )
    return attest(database, ledger, made)


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb", opener=_at_once) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise UsageError("the evidence is no file", where=path, hint="a folder can be packed into one")
            if about.st_size > LONGEST:
                raise UsageError(f"the evidence is longer than {LONGEST >> 30} GiB", where=path)
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                if file.tell() > LONGEST:
                    raise UsageError("the evidence grows while it is read", where=path)
    except OSError as error:
        raise UsageError(f"the evidence cannot be read: {error.strerror}", where=path) from error
    return digest.hexdigest()


def _at_once(path: str, flags: int) -> int:
    """Opens what is no file without waiting for somebody to write to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def drop(database: Database, ledger: Ledger, number: int, now: datetime) -> None:
    """Withdraws an attestation. Raises UsageError where there is none of that number, and StoreError."""
    if not withdraw(database, ledger, number, micros(now)):
        raise UsageError(f"there is no attestation {number}", hint="`holdfast attest` without a requirement lists them")


def listed(database: Database, today: date) -> bytes:
    """Those that were not withdrawn, for people."""
    columns = ("number", "requirement", "about", "by", "on", "until", "evidence", "statement")
    rows = [
        (
            *(each.id, each.requirement, each.subject, each.person, day_of(each.made)),
            f"{each.until}{' (over)' if each.until < today else ''}",
            f"{each.file} sha256:{each.digest[:12]}" if each.digest else "-",
            each.statement,
        )
        for each in attestations(database)
    ]
    return table(columns, rows)

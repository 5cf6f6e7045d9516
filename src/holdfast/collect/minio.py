"""Commands of MinIO's client that let everybody into a bucket -> `bucket` assets.

Source: github.com/minio/mc cmd/anonymous-main.go and cmd/flags.go (`mc anonymous set PERMISSION ALIAS/BUCKET/PREFIX`,
earlier `mc policy set` and `mc policy PERMISSION`; the client of the Debian package is called `mcli`), checked
2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.formats.servers.image import split
from holdfast.formats.servers.launch import Launch
from holdfast.formats.servers.unwrap import unwrap
from holdfast.kinds.bucket import Bucket

CLIENTS = frozenset(("mc", "mcli"))
IMAGE = "minio/mc"
VALUED = frozenset(
    ("-C", "--config-dir", "--resolve", "--limit-upload", "--limit-download", "--custom-header", "-H",
     "--conn-read-deadline", "--conn-write-deadline")
)  # fmt: skip
"""Flags that take the next word."""
ALLOWED = {
    "public": (True, True),
    "download": (True, False),
    "upload": (False, True),
    "private": (False, False),
    "none": (False, False),
}
"""Permission -> whether anybody reads, and writes."""
ELSEWHERE = frozenset(("s3", "gcs"))
"""Aliases that the client has from the start: Amazon's and Google's storage, which may refuse what the command asks."""


def opened(launch: Launch, owner: Asset, name: str, spot: Spot, seen: Counter[str]) -> Iterator[Asset]:
    """The bucket that a command lets everybody into, or closes to them; `seen` counts the buckets of the owner."""
    found = _asked(_words(launch))
    if found is None:
        return
    permission, target = found
    alias, _, path = target.strip("/").partition("/")
    bucket = path.partition("/")[0]
    if not bucket or permission not in ALLOWED:
        return
    reads, writes = ALLOWED[permission]
    known: Fact[bool] = UNSET if alias in ELSEWHERE else True
    label = bucket if "$" not in bucket else "bucket"
    seen[f"bucket {label}"] += 1
    suffix = f"~{seen[f'bucket {label}']}" if seen[f"bucket {label}"] > 1 else ""
    facts = Bucket(
        name=bucket if "$" not in bucket else UNSET,
        provider="minio" if known is True else UNSET,
        public_block=None if known is True else UNSET,
        public_read=reads if known is True else UNSET,
        public_write=writes if known is True else UNSET,
        policy=UNSET,
    )
    place = f"bucket/{owner.id.partition('/')[2]}{'.' if name else ''}{name}.{label}{suffix}"
    yield Asset(place, facts, owner.source, owner.path, {"": spot}, owner.suppressions, partial=True)


def _words(launch: Launch) -> Sequence[str]:
    """What follows the client's name, where a launch runs it."""
    if not launch.command_replaced and launch.argv and launch.argv[0].rpartition("/")[2] not in CLIENTS:
        return launch.argv if split(launch.image).owned == IMAGE else ()
    program = unwrap(launch.argv)
    return program.words if program.name in CLIENTS else ()


def _asked(words: Sequence[str]) -> tuple[str, str] | None:
    """The permission and the target of a command that sets one."""
    plain: list[str] = []
    valued = False
    for word in words:
        if valued:
            valued = False
        elif word.startswith("-"):
            valued = word in VALUED
        else:
            plain.append(word)
    if plain[:2] in (["anonymous", "set"], ["policy", "set"]):
        plain = plain[2:]
    elif plain[:1] == ["policy"]:
        plain = plain[1:]
    else:
        return None
    return (plain[0], plain[1]) if len(plain) == 2 else None

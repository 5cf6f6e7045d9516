"""What resources of all clouds have in common: their asset, the purpose of a bucket, the secrets of a script."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource, nested
from holdfast.collect.cloud.values import Block, canonical
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, Kind, either
from holdfast.core.known import Reference, Supplied, Text, Unknown, known
from holdfast.core.labels import declared
from holdfast.core.ports import services_at
from holdfast.core.regions import law_of
from holdfast.formats.servers.masking import holds_secret
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Instance

ASSIGNMENT = re.compile(
    r"(?:^|[\s;&|])(?:export\s+|-e\s+|--env[= ])?([A-Za-z_]\w{1,80})=[\"']?([^\s\"';&|]{1,400})", re.ASCII
)
MAX_SCRIPT = 1 << 16
OPEN, GIVEN = "\ue004", "\ue005"
"""What stands in a script for a value that nobody knows yet, and for one that surely is a credential."""
GENERATED = re.compile(r"(?:.*\.)?random_(?:password|bytes)\.")
"""Addresses of credentials that Terraform makes up."""
CREDENTIALS = frozenset(
    "result secret_string secret_data password token secret key secret_key private_key_pem primary_access_key"
    " primary_connection_string admin_password".split()
)
"""Attributes of resources that are credentials."""
STAND_IN = re.compile(
    r"place[-_ ]?holder|(?:replace|change)[-_ ]?(?:me|this)\b|to[-_ ]be[-_ ]\w+|\b(?:dummy|tbd|todo)\b", re.IGNORECASE
)
EVERYWHERE = frozenset(("0.0.0.0/0", "::/0", "2000::/3", "*", "internet", "any"))
"""Everybody, in the words of firewalls; 2000::/3 is all of IPv6 that is routed. Source: RFC 4291, 2.4 and 2.5.4."""
HALVES = (frozenset(("0.0.0.0/1", "128.0.0.0/1")), frozenset(("::/1", "8000::/1")))
EVERY_PORT = (0, 65535)
MODULE = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""How the names of files end that are a module together."""
LABELS = ("labels", "terraform_labels", "resource_labels", "user_labels", "tags", "tags_all")
"""Attributes of resources that hold their labels; the last one wins."""
WITHIN = (("metadata", "labels"), ("settings", "user_labels"))
"""Blocks of resources and their attributes that hold labels, too."""
NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""Protocols by their numbers, which firewalls take as well. Source: IANA, "Assigned Internet Protocol Numbers"."""
PURPOSES = (
    ("checkpoints", re.compile(r"check-?_?points?|ckpts?")),
    ("state", re.compile(r"tf-?_?state|terraform|pulumi")),
    ("logs", re.compile(r"(?:^|[-_.\s])(?:access-?)?logs?(?:[-_.\s]|$)|trail|audit")),
    ("datasets", re.compile(r"data-?_?sets?|training-?_?data|corpus|corpora|embeddings?|features?")),
    ("models", re.compile(r"models?(?:[-_.\s]|$)|weights|artifacts?|registry|adapters?|lora")),
)
"""What a bucket is for, by a word in its name or labels."""


def asset(
    resource: Resource, facts: Kind, spots: Mapping[str, Spot], part: str = "", also: Iterable[Resource] = ()
) -> Asset:
    """The asset that a resource is: its id is the folder and the address, its place the resource's.

    The labels of resources that make up the same thing (`also`) are its own, too, as far as these agree.
    """
    place = {"": resource.spot("")}
    place.update(
        (fact, spot._replace(path="" if spot.path == resource.path else spot.path)) for fact, spot in spots.items()
    )
    suffix = f".{part}" if part else ""
    id_ = f"{facts.kind}/{name_of(resource)}{suffix}"
    labels, account = {**_labels(resource.attributes), **_agreed(also)}, resource.account
    realm = account if isinstance(account, str) else f"login {account.reason}" if isinstance(account, Unknown) else ""
    return Asset(id_, facts, resource.dialect, resource.path, place, labels=labels, realm=realm)


def name_of(resource: Resource) -> str:
    """The address of a resource below the folder of its root module, whichever file declares it.

    A plan, a state or a template is a scope of its own.
    """
    scope = resource.root or ("" if resource.path.endswith(MODULE) else resource.path)
    return f"{scope}/{resource.address}" if scope else resource.address


def _agreed(resources: Iterable[Resource]) -> dict[str, str]:
    """The labels of several resources that none of them contradicts."""
    said: dict[str, set[str]] = {}
    for resource in resources:
        for name, value in _labels(resource.attributes).items():
            said.setdefault(name, set()).add(value)
    return {name: next(iter(values)) for name, values in said.items() if len(values) == 1}


def _labels(attributes: Mapping[str, Any]) -> dict[str, str]:
    """The labels of a resource whose values are known, in whichever way its cloud writes them."""
    found: dict[str, str] = {}
    blocks = ((known(block), name) for outer, name in WITHIN for block in nested(known(attributes.get(outer))))
    inner = [block.get(name) for block, name in blocks if isinstance(block, Mapping)]
    for each in (*(attributes.get(name) for name in LABELS), *inner):
        value = known(each)
        if isinstance(value, list):  # CloudFormation writes pairs
            pairs = [item for item in value if isinstance(item, dict)]
            value = {item.get("key", item.get("Key")): item.get("value", item.get("Value")) for item in pairs}
        if isinstance(value, dict):
            found.update((key, text) for key, text in value.items() if isinstance(key, str) and isinstance(text, str))
    return found


def purpose(name: Fact[str], labels: Fact[dict[str, str]], label: str) -> Fact[str]:
    """What a bucket holds, by its name, its labels, or what its author calls it."""
    words = [label, name if isinstance(name, str) else "", *(labels.values() if isinstance(labels, dict) else ())]
    text = " ".join(words).lower()
    return next((what for what, pattern in PURPOSES if pattern.search(text)), "other" if name is not UNSET else UNSET)


def script_secrets(value: Any) -> Fact[list[str]]:
    """Names of credentials that a script is handed: assigned literally, or put in when it is made.

    What a resource is called is none, nor is a value that is open behind a name which may be that of a secret's.
    """
    if value is None:
        return []
    if isinstance(value, Text):
        value = "".join(piece if isinstance(piece, str) else _put_in(piece) for piece in value.pieces)
    if not isinstance(value, str):
        return UNSET
    return list(dict.fromkeys(name for name, text in assigned(value) if _is_held(name, text)))


def assigned(script: str) -> Iterator[tuple[str, str]]:
    """The names and values of credentials that a script assigns."""
    for match in ASSIGNMENT.finditer(script[:MAX_SCRIPT]):
        if holds_secret(match[1].lower(), match[2]):
            yield match[1], match[2]


def _put_in(piece: Unknown) -> str:
    """What stands for a piece of a script that is put in when it is made."""
    if not isinstance(piece, Reference):
        return OPEN
    return GIVEN if GENERATED.match(piece.address) or piece.attribute.rpartition(".")[2] in CREDENTIALS else "$"


def _is_held(name: str, text: str) -> bool:
    return OPEN not in text or not name.lower().endswith("secret")


def decoded(value: Any) -> Any:
    """What a text in base64 says; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return value


def anywhere(ranges: Fact[list[str]]) -> Fact[bool]:
    """Whether addresses together are everybody's."""
    if not isinstance(ranges, list):
        return UNSET
    small = {canonical(each.lower()) for each in ranges}
    return not EVERYWHERE.isdisjoint(small) or any(small >= both for both in HALVES)


def ports_of(text: Fact[str]) -> tuple[Fact[int], Fact[int]]:
    """`22`, `8000-8999` or `*` as the first and the last port."""
    if not isinstance(text, str):
        return UNSET, UNSET
    if text == "*":
        return EVERY_PORT
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        return UNSET, UNSET
    return int(first), int(last if dash else first)


def opened(first: Fact[int], last: Fact[int], protocol: Fact[str]) -> Fact[list[str]]:
    """The services at a range of ports; none for UDP, which none of them speaks, and where there are no ports."""
    if protocol == "udp":
        return []
    if isinstance(first, int) and isinstance(last, int):
        return services_at(first, last)
    return [] if first is None else UNSET


def is_word(value: Fact[str], *words: str) -> Fact[bool]:
    """Whether a setting that is spelt out as a word has one of these."""
    return value in words if isinstance(value, str) else UNSET if value is UNSET else False


def opposite(value: Fact[bool]) -> Fact[bool]:
    """No for yes; what is open stays open."""
    return not value if isinstance(value, bool) else UNSET


def is_credential(text: str) -> bool:
    """Whether a text that stands for a credential may be one; what says that it is to be replaced is none."""
    return text != "" and STAND_IN.search(text) is None


def literal_secret(own: Block, fact: str, *names: str, any_text: bool = False) -> Fact[bool]:
    """Whether one of these attributes is a credential that stands in the configuration, or in the state made from it.

    A write-only one (`password_wo`) is kept in no state. With `any_text` what says that it is to be replaced counts.
    Source: Terraform, Use temporary write-only arguments; checked 2026-12-01.
    """
    answers: list[Fact[bool]] = []
    for name in names:
        value = own.raw(name, fact)
        if isinstance(value, Supplied) and name.endswith("_wo"):
            answers.append(False)
        elif value is not None:
            answers.append(UNSET if isinstance(value, Unknown) else _is_secret(value, any_text))
    return either(*answers)


def _is_secret(value: Any, any_text: bool) -> bool:
    return isinstance(value, str) and (any_text or is_credential(value))


def encryption(key: Fact[str]) -> Fact[str]:
    """The word for encryption at rest where the provider always encrypts."""
    return UNSET if key is UNSET else "kms" if key else "provider"


def region_of(own: Block, *names: str) -> Fact[str]:
    """The region that a resource names, or that of its provider."""
    for name in names:
        if name in own:
            return own.text(name, "region", UNSET)
    return own.resource.region if isinstance(own.resource.region, str) else UNSET


def account_of(own: Block, name: str) -> Fact[str]:
    """The project that a resource names, or that of its provider."""
    found = own.text(name, "", None)
    if isinstance(found, str):
        return found
    return own.resource.account if found is None and isinstance(own.resource.account, str) else UNSET


def decided_by_policy(spots: dict[str, Spot], *facts: str, policy: str = "policy") -> None:
    """Says that facts which the estate finds out stand where the policy does."""
    if policy in spots:
        for fact in facts:
            spots.setdefault(fact, spots[policy])


def unseen_rules(resource: Resource, provider: str, blocks: Mapping[str, str | None]) -> Iterator[Asset]:
    """A firewall rule with nothing seen for each name of blocks that cannot be seen, with its direction."""
    for name, direction in blocks.items():
        spots: dict[str, Spot] = {}
        own = Block(resource, spots)
        if own.unseen(name):
            own.note(name, "")
            facts = FirewallRule(
                name=f"{resource.name}.{name}",
                provider=provider,
                group=resource.address,
                direction=UNSET if direction is None else direction,
                allows=True if provider == "aws" else UNSET,
                disabled=False,
            )
            yield asset(resource, facts, spots, f"{name}.unseen")


def bought(provider: str, region: Fact[str], labels: Fact[dict[str, str]]) -> Instance:
    """What all machines of a cloud have in common: whose law and hardware it is, and what their labels declare."""
    said = declared(labels)
    return Instance(
        provider=provider,
        region=region,
        region_in=law_of(region) if isinstance(region, str) else region,
        jurisdiction=said.jurisdiction,
        data_class=said.data_class,
        trust="datacenter",
        ports=[],  # nothing is published beside firewall rules
        env=[],
        tags=labels,
    )

"""Credentials that resources hold in attributes of theirs: no fact keeps them, and no excerpt may show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from holdfast.collect.cloud.common import assigned, decoded, script_secrets
from holdfast.collect.cloud.resource import Resource
from holdfast.core.fact import Secret
from holdfast.core.known import Text, known
from holdfast.formats.servers.masking import is_nothing, names_secret

CREDENTIAL = re.compile(
    r"(?:^|[-_/.])(?:token|secret|password|passwd|api-?_?key|private-?_?key|credentials?)s?(?:$|[-_/.])", re.IGNORECASE
)
"""How parameters are called that hold a credential."""
ALWAYS = frozenset(
    "secret_string secret_string_wo secret_binary secret_data secret_data_wo password_wo master_password_wo"
    " root_password_wo administrator_password_wo administrator_login_password_wo private_key_pem".split()
)
"""Attributes that hold nothing but a credential, though they are not called so."""
VALUES = frozenset(("value", "value_wo", "insecure_value"))
SCRIPTS = frozenset(("user_data", "user_data_base64", "custom_data"))
MAX_DEPTH = 8
MAX_SEEN = 20_000
"""Values of one resource that are looked at."""


def hidden_in(resources: Iterable[Resource]) -> tuple[Secret, ...]:
    """The literal credentials of resources that are applied together, each once."""
    return tuple(dict.fromkeys(Secret(value) for resource in resources for value in _of(resource)))


def _of(resource: Resource) -> Iterator[str]:
    if _is_secret(resource):
        yield from (text for name in VALUES if (text := _literal(resource.attributes.get(name))))
    for name in SCRIPTS:
        yield from _encoded(known(resource.attributes.get(name)))
    pending: list[tuple[Any, int]] = [(resource.attributes, 0)]
    seen = 0
    while pending and seen < MAX_SEEN:
        value, depth = pending.pop()
        seen += 1
        if isinstance(value, Mapping):
            yield from _of_table(value)
            yield from _of_scripts(value)
        if depth < MAX_DEPTH:
            inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
            pending.extend((item, depth + 1) for item in map(known, inner) if isinstance(item, Mapping | list))


def _is_secret(resource: Resource) -> bool:
    """Whether the `value` of a resource is a credential."""
    if resource.type != "aws_ssm_parameter":
        return resource.type == "azurerm_key_vault_secret"
    if known(resource.attributes.get("type")) == "SecureString":
        return True
    name = known(resource.attributes.get("name"))
    pieces = name.pieces if isinstance(name, Text) else (name,)
    return any(isinstance(piece, str) and CREDENTIAL.search(piece) for piece in pieces)


def _of_table(table: Mapping[str, Any]) -> Iterator[str]:
    """The credentials in a block: under their names, and as a pair of `name` and `value`."""
    for name, value in table.items():
        if name.lower() in ALWAYS or names_secret(name):
            yield from filter(None, (_literal(value),))
    name = known(table.get("name"))
    if isinstance(name, str) and names_secret(name):
        yield from filter(None, (_literal(table.get("value")),))


def _of_scripts(table: Mapping[str, Any]) -> Iterator[str]:
    """The credentials that scripts in a block assign."""
    for value in map(known, table.values()):
        for piece in value.pieces if isinstance(value, Text) else (value,):
            if isinstance(piece, str) and "\n" in piece:
                yield from (text for _, text in assigned(piece))


def _literal(value: Any) -> str:
    """A text that is known in full and may be a credential; empty for any other value."""
    value = known(value)
    return value if isinstance(value, str) and not is_nothing(value) else ""


def _encoded(value: Any) -> Iterator[str]:
    """A script in base64 that holds credentials: whoever has the text can read them."""
    if isinstance(value, str) and (script := decoded(value)) != value and script_secrets(script):
        yield value

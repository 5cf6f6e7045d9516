"""What an identity of Google or Azure may do with one store that is declared beside it, by what it is granted.

A grant reaches a store when it is on the store itself, on a part of it or on what it lies in. Projects and resource
groups that are not said are taken for one; a condition, and a grant that may be somebody else's, leave the answer open.
What a role that nobody has seen grants is not guessed.

Sources: Google Cloud IAM, "Resource hierarchy" (policies are inherited), permissions of Cloud Storage, Secret Manager,
Pub/Sub and Artifact Registry; Microsoft, Azure RBAC, "Understand scope"; Azure Storage, "Authorize access to blob data"
(account keys open all of an account, unless shared keys are off), Azure Key Vault, "Azure RBAC vs. access policies" (a
vault goes by one of them), Azure Container Registry, "Roles"; checked 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.core.statement import UNRESOLVED, Statement, holes
from holdfast.estate.iam import azure, google
from holdfast.estate.iam.abilities import ACCOUNT_KEYS, BLOB, DATA, X
from holdfast.estate.iam.decide import Decision
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown
from holdfast.estate.relations.places import LOGIN, address, realm, root
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_secret import ManagedSecret

__all__ = ["Granted"]

Wanted = Mapping[str, tuple[str, ...]]
HERE = "store"
BUCKETS = "projects/_/buckets/"
GOOGLE: Mapping[str, Wanted] = {
    "bucket": {"reads": ("storage.objects.get",), "writes": ("storage.objects.create",)},
    "managed_secret": {"reads": ("secretmanager.versions.access",), "writes": ("secretmanager.versions.add",)},
    "queue": {"writes": ("pubsub.topics.publish",)},
    "registry": {
        "reads": ("artifactregistry.repositories.downloadArtifacts",),
        "writes": ("artifactregistry.repositories.uploadArtifacts",),
    },
    "identity": {
        "assumes": (
            "iam.serviceAccounts.getAccessToken",
            "iam.serviceAccounts.signJwt",
            "iam.serviceAccounts.signBlob",
            "iam.serviceAccountKeys.create",
        ),
    },
}
SECRET = f"{DATA}Microsoft.KeyVault/vaults/secrets/"
AZURE: Mapping[str, Wanted] = {
    "bucket": {"reads": (f"{BLOB}read", ACCOUNT_KEYS), "writes": (f"{BLOB}write", ACCOUNT_KEYS)},
    "managed_secret": {"reads": (f"{SECRET}getSecret/action",), "writes": (f"{SECRET}setSecret/action",)},
    "registry": {
        "reads": ("Microsoft.ContainerRegistry/registries/pull/read",),
        "writes": ("Microsoft.ContainerRegistry/registries/push/write",),
    },
}
"""Kind of store -> what reading and writing it takes, one of several each; of the data plane those with `data:`."""
SERVICES = {"storage": ("storage.googleapis.com", "Object"), "iam": ("iam.googleapis.com", "ServiceAccount")}
"""The service of a permission of Google -> its name and what it guards, where conditions ask for that."""
BY_ACCESS_POLICY = "access policy"
"""The origin of what a vault's own list grants."""
GROUPS = azure.GROUPS
GROUP, GROUP_TYPE = "group ", "azurerm_resource_group."
"""How a resource group is written among what something lies in: by the name that it is given, and by its address."""


class Part(NamedTuple):
    """A statement that grants one thing, and whether that is certain."""

    statement: Statement
    granted: Truth


class Granted:
    """One identity, asked about many stores."""

    def __init__(self, identity: Asset) -> None:
        self.identity = identity
        assert isinstance(identity.facts, Identity)
        self.facts = identity.facts
        self.known: dict[str, list[Part]] = {}

    def may(self, store: Asset) -> Iterator[tuple[str, bool]]:
        """`reads` and `writes` as far as it may, each with whether that is certain."""
        google_s = self.facts.provider == "google"
        for relation, permissions in (GOOGLE if google_s else AZURE).get(store.kind, {}).items():
            meant = self._on_google if google_s else self._on_azure
            answer = some(
                every((self._granted(part, store, permission), meant(part.statement, store, permission)))
                for permission in permissions
                for part in self._parts(permission)
            )
            if answer.value is not False:
                yield relation, answer.value is True

    def becomes(self) -> bool:
        """Whether something that it is granted may let it become others."""
        return any(self._parts(permission) for permission in GOOGLE["identity"]["assumes"])

    def _parts(self, permission: str) -> list[Part]:
        """The statements that grant a permission, or may, wherever."""
        if permission not in self.known:
            ask = self._google if self.facts.provider == "google" else self._azure
            held = self.facts.statements if isinstance(self.facts.statements, list) else []
            found = [Part(each, ask(each, permission)) for each in held if isinstance(each.actions, list)]
            self.known[permission] = [part for part in found if part.granted.value is not False]
        return self.known[permission]

    def _granted(self, part: Part, store: Asset, permission: str) -> Truth:
        """What a statement grants at one store: a condition of Google may name others."""
        name = getattr(store.facts, "name", None)
        conditions = part.statement.conditions
        if self.facts.provider != "google" or not conditions or not isinstance(store.facts, Bucket):
            return part.granted
        if not isinstance(name, str) or holes(name):
            return part.granted
        found = self._google(part.statement, permission, f"{BUCKETS}{name}/objects/{X}")
        parts = [text for each in conditions if isinstance(each.values, list) for text in each.values]
        if found.value is False and any(f"{BUCKETS}{name}/" in text for text in parts):
            return unknown("the objects that a condition names")
        return found

    def _google(self, statement: Statement, permission: str, name: Fact[str] = UNSET) -> Truth:
        own = _seen(statement)
        service, sort = SERVICES.get(permission.partition(".")[0], ("", ""))
        guarded = google.Resource(name, f"{service}/{sort}", service) if service else google.Resource(name)
        request = google.GoogleRequest(permission, [HERE], groups=[], resource=guarded)
        return every((_own(statement), _truth(google.decide(request, [own]))))

    def _azure(self, statement: Statement, permission: str) -> Truth:
        own, plane = _seen(statement), "data" if permission.startswith(DATA) else "control"
        request = azure.AzureRequest(permission.removeprefix(DATA), HERE, groups=[], plane=plane)
        return every((_own(statement), _truth(azure.decide(request, [own]))))

    def _on_google(self, statement: Statement, store: Asset, permission: str) -> Truth:
        """Whether a grant is on a store, or on the project or what else it lies in."""
        del permission
        if isinstance(statement.on, str):
            return TRUE if self._names(statement, store) else FALSE
        for place in statement.resources if isinstance(statement.resources, list) else ():
            if place.startswith("projects/"):
                return _same_project(place.removeprefix("projects/"), realm(store))
            if place.startswith("organizations/"):
                return TRUE
            if place.startswith("folders/"):
                return unknown("the folder of its project")
        return FALSE

    def _on_azure(self, statement: Statement, store: Asset, permission: str) -> Truth:
        """Whether a grant is on a store, on a part of it, or on what it lies in, and counts there."""
        if permission == ACCOUNT_KEYS and getattr(store.facts, "keys_allowed", None) is False:
            return FALSE
        counts = _by_roles(store, statement)
        if isinstance(statement.on, str):
            there = TRUE if self._names(statement, store) else FALSE
            if GROUP_TYPE in statement.on and not any(
                each.startswith(GROUP) or GROUP_TYPE in each for each in store.within
            ):
                there = unknown("the resource group of the store")
            return every((counts, there))
        scopes = statement.resources if isinstance(statement.resources, list) else []
        return every((counts, some(_within(scope, store) for scope in scopes)))

    def _names(self, statement: Statement, store: Asset) -> bool:
        near = root(self.identity) == root(store)
        return near and statement.on in (address(store), *store.within)


def _own(statement: Statement) -> Truth:
    """Whether a grant is this identity's, and one: of no certain effect is what may be another's."""
    return unknown("whether it is granted") if not isinstance(statement.effect, str) else TRUE


def _seen(statement: Statement) -> Statement:
    """A statement as granting what was seen of it, to the identity, here."""
    actions = statement.actions if isinstance(statement.actions, list) else []
    return replace(
        statement,
        effect=statement.effect if isinstance(statement.effect, str) else "Allow",
        actions=[each for each in actions if each != UNRESOLVED],
        principals=None,
        not_principals=None,
        resources=None,
        not_resources=None,
    )


def _truth(decision: Decision) -> Truth:
    return unknown(decision.reason) if decision.effect == "unknown" else TRUE if decision.effect == "allow" else FALSE


def _same_project(granted: str, own: str) -> Truth:
    said = own and not own.startswith(LOGIN)
    if not holes(granted) and said:
        return TRUE if granted == own else FALSE
    return unknown("one of the projects") if said or not holes(granted) else TRUE


def _by_roles(store: Asset, statement: Statement) -> Truth:
    """Whether what a statement stands for counts at a store: roles, or the list of a vault."""
    if not isinstance(store.facts, ManagedSecret) or statement.plane != "data":
        return TRUE
    by_roles: Fact[bool] = store.facts.by_roles
    if not isinstance(by_roles, bool):
        return unknown("whether roles or access policies count")
    return TRUE if by_roles is not (statement.origin == BY_ACCESS_POLICY) else FALSE


def _within(scope: str, store: Asset) -> Truth:
    """Whether a scope that is written out, or what of it is, holds a store.

    Its steps are `/subscriptions/S`, `/resourceGroups/G` and `/providers/P/TYPE/NAME`, each of which may be the last.
    """
    small = scope.rstrip("/").lower()
    if small.startswith(GROUPS) or small in ("", "/"):
        return TRUE
    steps = small.split("/")[1:]
    if len(steps) < 2 or steps[0] != "subscriptions":
        return FALSE
    own = realm(store).lower()
    apart = own and not own.startswith(LOGIN) and not holes(scope.split("/")[2])
    places = [FALSE if apart and own != steps[1] else TRUE]
    if len(steps) > 3:
        places.append(_place(scope.split("/")[4], store.within))
    if len(steps) > 5:
        named = [name for name in scope.split("/")[7:] if not holes(name)]
        called = {str(getattr(store.facts, "name", "")), *store.within}
        places.append(some(TRUE if name.lower() in map(str.lower, called) else FALSE for name in named))
    return every(places)


def _place(group: str, within: Sequence[str]) -> Truth:
    """Whether a resource group is among what a store lies in; which one is not said may be any."""
    if holes(group):
        return TRUE
    written = [each for each in within if each.startswith(GROUP)]
    if GROUP + group.lower() in written:
        return TRUE
    return FALSE if written else unknown("the resource group of the store")

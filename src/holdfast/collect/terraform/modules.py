"""Configurations of Terraform and OpenTofu: files -> resources, with everything evaluated that the files decide.

A folder that others call is examined through its callers, with their arguments; a folder that nobody calls is a root
module, with the defaults of its variables and the values that Terraform loads by itself.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.terraform.expansion import MAX_COPIES, Copy, said
from holdfast.collect.terraform.folders import Declared, Module, modules
from holdfast.collect.terraform.instance import Instance, Objects
from holdfast.collect.terraform.policies import policy
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret, shown
from holdfast.core.known import Reference, Text, Unknown, known
from holdfast.formats import yaml
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.scope import STEPS, Scope
from holdfast.formats.hcl.syntax import Literal, ObjectOf, Path
from holdfast.formats.hcl.values import Budget

__all__ = ["MAX_RESOURCES", "read"]

MAX_RESOURCES = 50_000
"""Most resources that one reading gives."""
MAX_INSTANCES = 5_000
"""Most instances of modules that one reading makes."""
MAX_MODULES_DEEP = 12
"""Deepest call of a module by a module."""
LOCAL = ("./", "../")
LABELLED = frozenset(
    f"google_{name}"
    for name in (
        "storage_bucket compute_instance compute_instance_template compute_region_instance_template workbench_instance"
        " notebooks_instance vertex_ai_endpoint vertex_ai_index_endpoint cloud_run_v2_service cloud_run_service"
        " redis_instance kms_crypto_key secret_manager_secret secret_manager_regional_secret pubsub_topic"
        " artifact_registry_repository"
    ).split()
)
"""Resources to which the provider adds its `default_labels`: those with `labels`, themselves or under `metadata`.

Source: Terraform Google provider 7, Provider Configuration Reference, `default_labels`; checked 2026-12-01."""


class Provider(Struct, frozen=True):
    """What a provider's configuration says that resources inherit."""

    region: Any = UNSET
    account: Any = UNSET
    tags: Any = None


def read(files: Mapping[str, bytes], load: Callable[[str], bytes | None]) -> Iterator[Resource | Gap]:
    """Every resource of the modules in these files, and what was not read.

    Paths are relative to what is examined, with `/`; `load` gives a file that an expression asks for, or None.
    """
    return _Reading(files, load).resources()


class _Reading:
    def __init__(self, files: Mapping[str, bytes], load: Callable[[str], bytes | None]) -> None:
        self.gaps: list[Gap] = []
        self.load = load
        self.modules = modules(files, self.gaps.append)
        self.budget = Budget(STEPS + 4 * sum(map(len, files.values())))
        self.visited: set[str] = set()
        self.instances = 0
        self.found = 0

    def resources(self) -> Iterator[Resource | Gap]:
        yield from self.told()
        called = {folder for module in self.modules.values() for folder in _called(module)}
        # Those that only call each other in a circle have no root: the first of them by name is taken for one.
        for folder in [*sorted(set(self.modules) - called), *sorted(called & set(self.modules))]:
            if folder in self.visited:
                continue
            root = Instance(
                self.modules[folder], Scope(None, None, self.loader(folder), yaml.load, self.budget), folder
            )
            yield from self.instance(root, {}, (folder,))
            if self.budget.steps < 0 or self.found >= MAX_RESOURCES:
                yield Gap(folder or ".", "the configuration is too large to be evaluated", "unreadable")
                return

    def told(self) -> Iterator[Gap]:
        """What could not be read since the last time."""
        yield from self.gaps
        self.gaps.clear()

    def loader(self, root: str) -> Callable[[str], bytes | None]:
        """Reads the files that expressions name, which Terraform looks for from the root module's folder.

        Whoever reads them keeps to what is examined.
        """

        def load(path: str) -> bytes | None:
            found = posixpath.normpath(posixpath.join(root, path))
            return None if path.startswith("/") or "\0" in found else self.load(found)

        return load

    def instance(
        self, instance: Instance, inherited: Mapping[str, Provider], above: tuple[str, ...]
    ) -> Iterator[Resource | Gap]:
        """The resources of a module's instance, then those of the modules that it calls."""
        self.visited.add(instance.module.folder)
        calls: dict[str, list[tuple[Copy, Instance]]] = {}
        instance.children = lambda caller, name: self.children(caller, name, above, calls)
        providers = {**inherited, **_providers(instance)}
        for prefix, types in (("", instance.module.resources), ("data.", instance.module.data)):
            for named in types.values():
                for declared in named.values():
                    yield from self.expanded(instance, prefix, declared, providers)
        for name, declared in instance.module.calls.items():
            instance.scope.names["module"].member(name)
            for _, child in calls.get(name, ()):
                yield from self.instance(child, _passed(declared, providers), (*above, child.module.folder))
        yield from self.told()

    def expanded(
        self, instance: Instance, prefix: str, declared: Declared, providers: Mapping[str, Provider]
    ) -> Iterator[Resource | Gap]:
        """The instances of one resource."""
        path, block = declared
        found, left = instance.expanded(declared)
        if left:
            reason = f"{left} more instances of {'.'.join(block.labels)} than the first {MAX_COPIES}"
            yield Gap(path, reason, "left_out", block.body.source.place(block.at)[0])
        provider = _provider(block.body.attributes, block.labels[0], providers)
        for each in found:
            if self.found >= MAX_RESOURCES or self.budget.steps < 0:
                return
            self.found += 1
            attributes, spots = said(block, instance.scope.within(each.names) if each.names else instance.scope)
            if prefix and block.labels[0] == "aws_iam_policy_document":
                attributes["json"] = policy(attributes, self.budget)
            yield _resource(instance, declared, prefix, each, attributes, spots, provider)

    def children(
        self, caller: Instance, name: str, above: tuple[str, ...], calls: dict[str, list[tuple[Copy, Instance]]]
    ) -> Any:
        """What `module.name` is: the outputs of its instances, which are made here."""
        declared = caller.module.calls[name]
        folder, gap = self.source(caller, declared, above)
        calls[name] = []
        if gap is not None:
            self.gaps.append(gap)
            return Reference(gap.reason, "", f"{caller.address}module.{name}")
        found, left = caller.expanded(declared)
        if left:
            self.gaps.append(Gap(declared.path, f"{left} more instances of module.{name}", "left_out"))
        for each in found:
            calls[name].append((each, self.child(caller, declared, each, folder)))
        if any(each.maybe for each in found) or left:
            return Unknown(f"how many instances of module.{name} there are")
        attributes = declared.block.body.attributes
        if "count" not in attributes and "for_each" not in attributes:
            return calls[name][0][1].outputs
        return Objects({each.key: child.outputs for each, child in calls[name]}, listed="count" in attributes)

    def child(self, caller: Instance, declared: Declared, copy: Copy, folder: str) -> Instance:
        self.instances += 1
        scope = caller.scope.within(copy.names)
        arguments = {
            key: functools.partial(evaluate, each.value, scope) for key, each in declared.block.body.attributes.items()
        }
        address = f"{caller.address}module.{declared.block.labels[0]}{copy.suffix}."
        base = Scope(None, None, caller.scope.load, caller.scope.yaml, self.budget)
        child = Instance(self.modules[folder], base, caller.root, address, arguments)
        child.maybe = caller.maybe or copy.maybe
        return child

    def source(self, caller: Instance, declared: Declared, above: tuple[str, ...]) -> tuple[str, Gap | None]:
        """The folder of a called module, or why it is not read."""
        path, block = declared
        line = block.body.source.place(block.at)[0]
        what = f"module {block.labels[0]}"
        attribute = block.body.attributes.get("source")
        source = known(evaluate(attribute.value, caller.scope)) if attribute else None
        if not isinstance(source, str):
            return "", Gap(path, f"{what} comes from a place that is unknown, not read", "unreadable", line)
        if not source.startswith(LOCAL) and source not in (".", ".."):
            return "", Gap(path, f"{what} comes from {source[:200]}, not read", "left_out", line)
        folder = _joined(caller.module.folder, source)
        if folder not in self.modules:
            return "", Gap(path, f"{what} comes from {source[:200]}, where no module was found", "unreadable", line)
        if folder in above:
            return "", Gap(path, f"{what} calls itself", "unreadable", line)
        if len(above) >= MAX_MODULES_DEEP or self.instances >= MAX_INSTANCES:
            return "", Gap(path, f"{what} is one of too many modules", "unreadable", line)
        return folder, None


def _joined(folder: str, source: str) -> str:
    found = posixpath.normpath(posixpath.join(folder, source))
    return "" if found == "." else found


def _called(module: Module) -> Iterator[str]:
    """The folders that a module calls by a literal path."""
    for declared in module.calls.values():
        attribute = declared.block.body.attributes.get("source")
        source = attribute.value.value if attribute and isinstance(attribute.value, Literal) else None
        if isinstance(source, str) and (source.startswith(LOCAL) or source in (".", "..")):
            folder = _joined(module.folder, source)
            if folder != module.folder:
                yield folder


def _providers(instance: Instance) -> dict[str, Provider]:
    """The provider configurations of a module."""
    found: dict[str, Provider] = {}
    for key, declared in instance.module.providers.items():
        said_of, _ = said(declared.block, instance.scope)
        tags = said_of.get("default_tags")
        first = tags[0] if isinstance(tags, list) and tags else tags
        labels = known(said_of.get("default_labels"))
        found[key] = Provider(
            known(said_of["region"]) if "region" in said_of else UNSET,
            _account(said_of),
            labels if labels is not None else known(first.get("tags")) if isinstance(first, dict) else first,
        )
    return found


def _account(attributes: Mapping[str, Any]) -> Any:
    """The account of a provider: its only allowed one, that of the role it assumes, or its project or subscription.

    Where none of these is known, and something else than the usual login decides it, it is unknown with that as the
    reason: who logs in alike has one account. Source: Terraform AWS provider 6, "Provider configuration".
    """
    for name in ("project", "subscription_id"):
        if attributes.get(name) is not None:
            return known(attributes[name])
    allowed = known(attributes.get("allowed_account_ids"))
    if isinstance(allowed, list) and len(allowed) == 1:
        return known(allowed[0])
    blocks = known(attributes.get("assume_role"))
    block = known(blocks[0]) if isinstance(blocks, list) and len(blocks) == 1 else blocks
    role = known(block.get("role_arn")) if isinstance(block, Mapping) else None
    parts = role.split(":") if isinstance(role, str) else []
    if len(parts) == 6 and parts[4].isdecimal():
        return parts[4]
    logins = {name: attributes[name] for name in LOGINS if attributes.get(name) is not None}
    if "access_key" in logins:
        logins["access_key"] = shown(Secret(_spelt(logins["access_key"])))
    return Unknown(", ".join(f"{name} {_spelt(value)}" for name, value in logins.items())) if logins else UNSET


def _spelt(value: Any) -> str:
    """What a value says, whole or in part, so that two that may differ are spelt differently."""
    value = known(value)
    if isinstance(value, list):
        return " ".join(map(_spelt, value))
    if isinstance(value, Mapping):
        return _spelt(value.get("role_arn"))
    if isinstance(value, Text):
        return "".join(map(_spelt, value.pieces))
    return f"({value.reason})" if isinstance(value, Unknown) else str(value)


LOGINS = (
    *("allowed_account_ids", "assume_role", "assume_role_with_web_identity", "profile", "access_key"),
    *("shared_credentials_files", "shared_config_files"),
)
"""What a provider of AWS may say that decides in whose account it works."""


def _named(value: Any) -> str:
    """The key of a provider that `aws` or `aws.west` names; text is how old configurations and JSON write it."""
    return ".".join(value.names) if isinstance(value, Path) else str(getattr(value, "value", ""))


def _provider(attributes: Mapping[str, Any], type: str, providers: Mapping[str, Provider]) -> Provider:
    key = _named(attributes["provider"].value) if "provider" in attributes else type.partition("_")[0]
    return providers.get(key, Provider())


def _passed(declared: Declared, providers: Mapping[str, Provider]) -> dict[str, Provider]:
    """The providers that a called module has: those without alias, and those that it is given."""
    found = {key: each for key, each in providers.items() if "." not in key}
    given = declared.block.body.attributes.get("providers")
    for key, value in given.value.items if given and isinstance(given.value, ObjectOf) else ():
        found[_named(key)] = providers.get(_named(value), Provider())
    return found


def _resource(
    instance: Instance,
    declared: Declared,
    prefix: str,
    copy: Copy,
    attributes: dict[str, Any],
    spots: dict[str, Spot],
    provider: Provider,
) -> Resource:
    type, name = declared.block.labels
    if provider.tags is not None and not prefix and (type in LABELLED or not type.startswith("google_")):
        tags, together = ("labels", "terraform_labels") if type in LABELLED else ("tags", "tags_all")
        own = known(attributes.get(tags)) or {}
        both = isinstance(provider.tags, dict) and isinstance(own, dict)
        attributes[together] = {**provider.tags, **own} if both else Unknown("tags that are unknown")
    return Resource(
        dialect="terraform",
        type=type,
        address=f"{instance.address}{prefix}{type}.{name}{copy.suffix}",
        name=name,
        attributes=attributes,
        path=declared.path,
        spots=spots,
        root=instance.root,
        data=bool(prefix),
        region=known(attributes["region"]) if attributes.get("region") is not None else provider.region,
        account=known(attributes["project"]) if attributes.get("project") is not None else provider.account,
        maybe=instance.maybe or copy.maybe,
    )

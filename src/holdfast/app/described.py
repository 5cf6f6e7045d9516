"""What is known of the assets of a check beside their facts, and the groups and providers that answer for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from holdfast.config import Described, Settings
from holdfast.core.asset import Asset, Edge
from holdfast.estate.attributes import Attributes, attributes
from holdfast.estate.inventory import OWNER, Paper, groups, providers
from holdfast.kinds.asset_group import AssetGroup

__all__ = ["described"]


class Entry(Struct, frozen=True):
    """An entry of the settings, with the place where it stands."""

    described: Described
    where: str
    named: Callable[[str], str]

    def covers(self, asset: str, path: str) -> bool:
        """Whether it speaks of an asset, by the name of its path here or in the repository."""
        return self.described.covers(asset, path) or self.described.covers(asset, self.named(path))

    def declared(self) -> Mapping[str, str]:
        """Attribute -> value."""
        return self.described.declared()


def described(
    assets: list[Asset],
    edges: Sequence[Edge],
    settings: Settings,
    today: date,
    named: Callable[[str], str],
    owner_of: Callable[[str], str],
    *,
    whole: bool,
    hide: Callable[[str, str], str],
    elsewhere: Mapping[str, Sequence[Paper]] = MappingProxyType({}),
) -> list[Attributes]:
    """The attributes of assets; where they are the `whole`, groups and providers are added to both lists.

    `elsewhere` is what other origins have on file of providers.
    `hide` takes the credentials of a path out of a text: people write them into labels, too, and groups are named so.
    """
    entries = [Entry(item, f"assets[{at}] in the settings", named) for at, item in enumerate(settings.assets)]
    known = [
        Attributes({name: hide(asset.path, value) for name, value in each.values.items()}, each.because)
        for asset, each in zip(assets, attributes(assets, edges, entries, owner_of), strict=True)
    ]
    on_file = [replace(provider, name=hide("", provider.name)) for provider in settings.providers]
    laws = {provider.name: provider.jurisdiction for provider in on_file if provider.jurisdiction}
    known = [_placed(each, laws) for each in known] if laws else known
    if whole:
        made = [*groups(assets, known, named), *providers(known, on_file, today, elsewhere)]
        assets += made
        known += map(_answers, made)
    return known


def _answers(made: Asset) -> Attributes:
    """A group that has an owner belongs to that one."""
    name = made.facts.name if isinstance(made.facts, AssetGroup) else ""
    if not isinstance(name, str) or not name.startswith(OWNER):
        return Attributes({}, {})
    return Attributes({"owner": name.removeprefix(OWNER)}, {"owner": "its assets"})


def _placed(known: Attributes, laws: Mapping[str, str]) -> Attributes:
    """Attributes with the law that a provider is under, where its region does not say."""
    law = laws.get(known.values.get("provider", ""))
    if law is None or "law" in known.values:
        return known
    return Attributes({**known.values, "law": law}, {**known.because, "law": "providers in the settings"})

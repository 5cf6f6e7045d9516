"""Which facts of a server which variable decides: they lie where that is written, and not at the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET
from holdfast.formats.servers.recognise import Launch, recognise
from holdfast.kinds.server import Server

VARIABLES = 50
"""Variables of one command whose share is looked at."""


def with_places(
    found: Iterable[Asset | Edge | Gap], launch: Launch, written: Mapping[str, Spot]
) -> Iterator[Asset | Edge | Gap]:
    """The servers that a launch starts, with the places of what the `written` variables decide.

    A variable decides a fact where the server has it with that variable alone, and not with none of them.
    """
    rest = {name: value for name, value in launch.env.items() if name not in written}
    bare = recognise(replace(launch, env=rest))
    number = 0
    for item in found:
        if not isinstance(item, Asset) or not isinstance(item.facts, Server) or number >= len(bare):
            yield item
            continue
        own = item.facts.env if isinstance(item.facts.env, dict) else {}
        spots = dict(item.spots)
        for name in [name for name in written if name in own][:VARIABLES]:
            spots[f'env["{name}"]'] = written[name]
            alone = recognise(replace(launch, env={**rest, name: launch.env[name]}))
            for other in alone[number : number + 1]:
                spots |= dict.fromkeys(_decided(item.facts, bare[number], other) - spots.keys(), written[name])
        number += 1
        yield replace(item, spots=spots)


def _decided(whole: Server, without: Server, alone: Server) -> set[str]:
    """The facts that one variable makes what they are."""
    return {
        fact
        for fact in whole.__struct_fields__
        if fact not in ("env", "options")
        and (value := getattr(whole, fact)) is not UNSET
        and value == getattr(alone, fact) != getattr(without, fact)
    }

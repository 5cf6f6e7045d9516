"""What a job waits for, directly and through others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MAX_JOBS = 1000
"""Most jobs whose order is worked out; platforms allow fewer (GitLab 500 in a pipeline, GitHub 256 in a matrix)."""


def sequence(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The jobs, each after those that it needs; a need that closes a circle is left aside."""
    done: list[str] = []
    started: set[str] = set()
    for first in needs:
        todo = [] if first in started else [(first, iter(needs[first]))]
        started.add(first)
        while todo:
            name, rest = todo[-1]
            following = next((each for each in rest if each in needs and each not in started), None)
            if following is None:
                done.append(name)
                todo.pop()
            else:
                started.add(following)
                todo.append((following, iter(needs[following])))
    return done


def before(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]] | None:
    """Every job that each one waits for, also indirectly; None where there are more than `MAX_JOBS`."""
    if len(needs) > MAX_JOBS:
        return None
    names = sorted({*needs, *(each for found in needs.values() for each in found)})
    bits = {name: 1 << at for at, name in enumerate(names)}
    closed: dict[str, int] = {}
    for name in sequence(needs):
        found = 0
        for each in needs[name]:
            found |= bits[each] | closed.get(each, 0)
        closed[name] = found & ~bits[name]
    return {name: [each for each in names if closed[name] & bits[each]] for name in needs}

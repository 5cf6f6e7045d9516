"""Spreads a function over processes, where there is enough work for it to pay."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
CHUNK = 64
"""Items that travel to a process together."""
AHEAD = 4
"""Chunks in flight for each process: bounds the memory of results that wait."""


def spread(
    work: Callable[[Sequence[T]], R], items: Iterator[T], lost: Callable[[Sequence[T]], R], processes: int = 0
) -> Iterator[R]:
    """The results of `work` on chunks of `items`, in their order.

    A process that dies takes its chunk with it; `lost` says what its result is.
    """
    count = processes or os.cpu_count() or 1
    # A forked child has everything imported already; nothing here runs threads before the pool does.
    context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    waiting: list[tuple[Sequence[T], Future[R]]] = []
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        chunk = _chunk(items)
        while chunk or waiting:
            while chunk and len(waiting) < count * AHEAD:
                waiting.append((chunk, pool.submit(work, chunk)))
                chunk = _chunk(items)
            done, future = waiting.pop(0)
            try:
                yield future.result()
            except BrokenProcessPool:
                yield lost(done)
                yield from (lost(rest) for rest, _ in waiting)
                waiting.clear()
                while chunk:
                    yield lost(chunk)
                    chunk = _chunk(items)


def _chunk(items: Iterator[T]) -> list[T]:
    return [item for _, item in zip(range(CHUNK), items, strict=False)]

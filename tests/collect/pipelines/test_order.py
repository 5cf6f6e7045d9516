"""What jobs wait for."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from tests.collect.pipelines.reading import one

from holdfast.collect.pipelines.order import MAX_JOBS, before, sequence
from holdfast.core.fact import UNSET

NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=4)))
def test_each_job_stands_once_and_after_what_it_needs_unless_in_a_circle(needs: dict[str, list[str]]):
    order = sequence(needs)
    assert sorted(order) == sorted(needs)
    closed = before(needs)
    assert closed is not None
    for at, name in enumerate(order):
        for each in set(needs[name]) & set(needs):
            assert order.index(each) < at or each == name or name in closed[each] or _circular(needs, name)


def _circular(needs: dict[str, list[str]], name: str) -> bool:
    todo, seen = list(needs[name]), set()
    while todo:
        each = todo.pop()
        if each == name:
            return True
        if each not in seen:
            seen.add(each)
            todo += needs.get(each, [])
    return False


def test_what_is_waited_for_through_others():
    assert before({"c": ["b"], "b": ["a", "z"], "a": []}) == {"c": ["a", "b", "z"], "b": ["a", "z"], "a": []}


def test_long_chains_and_wide_pipelines_take_bounded_time():
    start = time.perf_counter()
    chain = {str(at): [str(at - 1)] for at in range(50_000)}
    assert len(sequence(chain)) == 50_000
    assert before(chain) is None
    wide = {str(at): [str(each) for each in range(at)] for at in range(MAX_JOBS)}
    assert len(before(wide)["999"]) == 999
    assert time.perf_counter() - start < 10


def test_of_too_many_jobs_the_order_is_unknown():
    jobs = "".join(f"  j{at}: {{runs-on: x}}\n" for at in range(MAX_JOBS))
    facts = one(f"on: push\njobs:\n{jobs}  p:\n    runs-on: x\n    steps: [{{run: docker push x}}]\n").facts
    assert (facts.jobs[0].needs, facts.jobs[0].unchecked, facts.jobs[-1].unchecked) == (UNSET, False, UNSET)

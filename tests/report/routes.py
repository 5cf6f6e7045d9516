"""Attack paths to render."""

from __future__ import annotations

from holdfast.core.path import Cut, Opening, Route, Step, Unseen

TOKEN = Opening(
    "0123456789abcdef", "server-behind-weak-token", "server/a/vllm", "medium", "medium", ("reachable_from",)
)
KNOWN = Opening("fedcba9876543210", "server-with-known-vulnerabilities", "server/a/vllm", "high", "high", ())
FIXED = Opening("aaaabbbbccccdddd", "redis-without-password", "server/a/redis", "high", "high", (), repairable=True)
LOGS = Unseen("bucket-without-access-logs", "bucket/a/docs", "docs: Nobody sees who reads")
ROUTE = Route(
    entry="server/a/vllm",
    target="bucket/a/docs",
    data_class="internal",
    steps=(
        Step("zone/internet", "reachable_from", "server/a/vllm", opened_by=(KNOWN, TOKEN)),
        Step("server/a/vllm", "runs_on", "instance/a/assistant"),
        Step("instance/a/assistant", "assumes", "identity/a/assistant"),
        Step("identity/a/assistant", "reads", "bucket/a/docs", unseen=(LOGS,)),
    ),
    also=("server/a/b", "server/a/c", "server/a/d", "server/a/e"),
    cut=(
        Cut("zone/internet", "reachable_from", "server/a/vllm", (KNOWN, TOKEN), 4),
        Cut("identity/a/other", "reads", "bucket/a/docs", (), 3),
        Cut("zone/internet", "reachable_from", "server/a/redis", (FIXED,), 1),
    ),
)
POSSIBLE = Route(
    entry="bucket/a/a-name-that-is-long",
    target="bucket/a/a-name-that-is-long",
    data_class="unknown",
    steps=(Step("zone/internet", "reachable_from", "bucket/a/a-name-that-is-long", certain=False, opened_by=(FIXED,)),),
    certain=False,
)
FAR = Route(
    entry="server/a/b",
    target="bucket/a/docs",
    data_class="internal",
    steps=(
        Step("zone/internet", "reachable_from", "server/a/b", opened_by=(FIXED,)),
        Step("server/a/b", "in_zone", "zone/cluster/ai", certain=False),
        Step("zone/cluster/ai", "reads", "secrets/kubernetes"),
        Step("secrets/kubernetes", "holds_credential", "bucket/a/docs"),
    ),
    certain=False,
)


def hostile(text: str) -> Route:
    """A path in which every text is somebody else's."""
    bad = f"kind/{text}"
    opening = Opening(text, text, bad, "high", "high", (text,), text)
    return Route(
        bad,
        bad,
        "restricted",
        (Step(bad, "reads", bad, certain=False, opened_by=(opening,), unseen=(Unseen(text, bad, text),)),),
        certain=False,
        also=(bad,),
        cut=(Cut(bad, "reads", bad, (opening,), 2), Cut(bad, "writes", bad)),
    )

"""Attack paths on the page: a drawing from left to right, then each path step by step with its cheapest cut."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.path import Cut, Opening, Route, Step, label, words
from holdfast.core.relation import RELATIONS
from holdfast.report.markup import Markup, element, join

__all__ = ["section"]

DRAWN = 6
"""Paths that are drawn and told step by step; the rest is counted."""
WIDTH, HEIGHT = 120, 46
"""Size of a node."""
ACROSS, DOWN = 182, 66
"""From one node to the next."""
FITS = 15
"""Characters of a name that fit into a node."""
BELOW = 34
"""How far an arrow past several nodes keeps below them."""


def section(routes: Sequence[Route]) -> Markup:
    """The section, empty without a path."""
    if not routes:
        return join([])
    shown = routes[:DRAWN]
    text = (
        "How a stranger on the internet gets at data: each step needs the finding beside it or a right that was given."
        " A path claims no more than what was read shows; dashed steps are possible, because a fact was not seen."
    )
    left = len(routes) - len(shown)
    more = element("p", f"{left} more {'path is' if left == 1 else 'paths are'} in the JSON.", class_="quiet")
    return element(
        "section",
        element("h2", "Attack paths", id="paths"),
        element("p", text),
        element("div", _drawing(shown), class_="map"),
        *(_told(route) for route in shown),
        more if left else join([]),
        aria_labelledby="paths",
    )


def _drawing(routes: Sequence[Route]) -> Markup:
    """Nodes in layers by their distance from the internet, each once, and an arrow for each step."""
    layer: dict[str, int] = {}
    for route in routes:
        for depth, node in enumerate((route.steps[0].source, *(step.target for step in route.steps))):
            layer[node] = max(layer.get(node, 0), depth)
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for node, depth in layer.items():
        places[node] = depth, rows.get(depth, 0)
        rows[depth] = places[node][1] + 1
    tallest = max(rows.values())
    at = {
        node: (8 + depth * ACROSS, 8 + row * DOWN + (tallest - rows[depth]) * DOWN // 2)
        for node, (depth, row) in places.items()
    }
    steps = {(step.source, step.target): step for route in routes for step in route.steps}
    targets = {route.target for route in routes}
    floor = 8 + (tallest - 1) * DOWN + HEIGHT + BELOW
    far = any(layer[step.target] - layer[step.source] > 1 for step in steps.values())
    width, height = 16 + max(layer.values()) * ACROSS + WIDTH, floor if far else floor - BELOW + 8
    names = "; ".join(f"from the internet to {label(target)}" for target in sorted(targets))
    return element(
        "svg",
        *(_arrow(step, at[step.source], at[step.target], floor) for step in steps.values()),
        *(_node(node, at[node], target=node in targets) for node in layer),
        class_="paths",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label=f"Attack paths {names}",
    )


def _node(node: str, at: tuple[int, int], *, target: bool) -> Markup:
    x, y = at
    kind, _, rest = node.partition("/")
    name = rest.rpartition("/")[2]
    if kind in ("zone", "node", "secrets", "roles"):
        kind, name = "network" if kind == "zone" else "many", label(node)
    sort = "node target" if target else "node zone" if kind == "network" else "node"
    short = name if len(name) <= FITS else name.rpartition(".")[2]
    short = short if len(short) <= FITS else f"{short[: FITS - 1]}…"
    return element(
        "g",
        element("title", node),
        element("rect", class_=sort, x=x, y=y, width=WIDTH, height=HEIGHT, rx=6),
        element("text", kind.replace("_", " "), class_="kind", x=x + 10, y=y + 18),
        element("text", short, class_="name", x=x + 10, y=y + 35),
    )


def _arrow(step: Step, start: tuple[int, int], end: tuple[int, int], floor: int) -> Markup:
    """An arrow to the next layer; one to a later layer passes below all nodes."""
    x, y = start[0] + WIDTH, start[1] + HEIGHT // 2
    to_x, to_y = end[0], end[1] + HEIGHT // 2
    middle, said_y = (x + to_x) // 2, (y + to_y) // 2 - 7
    line = f"M{x} {y}C{middle} {y} {middle} {to_y} {to_x - 7} {to_y}"
    if to_x - x > ACROSS:
        x, y = start[0] + WIDTH // 2, start[1] + HEIGHT
        line = f"M{x} {y}C{x} {floor} {x} {floor - 6} {x + ACROSS} {floor - 6}H{to_x - ACROSS // 2}"
        line += f"C{to_x - 40} {floor - 6} {to_x - 40} {to_y} {to_x - 7} {to_y}"
        middle, said_y = (x + to_x) // 2, floor - 12
    opened = " opened" if step.opened_by else ""
    said = RELATIONS[step.relation].step.replace(" {to}", "")
    return element(
        "g",
        element("title", words(step)),
        element("path", class_=f"step{opened}{'' if step.certain else ' maybe'}", d=line),
        element("path", class_=f"head{opened}", d=f"M{to_x} {to_y}l-8 -4v8z"),
        element("text", said, class_="said", x=middle, y=said_y, text_anchor="middle"),
    )


def _told(route: Route) -> Markup:
    sort = "" if route.certain else "Possible: "
    named = "class unknown" if route.data_class == "unknown" else f"{route.data_class} data"
    parts = [element("h3", f"{sort}{label(route.target)}, {named}"), element("ol", *map(_step, route.steps))]
    if route.also:
        parts.append(element("p", f"The same from {', '.join(map(label, route.also[:5]))}.", class_="quiet"))
    if route.cut:
        parts.append(element("p", "Cheapest cut: ", *_cuts(route.cut), "."))
    return element("div", *parts, class_="path")


def _step(step: Step) -> Markup:
    maybe = "" if step.certain else " (possibly)"
    opened = [join([": ", *_findings(step.opened_by)])] if step.opened_by else []
    unseen = [
        element("div", f"Unseen, because of {each.rule}: {each.message}", class_="quiet small") for each in step.unseen
    ]
    return element("li", words(step), maybe, *opened, *unseen)


def _findings(found: Sequence[Opening]) -> list[Markup | str]:
    parts: list[Markup | str] = []
    for each in found:
        parts += [*([", "] if parts else []), element("code", each.rule), f" (id {each.finding[:12]})"]
    return parts


def _cuts(cuts: Sequence[Cut]) -> list[Markup | str]:
    parts: list[Markup | str] = []
    for cut in cuts:
        if parts:
            parts.append("; ")
        if cut.findings:
            parts += ["repair ", *_findings(cut.findings)]
        else:
            parts.append(f"take away that {label(cut.source)} {words(cut)}")
    return parts

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.report.results import (
    EMPTY,
    HOSTILE,
    LINES,
    NOW,
    OPEN_DOOR,
    PRIVILEGED,
    finding,
    hostile,
    result,
    results,
    undecided,
)

from holdfast.core.coverage import Gap
from holdfast.core.finding import Location
from holdfast.core.result import Result
from holdfast.report import html_rule
from holdfast.report.html import Options, render
from holdfast.report.html_style import CSS
from holdfast.report.markup import Markup, element, join, jump, link, prose, stylesheet
from holdfast.report.wording import visible

TAGS = set(
    "html head meta title style body header main nav footer section article h1 h2 h3 h4 p a code pre span strong em "
    "mark div dl dt dd ul li table caption thead tbody tr th td details summary svg rect ol g path text".split()
)
ATTRIBUTES = set(
    "lang charset name content http-equiv class id href rel scope role x width height viewbox preserveaspectratio "
    "aria-label aria-labelledby d rx y text-anchor".split()
)


class Page(HTMLParser):
    """What a browser would make of a page; any mistake in nesting or naming fails at once."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        self.tags.append(tag)
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            assert value is not None
            self.attributes.append((name, value))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    unknown_decl = handle_pi = handle_comment

    def of(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for key, value in self.attributes if key == name]

    def text(self, tag: str = "") -> str:
        """The text, or that of one sort of element, in one line."""
        return " ".join("".join(data for at, data in self.texts if (at == tag if tag else at != "style")).split())


def page_of(of: Result, **changes: object) -> Page:
    options = Options(source=lambda path: LINES.get(path, []), version="1.2.3", now=NOW)
    return Page(render(of, replace(options, **changes)))


def sound(page: Page) -> Page:
    ids = page.of("id")
    assert len(ids) == len(set(ids))
    assert "script" not in page.tags
    for target in page.of("href"):
        assert target.startswith(("https://", "http://")) or target[1:] in ids, target
    for label in page.of("aria-labelledby"):
        assert label in ids or label.endswith("-title")
    shown = [text for tag, text in page.texts if tag != "style"]
    assert all(text.replace("\n", "").isprintable() for text in shown)
    return page


def test_a_finding_in_short() -> None:
    page = sound(page_of(result()))
    text = page.text()
    assert "1 finding from 1 rule, in 1 of 3 files read." in text
    assert page.text("h1") == "Security report"
    assert "21 November 2026, 09:30 UTC" in text
    assert "1 source could not be read. 1 question stayed open." in text
    assert page.text("mark") == "{privileged: true}"
    for part in (
        "GPU access needs the device plugin, not privilege.",
        "deploy/train.yaml:6:24",
        "workload/cluster/ml/train",
        "containers[0].privileged",
        finding().fingerprint,
        "1.34, checked 2026-11-21",
        "the node belongs to nobody else",
        "2027-01-31",
        "could not be seen",
        "deploy/broken.yaml:4",
        "not YAML: a tab",
        "chart/templates/a.yaml",
        "link.yaml",
        "server-without-key",
        "the suppression of host-network ended on 2026-01-01",
        "3 files read. 2 rules asked: 7 questions passed, 1 did not apply.",
        "This page holds no script and loads nothing.",
    ):
        assert part in text, part
    assert page.of("href")[:2] == ["#rule-gpu-container-privileged", "https://kubernetes.io/docs/concepts/security/"]
    assert page.of("id")[0] == "main"


def test_headings_go_down_one_step_at_a_time() -> None:
    levels = [int(tag[1]) for tag in page_of(result()).tags if re.fullmatch("h[1-4]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_policy_allows_this_style_sheet_and_nothing_else() -> None:
    page = page_of(result())
    (css,) = [text for tag, text in page.texts if tag == "style"]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in page.of("content")
    assert "url(" not in css
    assert "@import" not in css


def test_nothing_found_claims_no_more_than_was_read() -> None:
    page = sound(page_of(EMPTY, now=None))
    text = page.text()
    assert "No finding in 0 files read." in text
    assert "No rule that was asked failed for what was read." in text
    assert "nav" not in page.tags
    assert "Not decided" not in text
    assert "2026" not in text


def test_findings_are_grouped_by_rule_worst_first_and_bounded() -> None:
    many = [finding(element=f"c{number}", line=number + 1) for number in range(8)]
    page = sound(page_of(result([*many, finding(OPEN_DOOR)]), in_full=3))
    assert page.text("h3") == OPEN_DOOR.title + PRIVILEGED.title
    assert page.text("summary").startswith("5 more findings")
    assert page.tags.count("h4") == 1 + 3
    page = sound(page_of(result(many[:4]), in_full=3))
    assert page.text("summary").startswith("1 more finding" + "The rules")


def test_tables_are_bounded_and_say_what_they_leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_rule, "LISTED", 3)
    page = page_of(result(unknown=[undecided(location=Location(f"f{n}.yaml", 1, 1, "")) for n in range(5)]))
    assert "and 2 more" in page.text("p")
    assert "f2.yaml:1" in page.text()
    assert "f3.yaml:1" not in page.text()


def test_sources_are_read_once_and_only_for_what_is_shown() -> None:
    read: Counter[str] = Counter()

    def source(path: str) -> list[str]:
        read[path] += 1
        return ["a line"]

    made = [finding(location=Location(f"{number // 2}.yaml", 1, 1, "")) for number in range(6)]
    page_of(result(made), source=source, in_full=4)
    assert read == {"0.yaml": 1, "1.yaml": 1}


def test_credentials_near_a_finding_are_not_shown() -> None:
    lines = ["- name: HF_TOKEN", "  value: hf_0aZ9", "  privileged: true"]
    made = finding(location=Location("a.yaml", 3, 3, ""))
    text = page_of(result([made]), source=lambda path: lines).text()
    assert "value: ***" in text
    assert "hf_0aZ9" not in text


def test_a_group_of_mixed_severity_says_so_and_new_ones_are_named() -> None:
    made = [finding(severity="critical"), finding(element="other", severity="low", baseline_state="new")]
    page = page_of(result(made))
    assert page.of("class").count("badge low") == 1
    assert "workload/cluster/ml/train low · new" in page.text()


def test_a_message_that_is_the_title_is_not_repeated() -> None:
    assert "strong" not in page_of(result([finding(message=PRIVILEGED.title)])).tags


def test_facts_are_listed_and_what_is_absent_is_told_apart() -> None:
    facts = {"list": [f"item {n}" for n in range(12)], "empty": [], "text": "null", "nothing": None}
    page = page_of(result([finding(facts=facts)]))
    assert page.text("em") == "absent"
    assert "item 9" in page.text("code")
    assert "item 10" not in page.text("code")
    assert "and 2 more" in page.text("div")


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip() and "`" not in text])
def test_hostile_texts_change_nothing_but_the_text(text: str) -> None:
    def made(word: str) -> Result:
        item = replace(finding(), message=word, asset=word, because=word, fix=word, fingerprint=word, facts={"f": word})
        place = Location(word, 6, 1, word)
        open_question = replace(undecided(), message=word, asset=word, location=place)
        examined = replace(result().examined, gaps=[Gap(word, word, "unreadable")], assets={word: 1})
        return result([replace(item, location=place)], [open_question], examined=examined)

    def shape(word: str) -> list[str]:
        return [tag for tag in sound(page_of(made(word), source=lambda path: [word] * 9)).tags if tag != "mark"]

    assert shape(text) == shape("word")
    assert visible(text).strip() in " ".join(data for _, data in page_of(made(text)).texts)


def test_everything_hostile_at_once() -> None:
    page = sound(page_of(hostile(), source=lambda path: list(HOSTILE)))
    assert page.tags.count("article") == len(HOSTILE)


@given(results())
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_sound_page(of: Result) -> None:
    page = sound(page_of(of, title=of.findings[0].title if of.findings else "t", source=lambda path: [path, "b", path]))
    assert page.tags.count("article") == len({item.rule for item in of.open()})


def test_contrast_is_enough_by_day_and_by_night() -> None:
    blocks = re.findall(r":root \{([^}]*)\}", CSS)
    assert len(blocks) == 3
    for block in blocks:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))
        for name in ("ink", "quiet", "accent", "critical", "high", "medium", "low", "info"):
            for ground in ("paper", "panel"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        assert contrast(colours["ink"], colours["row"]) >= 4.5
        assert contrast(colours["mark-ink"], colours["mark"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(char * 2 for char in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_elements_escape_their_text_and_attributes() -> None:
    made = element("p", "<b>&\"'", 3, element("em", "x"), class_='a"b', aria_label="c\x00")
    assert made.html == ('<p class="a&quot;b" aria-label="c\\x00">&lt;b&gt;&amp;&quot;&#x27;3<em>x</em></p>')
    assert element("p", class_="").html == "<p></p>"
    assert join(["<", Markup("<hr>")]).html == "&lt;<hr>"
    assert f"{element('p')}" == "Markup(html='<p></p>')"


@pytest.mark.parametrize("attribute", ["onclick", "style", "href", "src", "srcdoc", "action", "formaction", "class "])
def test_elements_take_no_attribute_that_runs_or_loads(attribute: str) -> None:
    with pytest.raises(ValueError, match="attribute"):
        element("p", **{attribute: "x"})


def test_a_tag_is_a_name() -> None:
    with pytest.raises(ValueError, match="is no name"):
        element("p><script")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            'https://e.example/"><b>?a=1&b=2#c',
            '<a href="https://e.example/%22%3E%3Cb%3E?a=1&amp;b=2#c" rel="noreferrer noopener">t</a>',
        ),
        ("javascript:alert(1)", "<span>t</span>"),
        ("HTTPS://e.example", "<span>t</span>"),
        (" https://e.example", "<span>t</span>"),
        ("", "<span>t</span>"),
    ],
)
def test_links_lead_to_web_addresses_only(url: str, expected: str) -> None:
    assert link(url, "t").html == expected
    assert jump("a b", "t").html == '<a href="#a%20b">t</a>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b<` c", "a <code>b&lt;</code> c"),
        ("`a` `b", "<code>a</code> `b"),
        ("`", "`"),
        ("", ""),
    ],
)
def test_backticks_mark_code(text: str, expected: str) -> None:
    assert prose(text).html == expected


def test_a_style_sheet_cannot_end_its_element() -> None:
    with pytest.raises(ValueError, match="style sheet"):
        stylesheet("</style>")

"""The HTML report in a real browser: it renders, runs nothing, and asks nobody for anything."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.samples import FAILING
from tests.conftest import Run
from tests.live.chromium import Browser

pytestmark = pytest.mark.live

ESTATE = Path(__file__).parents[2] / "examples/estate"
HOSTILE = "x<script>alert(1)</script><img src=http://example.org/x.png onerror=alert(2)>\"'{}"


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)`. Source: WCAG 2.2."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def assert_quiet(browser: Browser, url: str) -> None:
    """Nothing on the console, no dialogue, and no request but the page itself."""
    assert browser.seen("Log.entryAdded") == []
    assert browser.seen("Runtime.consoleAPICalled") == []
    assert browser.seen("Runtime.exceptionThrown") == []
    assert browser.seen("Page.javascriptDialogOpening") == []
    requests = [request["request"]["url"] for request in browser.seen("Network.requestWillBeSent")]
    assert [request for request in requests if not request.startswith(url)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_renders_in_both_schemes_and_loads_nothing(here: Path, holdfast: Run, scheme: str) -> None:
    page = here / "report.html"
    assert holdfast("check", str(ESTATE), "--format", "html", "--output", str(page)).code == 1
    with Browser(here / "profile") as browser:
        browser.open(page.as_uri(), scheme)
        style = "getComputedStyle(document.body)"
        back, front = browser.value(f"{style}.backgroundColor"), browser.value(f"{style}.color")
        assert (luminance(back) > 0.5) == (scheme == "light"), back
        light, dark = sorted((luminance(back), luminance(front)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 7
        assert "holdfast" in browser.value("document.title")
        assert "gpu-container-privileged" in browser.value("document.body.innerText")
        assert browser.value("document.scripts.length") == 0
        assert browser.value("document.styleSheets.length") >= 1, "the policy lets the page's own style through"
        assert browser.value("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the side"
        assert len(browser.call("Page.captureScreenshot")["data"]) > 10_000
        assert_quiet(browser, page.as_uri())


def test_hostile_names_do_nothing_in_a_browser(here: Path, holdfast: Run) -> None:
    (here / f"{HOSTILE.replace('/', '')}.yaml").write_text(
        FAILING.replace("name: train", f"name: {json.dumps(HOSTILE)}")
    )
    page = here / "report.html"
    assert holdfast("check", "--format", "html", "--output", str(page)).code == 1
    with Browser(here / "profile") as browser:
        browser.open(page.as_uri(), "light")
        assert "<script>alert(1)" in browser.value("document.body.innerText")
        assert browser.value("document.scripts.length + document.images.length") == 0
        assert_quiet(browser, page.as_uri())

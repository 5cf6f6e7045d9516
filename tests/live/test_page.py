"""The HTML report in a real browser: it renders, without a word on the console and without asking the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BROWSER = [
    "/usr/bin/chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
]
ESTATE = Path(__file__).parents[2] / "examples/estate"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    command = [sys.executable, "-m", "holdfast", "check", str(ESTATE), "--format", "html", "--output", str(path)]
    assert subprocess.run(command, check=False).returncode == 1
    return path


@pytest.mark.live
def test_the_page_says_what_it_found_and_the_console_is_silent(page: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*BROWSER, f"--user-data-dir={tmp_path}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "A container that asks for a GPU runs privileged" in done.stdout
    assert "CONSOLE" not in done.stderr


@pytest.mark.live
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_drawn(page: Path, tmp_path: Path, scheme: str) -> None:
    picture = tmp_path / "page.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    command = [*BROWSER, *dark, f"--user-data-dir={tmp_path}", f"--screenshot={picture}", "--window-size=1200,1600"]
    subprocess.run([*command, page.as_uri()], capture_output=True, check=True, timeout=120)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000

"""What a run against real programs could not try is said at its end, never skipped in silence."""

from __future__ import annotations

import pytest

NOT_TRIED = ("native admission needs Kubernetes 1.30",)
"""What no program that can be installed here can prove."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names what was not tried, where live tests ran."""
    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, ())]
    if any("live" in report.keywords for report in reports):
        terminalreporter.section("not tried")
        for what in NOT_TRIED:
            terminalreporter.line(f"not tried: {what}")

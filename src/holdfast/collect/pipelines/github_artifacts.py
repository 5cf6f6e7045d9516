"""Artifacts of the run that started a workflow: whoever opened the pull request wrote what made them.

Reading a number or a report from them is what they are for; running them, or letting them set variables and paths of
later steps, is not.

Sources, checked 2026-11-30: GitHub Docs, "Events that trigger workflows" (`workflow_run`), "Secure use reference" and
"Workflow commands" (`GITHUB_ENV`, `GITHUB_PATH`); actions/download-artifact README (`run-id`, `path`);
dawidd6/action-download-artifact README (`run_id`, `path`); gh-run-download(1) (`--dir`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from holdfast.collect.pipelines.github_values import Scope

ACTIONS: Mapping[str, str] = {"actions/download-artifact": "run-id", "dawidd6/action-download-artifact": "run_id"}
"""Action -> the input that names another run."""
DOWNLOAD = re.compile(r"\bgh\s+run\s+download\b(?P<rest>[^\n;|&]{0,500})|\bdownloadArtifact\b")
FOLDER = re.compile(r"\s(?:-D|--dir)[ =][\"']?([^\s\"']{1,300})")
STARTED = re.compile(r"workflow_run\b")
INTERPRETER = r"(?:bash|sh|zsh|dash|source|\.|python3?|pwsh|(?:node|ruby|perl)(?![ \t]+-e\b))"
WORDS = r"(?:-(?![cm]\b)[\w-]+[ \t]+){0,4}"
"""Options before the file; `-c` and `-m` take no file."""
PLACE = r"(?:^|[;&|(]|\b(?:then|do|exec|sudo|env|time))[ \t]*"
ANYWHERE = re.compile(
    rf"(?m){PLACE}(?:{INTERPRETER}[ \t]+{WORDS}[\"']?(?:\./)?(?![-/$\"'<~])[\w.@-]+(?:/[\w.@-]+)*"
    r"|\./[\w.-]|make\b|npm[ \t]+(?:ci|install|i|run|test|start)\b|yarn\b|pnpm\b|pytest\b"
    r"|pip3?[ \t]+install[ \t]+(?:-e[ \t]+)?\.)"
)
"""What runs a file of the folder in which a script stands."""
VARIABLES = r"[^\n]{0,200}>>?[ \t]{0,4}[\"']?\$\{?GITHUB_(?:ENV|PATH)\b"
READS = r"(?:\bcat\b|\bjq\b|\bhead\b|\btail\b|\bgrep\b|\bsed\b|\bawk\b|<)[^\n>]{0,200}?"
ASSIGNED = rf"\b(\w{{1,60}})=[\"']?(?:\$\(|`)[ \t]{{0,4}}{READS}"


class Artifacts:
    """What the steps of a job so far have fetched of the run that started the workflow."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        """Where it lies; empty for the folder in which scripts run."""

    def take(self, action: str, given: Mapping[str, str], script: str, scope: Scope) -> None:
        """Remembers what a step fetches. Raises FormatError for an expression that is none."""
        if action in ACTIONS:
            run = given.get(ACTIONS[action], "")
            if STARTED.search(run) or scope.fetches_head(run) is True or STARTED.search(" ".join(_named(run, scope))):
                self.folders.append(_folder(given.get("path", "")))
            return
        text = given.get("script", "") if action == "actions/github-script" else script
        found = DOWNLOAD.search(text)
        if found is not None and (STARTED.search(text) or any(STARTED.search(each) for each in _used(text, scope))):
            folder = FOLDER.search(found["rest"] or "")
            self.folders.append(_folder(folder[1]) if folder else "")

    def run_by(self, script: str, beneath: str) -> bool:
        """Whether a script, in the folder `beneath`, runs what was fetched or takes variables from it."""
        return any(_runs(script, beneath, folder) for folder in self.folders)


def _runs(script: str, beneath: str, folder: str) -> bool:
    inside = folder == "" or (beneath != "" and posixpath.normpath(beneath).startswith(folder))
    if not inside:
        name = re.escape(folder)
        if re.search(rf"\bcd[ \t]+[\"']?(?:\./)?{name}\b", script):
            inside = True
        elif re.search(rf"(?m){PLACE}(?:{INTERPRETER}[ \t]+{WORDS})?[\"']?(?:\./)?{name}/", script):
            return True
    if inside and ANYWHERE.search(script):
        return True
    where = "" if inside else rf"{re.escape(folder)}/"
    if re.search(rf"{READS}{where}{VARIABLES}", script):
        return True
    names = {match[1] for match in re.finditer(ASSIGNED + where, script)}
    return any(re.search(rf"\$\{{?{name}\b{VARIABLES}", script) for name in names)


def _folder(path: str) -> str:
    """A folder as scripts spell it; empty for their own."""
    found = posixpath.normpath(path.strip()) if path.strip() else ""
    return "" if found in (".", "${{ github.workspace }}") else found.rstrip("/")


def _named(text: str, scope: Scope) -> list[str]:
    """The values of the variables that a text's expressions name."""
    return [value for name, value in scope.lowered.items() if f"env.{name}" in text.lower()]


def _used(text: str, scope: Scope) -> list[str]:
    """The values of the variables that a script uses."""
    return [value for name, value in scope.env.items() if name in text]

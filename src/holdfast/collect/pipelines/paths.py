"""Which files are pipelines by their path. Imports nothing, for it is asked about every file."""

from __future__ import annotations

import re

WORKFLOW = re.compile(r"(?P<root>(?:.*/)?)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml")
"""GitHub's workflows; Gitea and Forgejo run the same files from folders of their own."""
ACTION = re.compile(r"(?:.*/)?action\.ya?ml")
GITLAB = re.compile(
    r"(?:.*/)?(?:[\w.-]*\.gitlab-ci[\w.-]*\.ya?ml|\.[\w-]+-ci\.ya?ml|\.gitlab/ci/[^\n]*\.ya?ml)", re.ASCII
)
JENKINS = re.compile(
    r"(?:.*/)?(?:Jenkinsfile(?:[.-](?!(?:[\w.-]+\.)?(?:md|txt|j2|jinja2?|tmpl|tpl|erb|py|json|ya?ml)$)[\w.-]+)?"
    r"|[\w.-]+\.jenkinsfile|[\w.-]*jenkinsfile\.groovy)",
    re.IGNORECASE | re.ASCII,
)


def platform(path: str) -> str:
    """The platform of a file that is a pipeline by its path: `github`, `gitlab`, `jenkins`, or empty for any other."""
    if WORKFLOW.fullmatch(path) or ACTION.fullmatch(path):
        return "github"
    if GITLAB.fullmatch(path):
        return "gitlab"
    return "jenkins" if JENKINS.fullmatch(path) else ""

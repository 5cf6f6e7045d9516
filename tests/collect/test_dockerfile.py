"""Build files as images: facts, places, and the servers they start."""

from __future__ import annotations

import pytest
from tests.collect.looking import gaps, items, servers

from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET, Secret
from holdfast.kinds.image import Copy, Image, Run, Stage, Variable


def image(text: str) -> Asset:
    (asset,) = [item for item in items(text, "Dockerfile") if isinstance(item, Asset) and isinstance(item.facts, Image)]
    return asset


def test_stages_tell_their_base_and_whether_they_ship():
    asset = image(
        "ARG V=1\nFROM r.io/a:$V AS build\nFROM docker.io/b@sha256:"
        + "a" * 64
        + " AS base\nFROM base\nFROM scratch AS none\nFROM base AS last\nFROM x:$UNKNOWN AS odd\nFROM last\n"
    )
    digest = f"sha256:{'a' * 64}"
    assert asset.facts.stages == [
        Stage("build", "r.io/a:1", "r.io", "a", "1", None, False, False),
        Stage("base", f"docker.io/b@{digest}", "docker.io", "library/b", None, digest, False, True),
        Stage(None, None, None, None, None, None, False, False),
        Stage("none", None, None, None, None, None, False, False),
        Stage("last", None, None, None, None, None, False, True),
        Stage("odd", UNSET, UNSET, UNSET, UNSET, UNSET, False, False),
        Stage(None, None, None, None, None, None, True, True),
    ]
    assert asset.spot("stages[1].tag") == Spot(3, 1)
    assert asset.id == "image/Dockerfile/image"


@pytest.mark.parametrize(
    ("line", "user", "root"),
    [
        ("", None, UNSET), ("USER root", "root", True), ("USER 0:0", "0:0", True), ("USER 1000", "1000", False),
        ("USER app:app", "app:app", False), ("USER $U", UNSET, UNSET),
    ],
)  # fmt: skip
def test_the_last_user_counts(line, user, root):
    asset = image(f"FROM a\n{line}\n")
    assert (asset.facts.user, asset.facts.root) == (user, root)
    if line:
        assert asset.spot("user") == asset.spot("root") == Spot(2, 1)


def test_variables_are_arguments_or_environment():
    asset = image("ARG A=1\nFROM a\nARG B\nENV C=c D=$UNKNOWN\nENV E e\n")
    assert asset.facts.variables == [
        Variable("A", Secret("1"), True), Variable("B", None, True), Variable("C", Secret("c"), False),
        Variable("D", UNSET, False), Variable("E", Secret("e"), False),
    ]  # fmt: skip
    assert [asset.spot(f"variables[{at}].value")[:2] for at in range(5)] == [(1, 5), (3, 5), (4, 5), (4, 9), (5, 5)]


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("RUN curl -sL x | sh", Run("curl -sL x | sh", ["curl", "sh"], True, False)),
        ("RUN curl x | sudo -E bash -", Run("curl x | sudo -E bash -", ["curl", "bash"], True, False)),
        ("RUN curl x -o y && sh y", Run("curl x -o y && sh y", ["curl", "sh"], False, False)),
        ('RUN ["/bin/pip", "install", "x"]', Run("/bin/pip install x", ["pip"], False, False)),
        ("RUN --security=insecure make", Run("make", ["make"], False, True)),
        ("RUN --network=host make", Run("make", ["make"], False, True)),
        ("RUN <<EOF\n#!/usr/bin/python3\nprint(1)\nEOF", Run("#!/usr/bin/python3\nprint(1)\n", [], False, False)),
    ],
)
def test_a_run_tells_what_it_starts(line, run):
    asset = image(f"FROM a\n{line}\n")
    (found,) = asset.facts.runs
    assert (found.programs, found.piped_to_shell, found.insecure) == (run.programs, run.piped_to_shell, run.insecure)
    assert found.text.split() == run.text.split()
    assert asset.spot("runs[0].text") == Spot(2, 1)


def test_a_run_that_cannot_be_parsed_is_unseen():
    (run,) = image(f"FROM a\nRUN {'a;' * 10_001}\n").facts.runs
    assert (run.programs, run.piped_to_shell) == (UNSET, UNSET)


def test_copies_from_outside_are_told():
    asset = image(
        "FROM a AS x\nFROM b\nCOPY --from=x /a /b\nCOPY a b /c/\nADD https://x/y /z\n"
        "ADD --checksum=sha256:1 https://x/y /z\nADD git@github.com:a/b.git /g\n"
    )
    assert asset.facts.copies == [
        Copy(["a", "b"], "/c/", False, False), Copy(["https://x/y"], "/z", True, False),
        Copy(["https://x/y"], "/z", True, True), Copy(["git@github.com:a/b.git"], "/g", True, False),
    ]  # fmt: skip
    assert asset.spot("copies[1].remote") == Spot(5, 1)


def test_ports_command_and_health_check():
    asset = image('FROM a\nEXPOSE 80 443/tcp $P\nHEALTHCHECK CMD true\nENTRYPOINT ["/a"]\nCMD ["b"]\n')
    assert (asset.facts.ports, asset.facts.argv, asset.facts.healthcheck) == ([80, 443], ["/a", "b"], True)
    assert asset.spot("argv") == Spot(5, 1)
    assert image("FROM a\n").facts.argv == []


def test_the_command_starts_servers():
    (asset,) = servers('FROM vllm/vllm-openai:v0.9.1\nENV VLLM_API_KEY=k\nCMD ["--model", "m"]\n', "Dockerfile")
    assert (asset.facts.product, asset.facts.version, asset.facts.auth, asset.spots[""]) == (
        "vllm",
        "0.9.1",
        True,
        Spot(3, 1),
    )
    (asset,) = servers("FROM ollama/ollama\n", "Dockerfile")
    assert (asset.facts.product, asset.spots[""]) == ("ollama", Spot(1, 1))
    (asset,) = servers("FROM x:$V\nENTRYPOINT vllm serve m --port 9\n", "a.dockerfile")
    assert (asset.facts.product, asset.facts.port) == ("vllm", 9)


def test_what_the_builder_would_refuse_is_a_gap():
    (gap,) = gaps("# nothing\n", "Dockerfile")
    assert gap.reason.startswith("not readable as a Dockerfile: ")
    found = gaps("FROM a\nFRUN x\n", "Dockerfile")
    assert [(gap.line, gap.reason.partition(":")[0]) for gap in found] == [(2, "the builder would refuse this line")]
    (gap,) = gaps(f"FROM a\nCMD {'vllm serve a;' * 10_001}\n", "Dockerfile")
    assert (gap.line, gap.reason.partition(":")[0]) == (2, "its command is not readable")


@pytest.mark.parametrize(
    ("step", "piped"),
    [
        ("bash <(curl -s U)", True), ('bash -c "$(curl -fsSL U)"', True), ('eval "$(wget -qO- U)"', True),
        ('["sh", "-c", "curl U | sh"]', True), ("curl U | tee /x | sh", True), (". <(curl U)", True),
        ('["sh", "-c", "curl U"]', False), ("curl U | tar x", False), ('X="$(curl U)" make', False),
        ("cat x | sh", False), ("curl U | tee /x", False),
    ],
)  # fmt: skip
def test_a_download_that_is_run_at_once(step, piped):
    asset = image(f"FROM x\nRUN {step}\n")
    assert [run.piped_to_shell for run in asset.facts.runs] == [piped]


def test_an_entrypoint_script_starts_the_command_behind_it():
    text = 'FROM x\nENTRYPOINT ["/entry.sh"]\nCMD ["mlflow", "server", "--host", "h"]\n'
    assert [server.facts.product for server in servers(text, "Dockerfile")] == ["mlflow"]
    assert servers('FROM x\nENTRYPOINT ["/entry.sh"]\n', "Dockerfile") == []


def test_packages_of_the_shipped_stages():
    asset = image(
        "ARG TOOLKIT=1.16.1-1\nFROM debian AS other\nRUN apt-get install munge=1.0\nFROM debian AS base\n"
        "ENV DOCKER=5:24.0.7-1 ODD=$X\nFROM base\nARG TOOLKIT\nARG OPEN\n"
        "RUN apt-get update && \\\n    apt-get install -y nvidia-container-toolkit=${TOOLKIT} \\\n"
        '    docker-ce=$DOCKER munge=$OPEN\nRUN ["pip", "install", "vllm==0.8.4"]\n'
        "RUN sh -c 'apk add runc=1.1.12-r1'\nRUN make\n"
    )
    assert [(found.name, found.version) for found in asset.facts.packages] == [
        ("nvidia-container-toolkit", "1.16.1-1"),
        ("docker-ce", "24.0.7-1"),
        ("munge", UNSET),
        ("vllm", "0.8.4"),
        ("runc", "1.1.12-r1"),
    ]
    assert asset.spot("packages[0].version") == Spot(10, 5)
    assert asset.spot("packages[3].version") == Spot(12, 1)


def test_packages_of_a_command_that_cannot_be_read():
    assert image("FROM a\nRUN pip install vllm==0.8.4\nRUN <<E\n" + "(" * 20_000 + "\nE\n").facts.packages is UNSET
    assert image("FROM a\nRUN <<E\n#!/usr/bin/python3\napt install munge=1\nE\n").facts.packages == []


def test_keys_of_clusters_in_the_file_itself_are_hidden():
    asset = image(
        "FROM a\nCOPY <<EOF /etc/munge/munge.key\ngeheim1\nEOF\nRUN cat > /etc/slurm/slurm.key <<EOF\ngeheim2\nEOF\n"
        "COPY <<EOF /etc/motd\nhello\nEOF\nRUN cat > /etc/x <<EOF\nhello\nEOF\n"
    )
    assert asset.hidden == (Secret("geheim1\n"), Secret("geheim2\n"))

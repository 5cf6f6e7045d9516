"""Commands over the store, given what nobody should give them: an answer or one line, never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.conftest import Run

from holdfast.core.rule import SEVERITIES
from holdfast.store.sqlite import Sqlite

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: serve, namespace: ml}
spec:
  hostPID: true
  containers:
    - name: serve
      image: vllm/vllm-openai:v0.8.0
      env: [{name: HF_TOKEN, value: hf_0123456789abcdefghij}]
      securityContext: {privileged: true}
      resources: {limits: {nvidia.com/gpu: 1}}
"""
ASSET = "workload/pod.yaml/Pod.ml.serve"
LONE = "a\udcff"
WRONG = (
    ("inventory", "--seen", "x"),
    ("inventory", "--shadow", "--seen", "/nowhere/dns.log"),
    ("inventory", "--shadow", "--seen", "holdfast.log", "--format", "cyclonedx"),
    ("inventory", "--store"),
    ("inventory", "--credentials", "--format", "cyclonedx"),
    ("inventory", "--stale", "0"),
    ("inventory", "--stale", "-3"),
    ("inventory", "--stale", "9" * 30),
    ("inventory", "--owner", LONE),
    ("inventory", "--exposure", "x"),
    ("inventory", "--output", "/nowhere/x"),
    ("findings", "--after", "garbage"),
    ("findings", "--after", "5.1"),
    ("findings", "--after", f"1.{'9' * 40}"),
    ("findings", "--after", "٣.٣"),
    ("findings", "--limit", "0"),
    ("findings", "--limit", "9" * 30),
    ("findings", "--asset", LONE),
    ("diff", "3", "1"),
    ("diff", "-1"),
    ("diff", "9" * 30),
    ("diff", "x"),
    ("findings", "--rule", "no-such-rule"),
    ("findings", "--asset", "workload/none"),
    ("findings", "--origin", "nowhere"),
    ("findings", "--state", "gone"),
    ("findings", "--severity", "grave"),
    ("inventory", "--kind", "kettle"),
    ("inventory", "--origin", "nowhere"),
    ("coverage", "--area", "nosuch"),
    ("coverage", "--area", LONE),
    ("coverage", "--state", "nosuch"),
    ("paths", "--to", "workload/none"),
    ("paths", "--from", "workload/none"),
    ("paths", "--limit", "-1"),
    ("paths", "--readers", "x"),
    ("paths", "--reach", LONE),
    ("paths", "--format", "csv"),
    ("paths", "--models", "--format", "html"),
    ("coverage", "X99"),
    ("coverage", LONE),
    ("attest", "X99", "--by", "a", "--statement", "b"),
    ("attest", "Z38"),
    ("attest", "Z38", "--by", " ", "--statement", "b"),
    ("attest", "Z38", "--by", LONE, "--statement", "b"),
    ("attest", "Z38", "--by", "a", "--statement", "b", "--file", "/nowhere/x.pdf"),
    ("attest", "Z38", "--by", "a", "--statement", "b", "--file", "."),
    ("attest", "Z38", "--by", "a", "--statement", "b", "--until", "2020-01-01"),
    ("attest", "Z38", "--by", "a", "--statement", "b", "--until", "9999-12-31"),
    ("attest", "Z38", "--by", "a", "--statement", "b", "--until", "soon"),
    ("attest", "--by", "a"),
    ("attest", "--withdraw", "99"),
    ("attest", "--withdraw", "-1"),
    ("incident", "workload/none"),
    ("incident", LONE),
    ("incident", ASSET, "--note", LONE),
    ("incident",),
)
QUESTIONS = (
    ("inventory",),
    ("inventory", "--all-kinds", "--gone", "--stale", "99999"),
    ("inventory", "--credentials", "--format", "csv"),
    ("inventory", "--shadow", "--seen", "holdfast.log"),
    ("inventory", "--name", "*" * 500),
    ("inventory", "--kind", "pipeline", "--owner", "'; DROP TABLE asset; --"),
    ("findings", "--state", "suppressed"),
    ("findings", "--severity", "critical", "--limit", "1"),
    ("paths",),
    ("paths", "--models", "--format", "csv"),
    ("coverage",),
    ("coverage", "--area", "secret", "--served", "--state", "failing"),
    ("attest",),
    ("diff", "--runs"),
    ("diff", "--runs", "--format", "json"),
)


@pytest.fixture
def recorded(home: Path, here: Path, holdfast: Run) -> Path:
    """A store with one run."""
    (here / "pod.yaml").write_text(POD)
    (here / "holdfast.log").write_text("jupyter.lab.example\n")
    assert holdfast("check", "--store").code == 1
    return home


@pytest.mark.parametrize("command", WRONG, ids=" ".join)
def test_wrong_usage_is_one_line_and_exit_code_2(recorded: Path, holdfast: Run, command: tuple[str, ...]) -> None:
    done = holdfast(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("holdfast")


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("coverage", "--area", "zz"), "one of attest, bucket, checklist, "),
        (("coverage", "--area", "secrets"), "did you mean `secret`?"),
        (("findings", "--rule", "zz"), "`holdfast rules list` shows all of them"),
        (("findings", "--rule", "privileged-contaner"), "did you mean `privileged-container`?"),
        (("findings", "--asset", "zz"), "`holdfast inventory --all-kinds` lists them"),
        (("findings", "--origin", "zz"), "one of vm:"),
        (("inventory", "--origin", "zz"), "one of vm:"),
        (("paths", "--to", "zz"), "`holdfast inventory --all-kinds` lists them"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_name_that_nothing_bears_is_told_with_those_that_are(
    recorded: Path, holdfast: Run, command: tuple[str, ...], hint: str
) -> None:
    assert hint in holdfast(*command).err


def test_a_name_that_is_known_lists_what_bears_it(recorded: Path, here: Path, holdfast: Run) -> None:
    origin = json.loads(holdfast("inventory", "--format", "json").out)["assets"][0]["origin"]
    for command in (
        ("findings", "--origin", origin),
        ("findings", "--asset", ASSET),
        ("inventory", "--origin", origin),
    ):
        done = holdfast(*command)
        assert (done.code, done.out.count("\n") > 1, done.err) == (0, True, ""), command
    assert holdfast("findings", "--rule", "bucket-publicly-readable").code == 0, "a rule that found nothing"
    (here / "pod.yaml").unlink()
    assert holdfast("check", "--store").code == 0
    assert holdfast("findings", "--asset", ASSET, "--state", "resolved").out.count("\n") > 1, "an asset that is gone"


@pytest.mark.parametrize("command", ["inventory", "findings"])
def test_an_owner_of_nothing_is_no_mistake_and_is_said(recorded: Path, here: Path, holdfast: Run, command: str) -> None:
    said = holdfast(command, "--owner", "zz").err
    assert said == "nothing that is recorded is like that; no asset has the owner zz: none is recorded\n"
    (here / "pod.yaml").write_text(POD.replace("namespace: ml", "namespace: ml, labels: {owner: ml}"))
    assert holdfast("check", "--store").code == 1
    done = holdfast(command, "--owner", "zz")
    assert done.code == 0
    assert done.err == "nothing that is recorded is like that; no asset has the owner zz: recorded are ml\n"


def test_a_rule_of_ones_own_is_known(recorded: Path, here: Path, holdfast: Run) -> None:
    own = here / "own"
    own.mkdir()
    (own / "our-rule.yaml").write_text(holdfast("rules", "new", "workload", "our-rule").out)
    assert holdfast("findings", "--rule", "our-rule").code == 2
    (here / "holdfast.yaml").write_text("rules: [own]\n")
    assert holdfast("findings", "--rule", "our-rule").code == 0


@pytest.mark.parametrize("command", QUESTIONS, ids=" ".join)
def test_every_question_has_an_answer(recorded: Path, holdfast: Run, command: tuple[str, ...]) -> None:
    assert holdfast(*command).code == 0


@pytest.mark.parametrize("command", [*QUESTIONS, ("diff",), ("incident", ASSET)], ids=" ".join)
def test_where_nothing_is_recorded_every_command_says_so(home: Path, holdfast: Run, command: tuple[str, ...]) -> None:
    done = holdfast(*command)
    if command[0] == "coverage":
        assert (done.code, "no run is recorded yet" in done.err) == (0, True)
    else:
        assert (done.code, done.out) == (3, "")
        assert "there is no store" in done.err
    assert not home.exists(), "asking makes nothing"


def test_a_run_of_an_empty_folder_is_a_run(home: Path, here: Path, holdfast: Run) -> None:
    assert holdfast("check", "--store").err == "recorded as run 1: 0 assets (0 new, 0 changed, 0 gone)\n"
    assert holdfast("diff").out.endswith("nothing changed\n")
    assert holdfast("check", "--store", "--quiet").err == ""


@pytest.mark.parametrize("command", [*QUESTIONS, ("check", "--store"), ("incident", ASSET)], ids=" ".join)
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("garbage", "this is no store"),
        ("jo:s3cret@db/ml", "this is no store"),
        ("mysql://jo:s3cret@db/ml", "mysql://...: this is no store"),
        ("postgresql://jo:s3cret@127.0.0.1:1/ml", "postgresql://127.0.0.1/ml: PostgreSQL refuses"),
        ("postgresql://jo:s3cret%zz@127.0.0.1:1/ml", "PostgreSQL refuses"),
    ],
)
def test_a_store_elsewhere_that_is_not_there(
    home: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch, where: str, said: str, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOLDFAST_STORE", where)
    done = holdfast(*command)
    assert (done.code, said in done.err) == (3, True)
    assert "s3cret" not in done.out + done.err


@pytest.mark.parametrize("command", [*QUESTIONS, ("check", "--store")], ids=" ".join)
def test_a_store_of_a_newer_version_is_left_alone(recorded: Path, holdfast: Run, command: tuple[str, ...]) -> None:
    database = Sqlite(str(recorded / "store.db"))
    with database.transaction():
        database.run("UPDATE meta SET value = '99' WHERE name = 'schema'")
    database.close()
    done = holdfast(*command)
    checked = command[0] == "check"
    assert (done.code, bool(done.out)) == (1 if checked else 3, checked), "what was found is shown all the same"
    assert "schema 99, newer than" in done.err


@pytest.mark.parametrize("command", [("inventory",), ("check", "--store"), ("coverage",)], ids=" ".join)
def test_a_store_that_cannot_be_opened_is_said(home: Path, holdfast: Run, command: tuple[str, ...]) -> None:
    (home / "store.db").mkdir(parents=True)
    assert holdfast(*command).code == 3
    (home / "store.db").rmdir()
    (home / "store.db").write_bytes(b"not a store at all" * 1000)
    assert holdfast(*command).code == 3


def test_a_folder_that_cannot_be_made_is_said(home: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_HOME", "/proc/nowhere")
    done = holdfast("check", "--store")
    assert (done.code, "files read" in done.out) == (3, True), "nothing was found, and nothing recorded"
    assert "set HOLDFAST_HOME" in done.err


def test_a_current_folder_that_is_gone_is_said(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "gone").mkdir()
    monkeypatch.chdir(here / "gone")
    (here / "gone").rmdir()
    monkeypatch.setenv("HOLDFAST_HOME", "home")
    assert holdfast("inventory").code == 3
    assert holdfast("check", "--store").code == 2


def test_a_check_that_cannot_be_made_is_recorded_as_failed(recorded: Path, here: Path, holdfast: Run) -> None:
    (here / LONE).mkdir()
    (here / LONE / "pod.yaml").write_text(POD)
    assert holdfast("check", "--store", LONE).code == 1
    (here / LONE / "pod.yaml").unlink()
    (here / LONE).rmdir()
    done = holdfast("check", "--store", LONE)
    assert (done.code, done.out) == (2, "")
    assert "failed" in holdfast("diff").out
    assert holdfast("diff").out.endswith("nothing was looked at: whether something changed is unknown\n")
    for command in (("diff",), ("diff", "--runs"), ("diff", "--format", "json")):
        assert "there is no file or folder `" in holdfast(*command).out
    assert ASSET in holdfast("inventory", "--format", "csv").out


def test_a_mistyped_target_is_no_run(recorded: Path, holdfast: Run) -> None:
    assert holdfast("check", "--store", "nowhere").code == 2
    assert "failed" not in holdfast("diff", "--runs").out


def test_what_came_on_standard_input_last_is_what_there_is(
    home: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def piped(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        holdfast("check", "-", "--store")

    piped(POD)
    assert "host-pid" in holdfast("findings").out
    piped(POD.replace("hostPID: true", "hostPID: false"))
    assert "host-pid" not in holdfast("findings").out
    assert "host-pid" in holdfast("findings", "--state", "resolved").out


ENTRY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm, namespace: ai}
spec:
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      serviceAccountName: serve
      containers:
        - {name: vllm, image: "vllm/vllm-openai:v0.18.1", args: [--model, m, --api-key, team-token], ports: [{containerPort: 8000}]}
---
apiVersion: v1
kind: Service
metadata: {name: vllm, namespace: ai, annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing}}
spec: {type: LoadBalancer, selector: {app: vllm}, ports: [{port: 8000}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: serve, namespace: ai}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: ai}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r, namespace: ai}
subjects: [{kind: ServiceAccount, name: serve, namespace: ai}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
---
apiVersion: v1
kind: Secret
metadata: {name: hf, namespace: ai}
data: {token: aGY=}
"""


def test_paths_over_what_joins_assets_are_recorded_from_parts_too(home: Path, here: Path, holdfast: Run) -> None:
    (here / "k").mkdir()
    (here / "k/a.yaml").write_text(ENTRY)
    (here / "other").mkdir()
    (here / "other/b.yaml").write_text(ENTRY.replace("namespace: ai", "namespace: ml"))
    assert "attack path" in holdfast("check", "k").out
    for targets in (("k",), ("other",), ("k",), (".",)):
        holdfast("check", *targets, "--store")
        assert "Secret.ai.hf" in holdfast("paths").out, targets
    assert holdfast("ledger", "verify").code == 0


def test_an_origin_that_is_no_more_is_retired(recorded: Path, holdfast: Run) -> None:
    origin = json.loads(holdfast("diff", "--runs", "--format", "json").out)["runs"][0]["origin"]
    assert holdfast("inventory", "--retire", origin).code == 2
    assert holdfast("inventory", "--reason", "moved").code == 2
    assert holdfast("inventory", "--retire", "github.com/acme/none", "--reason", "moved").code == 2
    done = holdfast("inventory", "--retire", origin, "--reason", "it has another address")
    assert done.out.startswith("recorded as run 2: ")
    assert ASSET not in holdfast("inventory").out
    assert holdfast("findings", "--format", "json").out.count("fingerprint") == 0
    assert "retired: it has another address" in holdfast("diff", "--runs").out
    assert holdfast("ledger", "verify").code == 0
    assert holdfast("check", "--store").code == 1
    assert ASSET in holdfast("inventory", "--format", "csv").out


def test_a_suppression_that_is_over_is_open_before_the_next_run(recorded: Path, holdfast: Run) -> None:
    """The ledger sealed the suppression; time passed."""
    fingerprint = json.loads(holdfast("findings", "--format", "json").out)["findings"][0]["fingerprint"]
    holdfast("accept", fingerprint, "--reason", "a demo", "--until", (date.today() + timedelta(days=9)).isoformat())
    holdfast("check", "--store")
    assert fingerprint not in holdfast("findings", "--format", "json").out
    before = holdfast("inventory", "--format", "csv").out
    with closing(Sqlite(str(recorded / "store.db"))) as database:
        database.run("UPDATE finding SET until = '2026-01-31' WHERE state = 'suppressed'")
    told = json.loads(holdfast("findings", "--format", "json").out)["findings"]
    assert fingerprint in {each["fingerprint"] for each in told}
    ranks = [SEVERITIES.index(each["severity"]) for each in told]
    assert ranks == sorted(ranks, reverse=True)
    assert holdfast("inventory", "--format", "csv").out != before
    pages, after = [], ()
    while True:
        page = json.loads(holdfast("findings", "--format", "json", "--limit", "2", *after).out)
        pages += page["findings"]
        if page["next"] is None:
            break
        after = ("--after", page["next"])
    assert pages == told


def test_coverage_of_the_ledger_is_what_its_last_check_found(recorded: Path, holdfast: Run) -> None:
    def state() -> str:
        return str(json.loads(holdfast("coverage", "Z39", "--format", "json").out)["requirements"][0]["state"])

    assert state() == "unknown"
    assert holdfast("ledger", "verify").code == 0
    assert state() == "verified"
    (recorded / "verified.json").write_text('{"at": 1, "entries": 3, "problems": 0}')
    assert state() == "stale"
    with closing(Sqlite(str(recorded / "store.db"))) as database:
        database.run("DELETE FROM finding")
    assert holdfast("ledger", "verify").code == 1
    assert state() == "failing"
    (recorded / "verified.json").write_text("x")
    assert state() == "unknown"


def test_a_store_that_was_removed_is_not_begun_anew_under_its_key(recorded: Path, holdfast: Run) -> None:
    for path in recorded.glob("store.db*"):
        path.unlink()
    checkpoint = (recorded / "log/checkpoint").read_bytes()
    for command in (("check", "--store"), ("attest", "Z38", "--by", "a", "--statement", "b")):
        assert "a key is here, and the store that it belongs to is not" in holdfast(*command).err
    assert (recorded / "log/checkpoint").read_bytes() == checkpoint


def test_attesting_again_replaces_what_was_said(recorded: Path, holdfast: Run) -> None:
    for statement in ("trained", "trained again"):
        assert holdfast("attest", "Z38", "--by", "Jo", "--statement", statement).code == 0
    assert json.loads(holdfast("coverage", "Z38", "--format", "json").out)["requirements"][0]["assets"] == {
        "verified": 1
    }


NAMES = (
    b"a\xff\xfe.yaml",
    b"new\nline.yaml",
    b"esc\x1b[31m.yaml",
    b"=1+1.yaml",
    "\u202eoverride.yaml".encode(),
    b"x" * 250 + b".yaml",
)
HOSTILE_LABELS = '{owner: "=HYPERLINK(1)", env: "\\e[31m", purpose: "a\\nb", data-class: "@x"}'


def test_hostile_names_are_recorded_apart_and_shown_harmless(home: Path, here: Path, holdfast: Run) -> None:
    for name in NAMES:
        (Path(os.fsdecode(os.fsencode(here))) / os.fsdecode(name)).write_text(POD)
    long = json.dumps("n" * 4000)
    (here / "long.yaml").write_text(POD.replace("name: serve,", f"name: {long},"))
    (here / "longer.yaml").write_text(POD.replace("name: serve,", f'name: {long[:-1]}m",'))
    (here / "odd.yaml").write_text(POD.replace("name: serve,", 'name: "a\\ud800b\\0c",'))
    (here / "labels.yaml").write_text(POD.replace("namespace: ml", f"namespace: ml, labels: {HOSTILE_LABELS}"))
    folder = here / os.fsdecode(b"d\xff")
    folder.mkdir()
    (folder / "broken.yaml").write_text("apiVersion: v1\nkind: [\n")
    (folder / "pod.yaml").write_text(POD)
    done = holdfast("check", "--store", "--profile", "strict")
    assert (done.code, "recorded as run 1" in done.err) == (1, True)
    found = json.loads(holdfast("inventory", "--kind", "workload", "--format", "json").out)["assets"]
    assert len({each["id"] for each in found}) == len(found) == len(NAMES) + 5
    again = holdfast("check", "--store", "--profile", "strict")
    assert "(0 new, 0 changed, 0 gone)\n" in again.err
    (folder / "pod.yaml").write_text("apiVersion: v1\nkind: [\n")
    assert " 0 gone)" in holdfast("check", "--store", "--profile", "strict").err, "it could not be read"
    (folder / "pod.yaml").unlink()
    assert " 0 gone)" in holdfast("check", "--store", "--profile", "strict").err, "what it needs could not be read"
    (folder / "broken.yaml").unlink()
    assert " 0 gone)" not in holdfast("check", "--store", "--profile", "strict", str(folder)).err
    for command in (("inventory", "--all-kinds"), ("findings", "--limit", "9999"), ("diff", "0"), ("paths",)):
        assert not set(holdfast(*command).out) & set("\x1b\u202e\r\0")
    for command in (("inventory", "--all-kinds"), ("findings",)):
        done = holdfast(*command, "--format", "csv")
        assert not set(done.out) & set("\x1b\u202e\0")
        assert ",=" not in done.out
        assert ",@" not in done.out


def test_two_processes_that_record_at_once_both_do(home: Path, here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(POD)
    holdfast("check", "--store")
    script = "import sys; from holdfast.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "check", "--store", "--quiet"]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(each.communicate()[1], each.returncode) for each in started] == [(b"", 1)] * 3
    assert holdfast("diff", "3", "4").code == 0
    assert holdfast("ledger", "verify").code == 0


def test_lists_can_be_written_to_a_file(recorded: Path, here: Path, holdfast: Run) -> None:
    for command in (
        ("inventory", "--format", "json"),
        ("paths", "--format", "html"),
        ("paths", "--models"),
        ("coverage",),
    ):
        assert holdfast(*command, "--output", "out").out == ""
        assert (here / "out").read_bytes()
    assert json.loads(holdfast("inventory", "--format", "json").out)["schema"] == "holdfast.inventory/1"


def test_findings_come_a_page_at_a_time(recorded: Path, holdfast: Run) -> None:
    seen, mark = [], ""
    while True:
        options = ("--after", mark) if mark else ()
        page = json.loads(holdfast("findings", "--limit", "3", "--format", "json", *options).out)
        seen += [one["fingerprint"] for one in page["findings"]]
        mark = page["next"] or ""
        if not mark:
            break
    everything = json.loads(holdfast("findings", "--limit", "999", "--format", "json").out)
    assert seen == [one["fingerprint"] for one in everything["findings"]]
    assert len(seen) > 6


def test_what_is_declared_somewhere_else_is_no_shadow(recorded: Path, here: Path, holdfast: Run) -> None:
    def shadow() -> list[str]:
        done = holdfast("inventory", "--shadow", "--format", "csv")
        return [line.split(",")[0] for line in done.out.splitlines()[1:]]

    policy = 'resource "aws_s3_bucket_policy" "p" {\n bucket = "corpus"\n policy = jsonencode({ Statement = [] })\n}\n'
    (here / "policy.tf").write_text(policy)
    holdfast("check", "--store")
    assert any(name.startswith("bucket/") for name in shadow())
    text = holdfast("inventory", "--shadow", "--seen", "holdfast.log").out
    assert "jupyter.lab.example" in text
    (here / "policy.tf").unlink()
    holdfast("check", "--store")
    assert shadow() == []


def test_what_a_network_shows_is_a_finding_until_something_accounts_for_it(
    recorded: Path, here: Path, holdfast: Run
) -> None:
    def state() -> str:
        return str(json.loads(holdfast("coverage", "W30", "--format", "json").out)["requirements"][0]["state"])

    assert state() == "unknown"
    assert "--seen FILE --store" in holdfast("coverage", "W30").out
    (here / "zone").write_text("$ORIGIN acme.example.\nollama-test IN A 10.0.0.5\nwww IN A 10.0.0.6\n")
    seen = ("inventory", "--shadow", "--seen", "zone")
    shown = json.loads(holdfast(*seen, "--format", "json").out)
    assert (shown["schema"], [each["name"] for each in shown["seen"]]) == (
        "holdfast.shadow/1",
        ["ollama-test.acme.example"],
    )
    assert json.loads(holdfast("inventory", "--shadow", "--format", "json").out)["schema"] == "holdfast.shadow/1"
    assert state() == "unknown", "nothing was recorded"
    assert "1 findings opened" in holdfast(*seen, "--store").err
    rule = ("findings", "--rule", "ai-infrastructure-unmanaged", "--format", "json")
    assert [each["state"] for each in json.loads(holdfast(*rule).out)["findings"]] == ["open"]
    assert state() == "failing"
    (here / "chat.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: chat}\nspec: {rules: [{host: ollama-test.acme.example,"
        " http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: chat, port: {number: 80}}}}]}}]}\n"
    )
    holdfast("check", "--store")
    assert "1 findings resolved" in holdfast(*seen, "--store").err
    assert state() == "verified"
    (here / "settled.yaml").write_text('suppressions: [{rule: ai-infrastructure-unmanaged, reason: "known"}]\n')
    (here / "zone").write_text("ollama-other.acme.example\n")
    assert "1 findings suppressed" in holdfast(*seen, "--store", "--config", "settled.yaml").err


def test_a_file_that_shows_nothing_says_so(recorded: Path, here: Path, holdfast: Run) -> None:
    (here / "junk").write_text("the quick brown fox\n")
    (here / "empty").write_text("")
    (here / "flows.gz").write_bytes(
        gzip.compress(b"2 1234 eni-1 10.0.0.1 10.0.0.2 20641 11434 6 20 4249 1418530010 1418530070 ACCEPT OK\n")
    )
    (here / "broken.gz").write_bytes((here / "flows.gz").read_bytes()[:30])
    for name, trouble in (("junk", "it shows no names"), ("empty", "it is empty")):
        done = holdfast("inventory", "--shadow", "--seen", name, "--seen", "flows.gz", "--store")
        assert (done.code, f"{name}: {trouble}" in done.err) == (3, True)
        assert "its port: 11434, ollama" in done.out
    done = holdfast("inventory", "--shadow", "--seen", "broken.gz")
    assert (done.code, "broken.gz: cannot be read" in done.err) == (2, True)
    assert '"partial"' in holdfast("diff", "--runs", "--format", "json").out


def test_evidence_is_a_file(recorded: Path, here: Path, holdfast: Run) -> None:
    os.mkfifo(here / "pipe")
    said = ("attest", "Z38", "--by", "Jo", "--statement", "trained", "--file")
    for path in (str(here / "pipe"), "/dev/zero", str(here)):
        done = holdfast(*said, path)
        assert (done.code, path in done.err) == (2, True)
    with (here / "long").open("wb") as file:
        file.truncate((1 << 32) + 1)
    assert "longer than 4 GiB" in holdfast(*said, str(here / "long")).err


def test_a_clock_beyond_every_calendar_is_told(home: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.cli.main.time.time", lambda: 253_402_300_800.0)
    done = holdfast("check", ".", "--store")
    assert (done.code, "the clock of this machine is wrong" in done.err) == (2, True)


def test_an_owner_that_changes_is_told_once(recorded: Path, here: Path, holdfast: Run) -> None:
    settings = 'owners: [{{path: "*", owner: {}}}]\n'
    for owner in ("ml", "platform"):
        (here / "settled.yaml").write_text(settings.format(owner))
        holdfast("check", "--store", "--config", "settled.yaml")
    shown = holdfast("diff").out
    assert "owner: ml -> platform" in shown
    changed = [
        each for each in json.loads(holdfast("diff", "--format", "json").out)["changes"] if each["sort"] == "changed"
    ]
    assert changed
    assert all(sum(line.startswith("owner:") for line in each["details"]) == 1 for each in changed)

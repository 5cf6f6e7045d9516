"""What scripts of pipelines fetch over connections that nobody vouches for."""

from __future__ import annotations

import pytest
from tests.collect.pipelines.reading import one, steps

from holdfast.collect.pipelines.fetches import fetches
from holdfast.core.fact import UNSET
from holdfast.formats.shell import reader

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wget http://x.io/m.pt", [("artifact", "http://x.io/m.pt", True)]),
        ("curl http://x.io/env >> $GITHUB_ENV", [("artifact", "http://x.io/env", True)]),
        ("curl http://x.io/a.tgz | tar xz", [("artifact", "http://x.io/a.tgz", True)]),
        ("curl -sko a https://u:p@x.io/a", [("artifact", "https://x.io/a", True)]),
        ("curl -k -o a https://$HOST/a", [("artifact", "https://$HOST/a", UNSET)]),
        ('curl -k -o a "$URL"', [("artifact", "curl -k -o a $URL", UNSET)]),
        ("wget --no-check-certificate https://8.8.8.8/a", [("artifact", "https://8.8.8.8/a", True)]),
        ("git clone http://x.io/a.git", [("code", "http://x.io/a.git", True)]),
        ("git clone git://x.io/a.git", [("code", "git://x.io/a.git", True)]),
        ("git -c http.sslVerify=false clone https://x.io/a", [("code", "https://x.io/a", True)]),
        ("export GIT_SSL_NO_VERIFY=1\ngit clone https://x.io/a", [("code", "https://x.io/a", True)]),
        ("git -c http.sslverify=0 fetch", [("code", "git -c http.sslverify=0 fetch", UNSET)]),
        (
            "git config --global http.sslVerify false",
            [("code", "git config --global http.sslVerify false", True)],
        ),
        (
            "git config http.https://x.io/.sslVerify false",
            [("code", "git config http.https://x.io/.sslVerify false", True)],
        ),
        (
            "git config http.https://$H/.sslVerify false",
            [("code", "git config http.https://$H/.sslVerify false", UNSET)],
        ),
        ("git config http.https://git.corp/.sslVerify false", []),
        ("git config http.sslVerify true", []),
        ("git config http.sslVerify", []),
        ("git config user.name a", []),
        ("git -c http.sslVerify=true clone https://x.io/a", []),
        ("git -c http.sslVerify=false status", []),
        (f"git clone http://x.io/a && git -C a checkout {SHA}", []),
        ("git clone https://x.io/a", []),
        ("git clone http://gitlab/a", []),
        ("wget https://x.io/a; curl -fsSLo a https://x.io/a", []),
        ("wget http://localhost:8080/a http://10.0.0.1/a http://[::1]/a http://a.svc/a http://a.ml.internal/a", []),
        ("curl -k -o a https://192.168.1.5/a", []),
        ("wget http://$HOST/a", []),
        ("curl http://x.io/health", []),
        ("wget --spider http://x.io/health", []),
        ("wget http://x.io/a && sha256sum -c sums", []),
        ("echo http://x.io/a", []),
    ],
)
def test_fetches(text: str, found: list[tuple[str, str, object]]):
    assert [(each.sort, each.name, each.unprotected) for each in fetches(reader.read(text))] == found


def test_a_step_fetches_at_its_line_and_names_its_expressions():
    asset = steps("- run: |\n    make\n    wget http://x.io/${{ matrix.a }}\n")
    (use,) = asset.facts.uses
    assert (use.name, use.job, use.sort, use.unprotected) == ("http://x.io/${{ matrix.a }}", "job", "artifact", True)
    assert asset.spots["uses[0]"].line == 8


def test_a_variable_of_the_job_turns_the_check_off():
    (use,) = steps("- run: git clone https://x.io/a\n", job="env: {GIT_SSL_NO_VERIFY: 1}").facts.uses
    assert use.unprotected is True


def test_a_fetch_in_a_template_is_taken_up_once():
    text = ".a:\n  script: [wget http://x.io/a]\nb: {extends: .a}\nc: {extends: .a}\n"
    assert [each.name for each in one(text, ".gitlab-ci.yml").facts.uses] == ["http://x.io/a"]

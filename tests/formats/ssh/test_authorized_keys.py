"""authorized_keys: keys, what they may do, and lines that open nothing."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.ssh import authorized_keys
from holdfast.formats.ssh.authorized_keys import Key, Option, Problem, read


def packed(*fields: bytes) -> bytes:
    return b"".join(len(each).to_bytes(4, "big") + each for each in fields)


def blob(*fields: bytes, rest: bytes = b"") -> str:
    return base64.b64encode(packed(*fields) + rest).decode()


def number(bits: int) -> bytes:
    """A number of that many bits as SSH writes it."""
    return (1 << (bits - 1) | 1).to_bytes(bits // 8 + 1, "big")


EXPONENT, POINT = b"\1\0\1", b"\4" + bytes(96)
ED25519 = f"ssh-ed25519 {blob(b'ssh-ed25519', bytes(32))}"
FINGERPRINT = "SHA256:kmYcvdi2GkPeWxB6XLjrZB8JHsy2Hm8luHMFp9GMvqk"
"""What `ssh-keygen -l` prints for it."""
RSA = f"ssh-rsa {blob(b'ssh-rsa', EXPONENT, number(2048))}"
DSA = f"ssh-dss {blob(b'ssh-dss', number(1024), number(160), number(160), number(160))}"
ECDSA = f"ecdsa-sha2-nistp384 {blob(b'ecdsa-sha2-nistp384', b'nistp384', POINT)}"
TOKEN = f"sk-ssh-ed25519@openssh.com {blob(b'sk-ssh-ed25519@openssh.com', bytes(32), b'ssh:')}"
SIGNED = b"ssh-ed25519-cert-v01@openssh.com"
CERTIFICATE = f"{SIGNED.decode()} {blob(SIGNED, b'nonce', bytes(32), rest=bytes(8))}"


def one(text: str) -> Key:
    found = read(text.encode())
    assert found.problems == ()
    (key,) = found.keys
    return key


def wrong(text: str) -> str:
    found = read(text.encode())
    assert found.keys == ()
    (problem,) = found.problems
    return problem.what


def test_a_key_with_its_comment_and_place() -> None:
    found = read(f"# comment\n\n  \t{ED25519}   a b # c\r\n{ED25519}\r\n".encode())
    assert [(key.type, key.bits, key.comment, key.line) for key in found.keys] == [
        ("ssh-ed25519", 256, "a b # c", 3),
        ("ssh-ed25519", 256, "", 4),
    ]
    assert {key.fingerprint for key in found.keys} == {FINGERPRINT}


@pytest.mark.parametrize(
    ("text", "kind", "bits"),
    [
        (RSA, "ssh-rsa", 2048),
        (DSA, "ssh-dss", 1024),
        (ECDSA, "ecdsa-sha2-nistp384", 384),
        (TOKEN, "sk-ssh-ed25519@openssh.com", 256),
        (CERTIFICATE, "ssh-ed25519-cert-v01@openssh.com", 256),
    ],
)
def test_types_and_lengths(text: str, kind: str, bits: int) -> None:
    key = one(text)
    assert (key.type, key.bits) == (kind, bits)


def test_a_certificate_has_the_fingerprint_of_its_key() -> None:
    assert one(CERTIFICATE).fingerprint == FINGERPRINT


def test_options() -> None:
    key = one(f'from="10.0.0.0/8,!10.1.1.1",Command="a \\"b\\" c",no-pty,environment="A=1" {RSA} x')
    assert key.options == (
        Option("from", "10.0.0.0/8,!10.1.1.1"),
        Option("command", 'a "b" c'),
        Option("no-pty"),
        Option("environment", "A=1"),
    )
    assert key.values("command") == ('a "b" c',)
    assert key.values("expiry-time") == ()
    assert key.has("no-pty")
    assert not key.has("restrict")


def test_what_the_options_leave_to_a_key() -> None:
    names = ("pty", "port-forwarding")
    for options, left in (
        ("cert-authority", (True, True)),
        ("restrict", (False, False)),
        ("restrict,pty", (True, False)),
        ("pty,restrict", (False, False)),
        ("no-port-forwarding", (True, False)),
        ("no-pty,pty", (True, True)),
    ):
        key = one(f"{options} {ED25519}")
        assert tuple(key.permits(name) for name in names) == left


@pytest.mark.parametrize(
    "options",
    [
        'expiry-time="20270131"',
        'expiry-time="202701312359Z",expiry-time="20270131235959utc"',
        'permitopen="[::1]:80",permitopen="host:*"',
        'permitlisten="8080",permitlisten="localhost:8080"',
        'tunnel="0",principals="a,b"',
        "no-touch-required,verify-required,user-rc,x11-forwarding,no-agent-forwarding",
        'command="a\\b"',
    ],
)
def test_options_that_sshd_takes(options: str) -> None:
    assert one(f"{options} {ED25519}").options


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("garbage", "an option that sshd does not know: garbage"),
        ("pty", "neither a key nor options before one"),
        (f"nonsense {ED25519}", "an option that sshd does not know: nonsense"),
        (f'nonsense="x" {ED25519}', "an option that sshd does not know: nonsense"),
        (f"no-restrict {ED25519}", "an option that sshd does not know: no-restrict"),
        (f"pty, {ED25519}", "options that sshd does not know: "),
        (f"pty;user-rc {ED25519}", "options that sshd does not know: ;user-rc"),
        (f'command="a {ED25519}', "a quote is not closed"),
        (f"command=a {ED25519}", "an option that sshd does not know: command"),
        (f'command="a",command="b" {ED25519}', "command is given twice"),
        (f'expiry-time="2027" {ED25519}', "an expiry-time that is not YYYYMMDD, with HHMM or HHMMSS"),
        (f'environment="1" {ED25519}', "an environment that is not NAME=value"),
        (f'permitopen="80" {ED25519}', "permitopen is not host:port"),
        (f'permitopen="a:0" {ED25519}', "permitopen is not host:port"),
        (f'permitlisten="x" {ED25519}', "permitlisten is not host:port"),
        ("ssh-ed25519", "neither a key nor options before one"),
        ("ssh-ed25519 !!!", "a key that is not base64"),
        ("ssh-ed25519 AAAA", "a key that breaks off"),
        (f"ssh-ed25519 {blob(b'ssh-ed25519')}", "a key that is not what its type says"),
        (f"ssh-ed25519 {blob(b'ssh-ed25519', bytes(32), b'')}", "a key that is not what its type says"),
        (f"ssh-rsa {blob(b'ssh-dss', b'', b'')}", "a key of another type than the line says"),
        (f"ecdsa-sha2-nistp256 {blob(b'ecdsa-sha2-nistp256', b'nistp384', b'')}", "a key of another curve than the line says"),
        (f"ssh-rsa {blob(b'ssh-rsa', EXPONENT, number(512))}", "an RSA key of less than 1024 bits"),
    ],
)  # fmt: skip
def test_a_line_that_opens_nothing_is_a_problem(text: str, what: str) -> None:
    assert wrong(text).startswith(what)


def test_problems_have_lines() -> None:
    assert read(f"\n{ED25519}\nx y\n".encode()).problems == (Problem(3, "an option that sshd does not know: x"),)


def test_everything_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FormatError, match="a NUL byte"):
        read(b"a\n\0")
    monkeypatch.setattr(authorized_keys, "KEYS", 3)
    assert len(read(b"x\n#\n" * 3).problems) == 3
    with pytest.raises(FormatError, match="more than 3 lines"):
        read(b"x\n" * 4)
    monkeypatch.setattr(authorized_keys, "SIZE", 3)
    with pytest.raises(FormatError, match="more than 3"):
        read(b"#####")


@given(st.binary())
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        read(data)


@given(
    st.sampled_from(["ssh-rsa", "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256"]),
    st.binary(),
    st.text('pty,no-="\\ '),
)
def test_only_a_format_error_escapes(kind: str, data: bytes, options: str) -> None:
    read(f"{options} {kind} {base64.b64encode(data).decode()}\n".encode())

"""rsyslog: where messages go."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import rsyslog
from holdfast.formats.rsyslog import Forward, Include, Input, read


def test_the_older_language() -> None:
    text = b"""# *.* @no
$IncludeConfig /etc/rsyslog.d/*.conf
*.* @h:1514
& @@[::1]
auth.* /var/log/auth.log
mail.* :omusrmsg:*
$DefaultNetstreamDriver gtls
$ActionSendStreamDriverMode 1
*.info @@(o)h2:6514;RSYSLOG_SyslogProtocol23Format
$ActionSendStreamDriverMode 0
*.* @@h3
$UDPServerRun 514
$InputTCPServerRun 514
"""
    found = read(text)
    assert found.forwards == (
        Forward("h", "1514", "udp", False, 3), Forward("::1", "514", "tcp", False, 4), Forward("h2", "6514", "tcp", True, 9),
        Forward("h3", "514", "tcp", False, 11),
    )  # fmt: skip
    assert found.includes == (Include("/etc/rsyslog.d/*.conf", 2),)
    assert found.inputs == (Input("imudp", 12), Input("imtcp", 13))


def test_the_newer_language() -> None:
    text = b"""module(load="imtcp")
input(type="imtcp" port="514")
input(type="imfile" file="/x")
include(file="/etc/x/*.conf" mode="optional")
if $msg contains "x" then {
  action(type="omfwd"
         target="a" port="1" protocol="tcp" template="a(b)"
         StreamDriver='gtls' StreamDriverMode="1")
}
action(type="omrelp" target="b" tls="on")
action(type="omrelp" target="c")
action(type="omfwd" target="d")
action(type="omfile" file="/x")
global(DefaultNetstreamDriver="ossl")
action(type="omfwd" target="e" protocol="tcp" StreamDriverMode="1")
include()
"""
    found = read(text)
    assert found.forwards == (
        Forward("a", "1", "tcp", True, 6), Forward("b", "514", "relp", True, 10), Forward("c", "514", "relp", False, 11),
        Forward("d", "514", "udp", False, 12), Forward("e", "514", "tcp", True, 15),
    )  # fmt: skip
    assert (found.includes, found.inputs) == ((Include("/etc/x/*.conf", 4),), (Input("imtcp", 2),))


@pytest.mark.parametrize("data", [b"\0", b"#" * (rsyslog.SIZE + 1), b"input()\n" * (rsyslog.OBJECTS + 2)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(
    st.lists(
        st.sampled_from(["action(", ")", 'type="omfwd"', '"', "'", "\n", "*.* @@", "h", "$X 1\n", "& @a", "include("])
        | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_targets_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert all(each.line >= 1 for each in read(text.encode("utf-8", "replace")).forwards)


def test_where_and_how_messages_are_taken() -> None:
    text = b"""$DefaultNetstreamDriver gtls
$InputTCPServerStreamDriverMode 1
$InputTCPServerRun 6514
$InputTCPServerStreamDriverMode 0
$InputTCPServerRun 514
$UDPServerAddress 127.0.0.1
$UDPServerRun 514
input(type="imrelp" port="20514" tls="on")
input(type="imtcp" port="1" address="::1" StreamDriver.Mode="1")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1")
input(type="imtcp" port="2")
"""
    assert [(each.module, each.port, each.address, each.tls) for each in read(text).inputs] == [
        ("imtcp", "6514", "", True), ("imtcp", "514", "", False), ("imudp", "514", "127.0.0.1", False),
        ("imrelp", "20514", "", True), ("imtcp", "1", "::1", True), ("imtcp", "2", "", True),
    ]  # fmt: skip

"""udev's rules."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import udev
from holdfast.formats.udev import DeviceRule, read


def test_rows_that_set_a_mode() -> None:
    text = b"""# KERNEL=="no", MODE="0666"
KERNEL=="nvidia*", \\
  GROUP="video", MODE:="0660"
SUBSYSTEM=="kfd", ATTR{x}=="MODE", MODE="0666", ENV{MODE}="1"
KERNEL!="x", ACTION=="add", RUN+="/bin/x", RUN{builtin}+="kmod", PROGRAM="/bin/y a", IMPORT{program}="/bin/z"
KERNEL=="x", OWNER="u"
"""
    assert read(text) == (
        DeviceRule("nvidia*", "", "0660", "video", 2), DeviceRule("", "kfd", "0666", "", 4),
        DeviceRule("", "", "", "", 5, ("/bin/x", "/bin/y a", "/bin/z")),
    )  # fmt: skip


@pytest.mark.parametrize("data", [b"\0", b"#" * (udev.SIZE + 1), b'MODE="0666"\n' * (udev.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(
    st.lists(
        st.sampled_from(['MODE="', '0666"', "KERNEL==", '"', "\\", "\n", "{", "}", ","]) | st.text(max_size=2),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert all(each.line >= 1 for each in read(text.encode("utf-8", "replace")))

"""enroot.conf, as enroot itself loads it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.enroot import Setting, false, read


def test_settings():
    text = b"""# comment
ENROOT_ALLOW_HTTP yes
  ENROOT_MOUNT_HOME=no
ENROOT_CACHE_PATH "/raid/a b"
ENROOT_ALLOW_HTTP   no
OTHER x
export ENROOT_X y
"""
    assert read(text) == {
        "ENROOT_ALLOW_HTTP": Setting("no", 5),
        "ENROOT_MOUNT_HOME": Setting("no", 3),
        "ENROOT_CACHE_PATH": Setting("/raid/a b", 4),
    }


def test_no_in_all_spellings():
    assert all(map(false, ("", "n", "no", "N", "NO", "No", "f", "F", "false", "False", "FALSE")))
    assert not any(map(false, ("y", "yes", "true", "1", "0", "off")))


@pytest.mark.parametrize("data", [b"\0", b"x" * (1 << 21)])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(FormatError):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes(data):
    with suppress(FormatError):
        read(data)

"""Settings of kernel modules."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem
from holdfast.formats import modprobe
from holdfast.formats.modprobe import Command, Option, options, read


def test_rows() -> None:
    text = (
        b"# c\noptions nvidia-drm modeset=1 \\\n fbdev=1\nblacklist nouveau\n\ninstall usb-storage /bin/false\nlonely\n"
    )
    assert read(text) == (
        Command("options", "nvidia_drm", "modeset=1  fbdev=1", 2),
        Command("blacklist", "nouveau", "", 4),
        Command("install", "usb_storage", "/bin/false", 6),
    )


def test_bad_lines_are_told() -> None:
    problems: list[Problem] = []
    read(b"options nvidia\nblacklist nouveau\noption nvidia a=1\nlonely\nsoftdep a pre: b\n# c\n", problems)
    assert problems == [
        Problem(1, "no command of modprobe, and so ignored: 'options nvidia'"),
        Problem(3, "no command of modprobe, and so ignored: 'option nvidia a=1'"),
        Problem(4, "no command of modprobe, and so ignored: 'lonely'"),
    ]


def test_options_with_quotes() -> None:
    assert options('a=1 b "c=x y" d="p q"') == (
        Option("a", "1"),
        Option("b", ""),
        Option("c", "x y"),
        Option("d", "p q"),
    )


@pytest.mark.parametrize("data", [b"a b\0", b"#" * (modprobe.SIZE + 1), b"a b\n" * (modprobe.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(st.text(max_size=80))
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        for each in read(text.encode("utf-8", "replace"), []):
            assert all(option.name for option in options(each.rest))

"""Plain text is bounded, and is text."""

from __future__ import annotations

import pytest

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded


def test_text_is_read_whatever_its_bytes() -> None:
    assert decoded(b"a\xff\n", 3) == "a\ufffd\n"


@pytest.mark.parametrize(
    ("data", "what", "line"), [(b"abcd", "4 bytes, more than 3", 0), (b"a\n\0", "binary, not text", 2)]
)
def test_what_is_no_text_or_too_long_is_refused(data: bytes, what: str, line: int) -> None:
    with pytest.raises(FormatError) as caught:
        decoded(data, 3)
    assert (caught.value.what, caught.value.line) == (what, line)

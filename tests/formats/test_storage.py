"""Tables of storage."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem
from holdfast.formats import storage
from holdfast.formats.storage import Encrypted, Export, Mount, encrypted, exports, mounts


def test_fstab() -> None:
    text = b"# c\nUUID=1 / ext4 errors=remount-ro,noatime 0 1\n\nserver:/a\\040b\t/m\\134n nfs4\nx y\n"
    assert mounts(text) == (
        Mount("UUID=1", "/", "ext4", ("errors=remount-ro", "noatime"), 2), Mount("server:/a b", "/m\\n", "nfs4", (), 4),
    )  # fmt: skip


def test_crypttab() -> None:
    text = b"a UUID=1 none luks,discard\nb /dev/x /etc/k\nc /dev/y\nd /dev/z - tpm2-device=auto\nx\n"
    assert encrypted(text) == (
        Encrypted("a", "UUID=1", "", ("luks", "discard"), 1), Encrypted("b", "/dev/x", "/etc/k", (), 2),
        Encrypted("c", "/dev/y", "", (), 3), Encrypted("d", "/dev/z", "", ("tpm2-device=auto",), 4),
    )  # fmt: skip


def test_exports() -> None:
    text = b'# c\n/a h1(rw,sync) *.x(ro) # c\n"/b c" -ro h2 \\\n h3(rw\n/d h (rw)\n/e\n/f\\040g (ro)\n\\\n'
    assert exports(text) == (
        Export("/a", "h1", ("rw", "sync"), 2), Export("/a", "*.x", ("ro",), 2), Export("/b c", "h2", ("ro",), 3),
        Export("/b c", "h3", ("ro", "rw"), 3), Export("/d", "h", (), 5), Export("/d", "*", ("rw",), 5), Export("/e", "*", (), 6),
        Export("/f g", "*", ("ro",), 7),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("data h(rw)", "no absolute path: 'data h(rw)'"),
        ("/a h(rw, sync)", "a bad list of options: 'h(rw,'"),
        ("/a h(rw)x", "a bad list of options: 'h(rw)x'"),
        ("/a h(", "a bad list of options: 'h('"),
        ("/a h(rw,no_rootsquash)", "an unknown option: 'no_rootsquash'"),
        ("/a -ro,foo h", "an unknown option: 'foo'"),
        ("/a h(anonuid=root)", "an unknown option: 'anonuid=root'"),
    ],
)
def test_rows_that_exportfs_refuses(row: str, wrong: str) -> None:
    problems: list[Problem] = []
    exports(f"/x h(rw)\n{row}\n".encode(), problems)
    assert problems == [Problem(2, f"exportfs refuses the row and reads none below it: {wrong}")]


def test_rows_that_exportfs_takes() -> None:
    problems: list[Problem] = []
    rows = (
        '"/a b" @net(rw,sync,no_subtree_check,fsid=0,crossmnt) *(ro,sec=krb5p:krb5i,anonuid=-1,all_squash)',
        "/b -rw,async,insecure 10.0.0.0/8 host(mp=/m,xprtsec=mtls,refer=/x@y,squash_uids=0-9,20)",
        "/c (ro)", "/d", "/e h()",
    )  # fmt: skip
    exports("\n".join(rows).encode(), problems)
    assert problems == []


def test_short_rows_are_told() -> None:
    problems: list[Problem] = []
    mounts(b"/dev/a /a ext4\n/dev/b /b\n", problems)
    encrypted(b"a /dev/a\nb\n", problems)
    assert problems == [
        Problem(2, "a row of 2 columns where 3 are needed is passed over"),
        Problem(2, "a row of 1 columns where 2 are needed is passed over"),
    ]


@pytest.mark.parametrize("reader", [mounts, encrypted, exports])
@pytest.mark.parametrize("data", [b"\0", b"#" * (storage.SIZE + 1), b"/a b c d\n" * (storage.ROWS + 2)])
def test_what_is_no_table_is_refused(reader: object, data: bytes) -> None:
    with pytest.raises(FormatError):
        reader(data)  # type: ignore[operator]


@given(
    st.lists(
        st.sampled_from(["/a", " ", "\n", "(", ")", "\\040", "\\", '"', ",", "-", "#"]) | st.text(max_size=2),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    for reader in (mounts, encrypted, exports):
        with suppress(FormatError):
            assert all(each.line >= 1 for each in reader(text.encode("utf-8", "replace"), []))

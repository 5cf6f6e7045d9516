"""Variables in the words of commands: quoted, taken apart, or run as program text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.shell import copies
from holdfast.formats.shell.expansions import expansions


def seen(text: str) -> list[tuple[str, bool, bool]]:
    return [
        (found.name, found.quoted, found.evaluated) for found in expansions(text, lambda name: name.startswith("J"))
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rm $J", [("J", False, False)]),
        ("rm ${J}", [("J", False, False)]),
        ("rm /a/$J/b", [("J", False, False)]),
        ("rm ${J:-x}", [("J", False, False)]),
        ("$J a", [("J", False, False)]),
        ('rm "$J"', [("J", True, False)]),
        ('rm "a ${J} b"', [("J", True, False)]),
        ('rm "$(ls $J)"', [("J", False, False)]),
        ("rm '$J'", []),
        ("rm $K", []),
        ("x=$J", []),
        ("export x=$J", []),
        ("[ -d $J ] && ls", []),
        ("[[ $J == a ]]", []),
        ("cat <<< $J", []),
        ("cat <<E\n$J\nE", []),
        ("for f in $J; do :; done", []),
        ('eval "$J"', [("J", True, True)]),
        ("sh -c 'x' $J", [("J", False, False)]),
        ('sh -c \'echo "$1"\' _ "$J"', [("J", True, False)]),
        ("bash -c -e $J", [("J", False, True)]),
        ("bash -c -e", []),
        ("bash -o pipefail -c $J", [("J", False, True)]),
        ("bash -e script $J", [("J", False, False)]),
        ("bash -e", []),
        ('docker run --rm -v a:b -v c:d -w /d -e A -e B -e C i bash -c "x $J"', [("J", True, True)]),
        ("su - u -c ls $J", [("J", False, False)]),
        ("python3 -W error -c $J x", [("J", False, True)]),
        ("python3 x.py -c $J", [("J", False, False)]),
        ("perl -i -pe s/x/$J/ f", [("J", False, True)]),
        ("node -e $J", [("J", False, True)]),
        ("ssh -p 22 host echo $J", [("J", False, True)]),
        ("timeout 5 sshpass -e ssh h $J", [("J", False, True)]),
        ("rsync -e ssh a host:$J", [("J", False, False)]),
        ("sudo apt-get install ssh a $J", [("J", False, False)]),
        ("sudo -u a ssh h $J", [("J", False, True)]),
        ("ssh $J", [("J", False, False)]),
        ("ssh -e x host", []),
        ('bash -lc "cd $J"', [("J", True, True)]),
        ('su - u -c "touch $J"', [("J", True, True)]),
        ('bash script "$J"', [("J", True, False)]),
        ("rm ${!J}", [("J", False, False)]),
        ("echo ${#}", []),
    ],
)
def test_expansions(text, found):
    assert seen(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x=$J\neval "$x"', [("x", True, True)]),
        ('x="a $J"; y=${x}\nsh -c "echo $y"', [("y", True, True)]),
        ("rm $x\nx=$J", [("x", False, False)]),
        ("export x=$J\nrm $x", [("x", False, False)]),
        ("f() { rm $1; }\nf a$J", [("1", False, False), ("J", False, False)]),
        ('f() { rm "$@"; }\nf x "$J"', [("@", True, False), ("J", True, False)]),
        ("f() { rm $1; }\nf x\n", []),
        ("for x in $J; do rm $x; done", [("x", False, False)]),
        ('read -r x <<< "$J"\nrm $x', [("x", False, False)]),
        ('while read x; do rm $x; done <<< "$J"', [("x", False, False)]),
        ('read -ra x <<< "$J"\nrm ${x[0]}', [("x", False, False)]),
        ('IFS=, read x <<< "$J"\nrm $x', [("x", False, False)]),
        ('echo "$J" | while read x; do rm $x; done', [("J", True, False), ("x", False, False)]),
        ('echo "$J" | IFS=, read x', [("J", True, False)]),
        ('while read x; do rm $x; done < "$J/list"', [("x", False, False)]),
        ('while read x; do rm $x; done < list > "$J/log"', []),
        ('read <<< "$J"\nrm $REPLY', [("REPLY", False, False)]),
        ('printf -v x %s "$J"\nrm $x', [("J", True, False), ("x", False, False)]),
        ('x=$(echo "$J" | cut -d_ -f1)\nrm $x', [("J", True, False), ("x", False, False)]),
        ('x=$(id -u "$J")\nrm $x', [("J", True, False)]),
        ("x=$(ask everything)\neval $x", [("x", False, True)]),
        ("eval $(ask everything)", [("", False, True)]),
        ("rm $(ask everything)", []),
        ("x=$(ask nothing $J)\nrm $x", [("J", False, False)]),
        ("x=${J//[^a-z]/}\nrm $x", []),
        ("x=$J\nx=${x//[^a-z]/}\nrm $x", []),
        ("x=$J\nrm $x\nx=${x//[^a-z]/}\ny=$x\nrm $y", [("x", False, False)]),
        ("rm ${#J} ${J//[!a-z]/}", []),
        ('echo "$J" | sudo bash -s', [("J", True, True)]),
        ('echo "$J" | bash script', [("J", True, False)]),
        ('echo "$J" | bash 2> log', [("J", True, True)]),
        ("bash <<E\nrm $J\nE", [("J", True, True)]),
        ('bash <<< "$J"', [("J", True, True)]),
        ('timeout 5 sh -c "a $J"', [("J", True, True)]),
        ('trap "rm $J" EXIT', [("J", True, True)]),
        ("xargs -I{} sh -c 'echo {}' <<< \"$J\"", [("J", True, True)]),
        ("echo \"$J\" | xargs -I '{}' bash -c \"x '{}'\"", [("J", True, True)]),
        ('echo "$J" | /usr/bin/xargs -n 1 -I % sh -ec "x %"', [("J", True, True)]),
        ('echo "$J" | xargs -i sh -c "x {}"', [("J", True, True)]),
        ('echo "$J" | xargs --replace=@ sh -c "x @"', [("J", True, True)]),
        ('echo "$J" | xargs -I{} sh -c \'x "$1"\' sh {}', [("J", True, False)]),
        ("echo \"$J\" | xargs sh -c 'x {}'", [("J", True, False)]),
        ('echo "$J" | xargs -I{} rm {}', [("J", True, False)]),
        ('echo "$J" | xargs', [("J", True, False)]),
    ],
)
def test_copies(text, found):
    places = expansions(
        text, lambda name: name.startswith("J"), lambda text: "everything" in text if "ask" in text else None
    )
    assert [(place.name, place.quoted, place.evaluated) for place in places] == found


def test_values_inside_one_another_have_an_end(monkeypatch):
    monkeypatch.setattr(copies, "READ", 10)
    with pytest.raises(FormatError):
        expansions("x=$(echo $(echo $(echo $J)))", bool)


def test_an_expansion_has_its_place():
    (found,) = expansions("\nécho $J\n", lambda name: name == "J")
    assert (found.line, found.column) == (2, 6)


def test_long_text_is_refused():
    with pytest.raises(FormatError):
        expansions("x" * (1 << 21), bool)


@given(st.text(alphabet="$J{}\"'`()|&;<> \nabc[]=", max_size=60))
def test_any_text(text):
    with suppress(FormatError):
        expansions(text, bool)


def test_copies_in_a_long_text():
    text = 'x=$J\n[ -d "$x" ] && echo "$(date) $x" > y\n' * 5_000 + 'z=$(echo "$x")\neval "$z"\n'
    assert any(each.name == "z" and each.evaluated for each in expansions(text, lambda name: name == "J"))


@pytest.mark.parametrize(
    "text",
    [
        'bash -eo pipefail -c "$T"', 'bash --noprofile --norc -eo pipefail -c "$T"', 'bash -eo pipefail <<< "$T"',
        'eval "$(echo "$T")"', 'bash -c "$(echo $T)"', "eval `echo $T`", 'bash <(echo "$T")', 'source <(printf "%s" "$T")',
        "ssh host <<EOF\n$T\nEOF\n", "ssh host bash -s <<EOF\n$T\nEOF\n", "cat <<EOF | ssh host bash\n$T\nEOF\n",
        'docker exec -i c bash <<< "$T"', "python3 - <<EOF\n$T\nEOF\n", 'python3.11 -c "$T"', 'command eval "$T"', 'php -r "$T"',
    ],
)  # fmt: skip
def test_text_that_becomes_a_program_by_other_ways(text):
    assert [each.evaluated for each in expansions(text, lambda name: name == "T")] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'bash run.sh "$T"', 'bash -euo pipefail run.sh "$T"', "python3 x.py <<EOF\n$T\nEOF\n", 'eval "$(ssh-agent)"; echo "$T"',
        'docker exec c ls "$T"', 'cat <(echo "$T")', 'echo "$(echo "$T")"', "ssh host cat <<EOF\n$T\nEOF\n",
    ],
)  # fmt: skip
def test_text_that_stays_text(text):
    assert not any(each.evaluated for each in expansions(text, lambda name: name == "T"))

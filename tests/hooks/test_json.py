"""The key of a secret that holds JSON, with Python's json as the judge."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import ROOT
from tests.hooks.machine import NPM, TOKEN, Machine, refused

BASH = shutil.which("bash") or "bash"
PROGRAM = f"""
export LC_ALL=C
fail() {{ printf 'refused: %s' "$1"; exit 1; }}
source {ROOT}/generator/hooks/json.bash
read_json_key Id token "$1"
printf 'found:%s' "${{value}}"
"""

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
BLANKS = st.text(" \t\r\n", max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """JSON objects of one level, written in the ways that JSON allows."""
    members = draw(
        st.dictionaries(st.sampled_from(["token", "Token", "tok\u00e9n", "a", ""]) | st.text(), SCALARS)
    )
    parts = [
        f"{draw(BLANKS)}{json.dumps(key, ensure_ascii=draw(st.booleans()))}{draw(BLANKS)}:{draw(BLANKS)}"
        f"{json.dumps(value, ensure_ascii=draw(st.booleans()))}{draw(BLANKS)}"
        for key, value in members.items()
    ]
    return f"{draw(BLANKS)}{{{','.join(parts) or draw(BLANKS)}}}{draw(BLANKS)}"


def bash(document: str) -> str:
    """What the hook's bash makes of a document."""
    done = subprocess.run(
        [BASH, "-c", PROGRAM, "bash", document.encode("utf-8", "surrogatepass")],
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.stdout.decode("latin-1")


def expected(text: str) -> str:
    """What the hook makes of a text: letters that no token may hold are only kept apart from those it may."""
    return "".join("\x01" if char == "\0" else char if ord(char) < 128 else "\x80" for char in text)


@settings(max_examples=150, deadline=None)
@given(documents())
@example('{"token": "\\u0041\\n\\/\\\\\\"\\u007e\\ud83d\\ude00\\u0000"}')
@example('{"a": "{\\"token\\": \\"no\\"}", "token": "yes"}')
@example('{"a": -0.5e-7, "b": null, "token": "x"}')
def test_it_finds_what_python_finds(document: str) -> None:
    if "\0" in document:  # never gets as far
        return
    value = json.loads(document).get("token")

    found = bash(document)

    if isinstance(value, str):
        # A letter outside ASCII is several bytes where it stands as it is, and one where it is escaped.
        assert squeezed(found.removeprefix("found:")) == squeezed(expected(value))
        assert found.startswith("found:")
    elif "token" in json.loads(document):
        assert "no text under the key token" in found
    else:
        assert "has no key token" in found


def squeezed(text: str) -> str:
    """One mark for any run of what is not ASCII."""
    marked = "".join(char if ord(char) < 128 else "\x80" for char in text)
    while "\x80\x80" in marked:
        marked = marked.replace("\x80\x80", "\x80")
    return marked


def _strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


@settings(max_examples=150, deadline=None)
@given(documents(), st.integers(0, 200), st.sampled_from([*'{}[]",:\\ 0-.etnu\n\t', "", "\\u00", "//"]))
def test_it_takes_nothing_that_python_refuses(document: str, place: int, piece: str) -> None:
    """One character is replaced, so that most of the texts are almost JSON."""
    place %= len(document)
    broken = document[:place] + piece + document[place + 1 :]
    if "\0" in broken:
        return
    try:
        value = _strict(broken)
    except ValueError:
        assert bash(broken).startswith("refused: ")
        return
    if bash(broken).startswith("found:"):
        assert isinstance(value["token"], str)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "token",
        '"token"',
        "[]",
        '{"token"}',
        '{"token": "x"',
        '{"token": "x"} trailing',
        '{"token": "x",}',
        "{\"token\": 'x'}",
        '{"token": NaN}',
        '{"token": 01}',
        '{"token": "\\x41"}',
        '{"token": "\\u00g0"}',
        '{"token": "a\tb"}',
        '{"nested": {"token": "x"}}',
        '{"list": ["x"], "token": "x"}',
    ],
)
def test_what_is_no_object_of_one_level_is_refused(text: str) -> None:
    assert "the secret is no JSON object of a single level" in bash(text)


def test_a_key_that_stands_twice_is_refused() -> None:
    """Which of the two counts is not for this script to say."""
    assert "has the key token twice" in bash('{"token": "one", "token": "two"}')


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"token": 5}', "has no text under the key token: put the token in quotes"),
        ('{"other": "x"}', "has no key token: store the token there, or correct token_key"),
        ('{"token": " \\n"}', "the token is empty"),
        ('{"token": "a\\u0000b"}', "the token has a control character inside"),
        ('{"token": "a\\nb"}', "the token has a line break inside"),
        ('{"token": "\\u00fc"}', "the token holds a blank or a letter outside ASCII"),
        (TOKEN, "the secret is no JSON object of a single level"),
    ],
)
def test_the_hook_says_what_is_wrong(machine: Machine, text: str, fault: str) -> None:
    machine.store(AcmeNpm=text)
    machine.make(NPM + "    token_key: token\n")

    assert f"AcmeNpm: {fault}" in refused(machine.run(check=False)).replace("the secret's JSON ", "")


def test_a_key_of_any_characters(machine: Machine) -> None:
    key = "a $(touch b) 'c' \"d\" \\ `e`"
    machine.store(AcmeNpm=json.dumps({key: TOKEN}))
    machine.make(NPM + f"    token_key: {json.dumps(key)}\n")

    machine.run()

    assert TOKEN in machine.text(".npmrc")
    assert not Path("b").exists()

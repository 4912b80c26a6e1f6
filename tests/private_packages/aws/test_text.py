"""Text that others wrote does no harm."""

import json
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.text import hide, one_line, without_tokens


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller & Söhne 株式会社", "Müller & Söhne 株式会社"),
        ("two\nlines\u2028three", "two lines three"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("safe\u202etxt.exe", "safe txt.exe"),
        ("  blanks\t\t ", "blanks"),
    ],
)
def test_what_is_left(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text())
def test_it_is_one_line_of_what_prints(text: str) -> None:
    categories = {unicodedata.category(character)[0] for character in one_line(text).replace(" ", "")}
    assert not categories & {"C", "Z"}


def test_it_is_cut() -> None:
    assert one_line("abc", 2) == "ab"


@pytest.mark.parametrize("token", ["not-a-real-token", 'with"quotes\\', "with%percent&", "tökén"])
def test_a_token_of_the_command_is_not_shown(token: str) -> None:
    hide([token, "not-a-real-token-either"])
    for said in (token, json.dumps({"SecretString": token}), quote(token, safe="")):
        assert "(not shown)" in one_line(f"Value {said} failed")
        assert token not in one_line(f"Value {said} failed")
    assert one_line("a not-a-real-token-either b") == "a (not shown) b"


def test_what_is_too_short_to_be_a_token_stays() -> None:
    hide(["a", ""])
    assert without_tokens("a banana") == "a banana"

"""Tokens from standard input: each for its repository, and no line is ever repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.errors import TokenError
from private_packages.aws.tokens.token import Token
from private_packages.commands.deploy.tokens import parse_tokens

IDS = ["AcmeNpm", "AcmePip"]
CONTROL = "The token holds a line end or a control character: give one line of text."
# What begins with a brace may be JSON, which is a secret of another kind.
TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{"), min_size=1, max_size=80
)


def refusal(text: str, ids: list[str] = IDS) -> str:
    with pytest.raises(TokenError) as refused:
        parse_tokens(ids, text)
    return str(refused.value)


def test_one_repository_takes_the_whole_of_it() -> None:
    assert parse_tokens(["AcmeNpm"], "a=b\n") == {"AcmeNpm": Token("a=b")}


def test_several_take_a_line_each() -> None:
    text = "\nAcmePip=not-a-real-token==\r\n AcmeNpm = x \n"
    found = parse_tokens(IDS, text)
    assert {name: token.value for name, token in found.items()} == {
        "AcmePip": "not-a-real-token==",
        "AcmeNpm": "x",
    }
    assert found["AcmeNpm"].was_padded
    assert not found["AcmePip"].was_padded


def test_those_that_are_not_named_are_left_out() -> None:
    assert list(parse_tokens(IDS, "AcmePip=x")) == ["AcmePip"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "AcmeNpm=x\nnot-a-real-token",
            "Line 2 of standard input is of no repository: write ID=TOKEN, where ID is AcmeNpm or AcmePip.",
        ),
        (
            "not-a-real-token==",
            "Line 1 of standard input is of no repository: write ID=TOKEN, where ID is AcmeNpm or AcmePip.",
        ),
        (
            "AcmeNpm=not-a-real-token\nAcmeNpm=not-a-real-token",
            "Line 2 of standard input is the second for AcmeNpm: remove one of the two.",
        ),
        ("AcmeNpm=", "Line 1 of standard input: The token is empty: type or pipe the token itself."),
        (
            "AcmeNpm=not-a-real\x00-token",
            f"Line 1 of standard input: {CONTROL}",
        ),
        ("\n \n", "There is no token in standard input: pipe a line ID=TOKEN for each repository."),
    ],
)
def test_what_is_no_list_of_tokens_is_refused(text: str, sentence: str) -> None:
    assert refusal(text) == sentence


def test_one_repository_needs_a_token() -> None:
    assert refusal("\n", ["AcmeNpm"]) == "The token is empty: type or pipe the token itself."


@given(TOKENS, TOKENS)
def test_every_token_arrives_as_it_was_given(one: str, other: str) -> None:
    found = parse_tokens(IDS, f"AcmeNpm={one}\nAcmePip={other}\n")
    assert (found["AcmeNpm"].value, found["AcmePip"].value) == (one, other)


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_without_it(text: str) -> None:
    said = ""
    try:
        found = parse_tokens(IDS, text)
    except TokenError as refused:
        said, found = str(refused), {}
    assert bool(said) != bool(found)
    assert all(token.value and token.value in text for token in found.values())
    assert not [line for line in text.splitlines() if len(line.strip()) > 12 and line.strip() in said]

"""The parameters that put tokens into their secrets, as the hooks read them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.configuration import Repository
from private_packages.aws.errors import TokenError
from private_packages.aws.tokens.parameters import token_parameters
from private_packages.aws.tokens.token import Token

# What begins with a brace may be JSON, which is a secret of another kind.
TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{"), min_size=1, max_size=80
)
REPOSITORIES = (
    Repository(id="AcmeNpm", manager="npm", url="https://npm.acme.example", secret="/npm"),
    Repository(
        id="AcmePip", manager="pip", url="https://pip.acme.example", secret="/pip", token_key="password"
    ),
)


@given(TOKENS, TOKENS)
def test_every_token_arrives_as_it_was_given(one: str, other: str) -> None:
    values = token_parameters(REPOSITORIES, {"AcmeNpm": Token(one), "AcmePip": Token(other)})
    assert values["AcmeNpmToken"] == one
    assert json.loads(values["AcmePipToken"]) == {"password": other}


def test_those_that_are_not_given_are_left_out() -> None:
    assert token_parameters(REPOSITORIES, {"AcmeNpm": Token("x")}) == {"AcmeNpmToken": "x"}


def test_a_token_that_is_too_long_for_its_json() -> None:
    long = Token.parse("x" * 4096)
    assert token_parameters(REPOSITORIES, {"AcmeNpm": long})
    with pytest.raises(TokenError, match=r"^The token of AcmePip is too long for its JSON"):
        token_parameters(REPOSITORIES, {"AcmePip": long})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("not a real token", "The token holds a blank or a letter outside ASCII: store the token alone."),
        ("not-ä-real-token", "The token holds a blank or a letter outside ASCII: store the token alone."),
        (
            '{"token": "not-a-real-token"}',
            "The secret holds JSON: say in the configuration which token_key",
        ),
    ],
)
def test_a_token_that_no_hook_would_take_is_refused(text: str, problem: str) -> None:
    with pytest.raises(TokenError, match=f"^The token of AcmeNpm is of no use to builds. {problem}"):
        token_parameters(REPOSITORIES, {"AcmeNpm": Token.parse(text)})

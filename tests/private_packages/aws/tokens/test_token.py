"""Tokens: what a user may give, what is stored of it, and what a stored one is worth."""

import json
import traceback
from datetime import date
from typing import Any

import pytest

from generator.configuration import DEFAULT
from private_packages.aws.errors import TokenError
from private_packages.aws.tokens.token import Token, check_usable, inspect, secret_string
from tests.private_packages.aws.tokens.test_expiry import jwt

TOKEN = "not-a-real-token"


class TestWhatAUserGives:
    @pytest.mark.parametrize(
        ("text", "was_padded"),
        [
            (TOKEN, False),
            (f"{TOKEN}\n", False),
            (f"{TOKEN}\r\n", False),
            (f" {TOKEN}\n", True),
            (f"{TOKEN}\n\n", True),
        ],
    )
    def test_is_the_token_without_the_white_space_around(self, text: str, was_padded: bool) -> None:
        assert Token.parse(text) == Token(TOKEN, was_padded)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "is empty"),
            (" \n", "is empty"),
            (f"{TOKEN}\n{TOKEN}", "holds a line end or a control character"),
            (f"{TOKEN}\x00", "holds a line end or a control character"),
            (f"{TOKEN}\x1b[A", "holds a line end or a control character"),
            ("x" * 4_097, "has more than 4,096 bytes"),
        ],
    )
    def test_is_refused_where_it_is_none(self, text: str, message: str) -> None:
        with pytest.raises(TokenError, match=message) as refused:
            Token.parse(text)
        assert TOKEN not in str(refused.value)

    def test_says_when_it_ends_where_it_is_a_json_web_token(self) -> None:
        assert Token(jwt({"exp": 1801440000})).expires == date(2027, 2, 1)
        assert Token(TOKEN).expires is None

    def test_is_of_no_use_once_it_has_ended(self) -> None:
        [repository] = DEFAULT.repositories
        check_usable(Token(TOKEN), repository)
        with pytest.raises(TokenError, match="The token ended on 2020-01-01, "):
            check_usable(Token(jwt({"exp": 1577836800})), repository)

    def test_shows_in_no_repr(self) -> None:
        assert TOKEN not in repr(Token(TOKEN))


class TestWhatIsStored:
    def test_is_the_token_itself_without_a_key(self) -> None:
        assert secret_string(Token(TOKEN), None, '{"other": "kept?"}') == TOKEN

    @pytest.mark.parametrize(
        ("current", "stored"),
        [
            (None, {"token": TOKEN}),
            ("{}", {"token": TOKEN}),
            ('{"token": "old", "user": "ß", "port": 1.5}', {"token": TOKEN, "user": "ß", "port": 1.5}),
            ('{"a": {"b": [null, true]}}', {"a": {"b": [None, True]}, "token": TOKEN}),
        ],
    )
    def test_is_json_in_which_only_the_key_changes(self, current: str | None, stored: Any) -> None:
        text = secret_string(Token(TOKEN), "token", current)
        assert json.loads(text) == stored
        assert list(json.loads(text)) == list(stored)

    def test_is_the_same_text_where_the_token_is_the_same(self) -> None:
        text = secret_string(Token(TOKEN), "token", '{"user":"ß"}')
        assert secret_string(Token(TOKEN), "token", text) == text

    @pytest.mark.parametrize(
        "current",
        ["not-a-real-secret", '["not-a-real-secret"]', '"not-a-real-secret"', '{"not-a-real-secret": 1'],
    )
    def test_is_refused_where_the_other_keys_could_not_be_kept(self, current: str) -> None:
        self.assert_refused(current)

    @pytest.mark.parametrize(
        "current",
        ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1e999}', "[" * 100_000],
        ids=["a key twice", "NaN", "a number too large", "too deep"],
    )
    def test_is_refused_where_another_reader_would_not_read_the_same(self, current: str) -> None:
        self.assert_refused(current)

    def assert_refused(self, current: str) -> None:
        with pytest.raises(TokenError, match="holds no JSON object in which token could be set") as refused:
            secret_string(Token(TOKEN), "token", current)
        shown = "".join(traceback.format_exception(refused.value))
        assert refused.value.__cause__ is None
        assert "not-a-real-secret" not in shown
        assert TOKEN not in shown


class TestWhatAStoredTokenIsWorth:
    @pytest.mark.parametrize(
        ("text", "key", "kind", "length"),
        [
            (TOKEN, None, "text", 16),
            (f"\n{TOKEN} ", None, "text", 16),
            (f'{{"token": "{TOKEN}", "port": 1, "on": true}}', "token", "json", 16),
            ("{", None, "text", 1),
        ],
    )
    def test_a_usable_one(self, text: str, key: str | None, kind: str, length: int) -> None:
        found = inspect(text, key)
        assert (found.kind, found.length, list(found.problems)) == (kind, length, [])

    @pytest.mark.parametrize(
        ("text", "key", "problem"),
        [
            (None, None, "The secret holds bytes"),
            ("", None, "The token is empty"),
            (" \n", None, "The token is empty"),
            ("a\nb", None, "A line end stands inside the token"),
            ("a\rb", None, "A line end stands inside the token"),
            ("a\x00b", None, "The token holds a control character"),
            ("a\x7fb", None, "The token holds a control character"),
            ("a b", None, "The token holds a blank or a letter outside ASCII"),
            ("tökén", None, "The token holds a blank or a letter outside ASCII"),
            ('{"token": "x"}', None, "The secret holds JSON: say in the configuration which token_key"),
            (TOKEN, "token", "The secret is no JSON object"),
            ('{"token": "x", "token": "y"}', "token", "The secret is no JSON object"),
            ('{"token": {"x": 1}}', "token", "The JSON has more than one level"),
            ('{"other": [], "token": "x"}', "token", "The JSON has more than one level"),
            ('{"Token": "x"}', "token", "The JSON has no key token"),
            ('{"token": 1}', "token", "The JSON has no text under token"),
            ('{"token": " "}', "token", "The token is empty"),
            (r'{"token": "a\nb"}', "token", "A line end stands inside the token"),
        ],
    )
    def test_one_that_a_hook_refuses(self, text: str | None, key: str | None, problem: str) -> None:
        [found] = inspect(text, key).problems
        assert found.startswith(problem)

    @pytest.mark.parametrize("text", [f"{TOKEN}\n", f" {TOKEN}", f"{TOKEN}\r\n", f"{TOKEN}\u00a0"])
    def test_white_space_around_it_is_a_warning(self, text: str) -> None:
        [warning] = inspect(text, None).warnings
        assert warning.startswith("White space or a line end stands around the token")

    def test_what_package_managers_take_for_a_variable_is_a_warning(self) -> None:
        [warning] = inspect("a${b}", None).warnings
        assert warning.startswith("The token holds ${: npm, yarn and Maven")

    @pytest.mark.parametrize(
        "text", ["not a real token", "not-a-real-token\x01", '{"x": "not-a-real-token"}']
    )
    def test_it_shows_nowhere(self, text: str) -> None:
        assert "real" not in repr(inspect(text, None))

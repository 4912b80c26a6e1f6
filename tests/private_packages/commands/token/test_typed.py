"""How a token is given: typed without echo, or on standard input."""

import io

import pytest

from private_packages.aws.errors import TokenError
from private_packages.commands.token.typed import piped_token, typed_token


def pipe(monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("not-a-real-token", ""),
        ("not-a-real-token\n", ""),
        (" not-a-real-token\r\n", "Note: removed the white space around the token.\n"),
    ],
)
def test_standard_input_is_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, note: str
) -> None:
    pipe(monkeypatch, text.encode())
    token = piped_token()
    assert token
    assert token.value == "not-a-real-token"
    assert capsys.readouterr() == ("", note)


def test_what_is_no_token_is_refused_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"two-secret\nlines")
    with pytest.raises(TokenError) as refused:
        piped_token()
    assert "two-secret" not in str(refused.value)


def test_on_a_terminal_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hidden(question: str) -> str:
        asked.append(question)
        return "typed"

    monkeypatch.setattr("private_packages.commands.token.typed.can_ask", lambda: True)
    monkeypatch.setattr("private_packages.commands.token.typed.hidden", hidden)
    assert piped_token() is None
    assert typed_token("Token of Acme").value == "typed"
    assert asked == ["Token of Acme"]


@pytest.mark.parametrize("given", [b"ghp_\xff\xfe", "tokén".encode("utf-16")])
def test_what_is_no_utf_8_is_refused_without_it(monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    pipe(monkeypatch, given)
    with pytest.raises(TokenError, match=r"^Standard input is not UTF-8: ") as refused:
        piped_token()
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_without_any_standard_input_there_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(TokenError, match="The token is empty"):
        piped_token()

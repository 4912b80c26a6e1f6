"""How a token is given: typed without echo, or on standard input."""

import io

import pytest

from private_packages.aws.errors import TokenError
from private_packages.commands.token.typed import read_token


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
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert read_token("Token").value == "not-a-real-token"
    assert capsys.readouterr() == ("", note)


def test_what_is_no_token_is_refused_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("two-secret\nlines"))
    with pytest.raises(TokenError) as refused:
        read_token("Token")
    assert "two-secret" not in str(refused.value)


def test_on_a_terminal_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hidden(question: str) -> str:
        asked.append(question)
        return "typed"

    monkeypatch.setattr("private_packages.commands.token.typed.can_ask", lambda: True)
    monkeypatch.setattr("private_packages.commands.token.typed.hidden", hidden)
    assert read_token("Token of Acme").value == "typed"
    assert asked == ["Token of Acme"]

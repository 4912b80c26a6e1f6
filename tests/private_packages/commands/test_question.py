"""Questions that commands ask."""

import click
import pytest
from click.testing import CliRunner

from private_packages.commands.question import agrees, confirm, hidden


def answering(text: str, ask: click.Command) -> str:
    result = CliRunner().invoke(ask, input=text)
    assert result.stdout == ""  # a result can be piped
    return result.stderr


@pytest.mark.parametrize(("text", "answer"), [("y\n", "True"), ("n\n", "False"), ("\n", "False")])
def test_agreeing_needs_a_yes(text: str, answer: str) -> None:
    ask = click.command()(lambda: click.echo(f"answer {agrees('Go on?')}", err=True))
    assert answering(text, ask).endswith(f"answer {answer}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("n\n", "Error: Nothing was changed.\n"),
        ("", "Error: Nothing was changed: nobody answered, give --yes to go on without one.\n"),
    ],
)
def test_who_does_not_agree_is_told_that_nothing_was_changed(text: str, told: str) -> None:
    ask = click.command()(lambda: confirm("Go on?", yes=False))
    assert answering(text, ask).endswith(told)


def test_who_has_agreed_beforehand_is_not_asked() -> None:
    assert answering("", click.command()(lambda: confirm("Go on?", yes=True))) == ""


@pytest.mark.parametrize("typed", ["secret", ""])
def test_what_is_typed_hidden_is_not_shown(typed: str) -> None:
    ask = click.command()(lambda: click.echo(f"{len(hidden('Token'))} characters", err=True))
    shown = answering(f"{typed}\n", ask)
    assert shown.endswith(f"{len(typed)} characters\n")
    assert "secret" not in shown

"""What goes on is shown as bars in a terminal."""

from io import StringIO

import pytest
from rich.console import Console

from private_packages.commands.live import live


def shown(*, is_terminal: bool, stays: bool = True) -> str:
    stream = StringIO()
    console = Console(file=stream, force_terminal=is_terminal, width=100, color_system=None)
    with live(console, stays=stays) as display:
        display.show("Checking", "1 of 2 accounts", 1, 2)
        display.show("Checking", "2 of 2 accounts", 2, 2)
    return stream.getvalue()


def test_a_bar_grows_in_place() -> None:
    last = shown(is_terminal=True).rpartition("Checking")[2]
    assert "━" * 30 in last
    assert "2 of 2 accounts" in last


def test_what_is_no_terminal_shows_nothing() -> None:
    assert shown(is_terminal=False) == ""


@pytest.mark.parametrize("stays", [True, False])
def test_it_stays_only_where_that_is_asked_for(stays: bool) -> None:
    erased = "\x1b[2K"
    assert shown(is_terminal=True, stays=stays).endswith(erased) is not stays

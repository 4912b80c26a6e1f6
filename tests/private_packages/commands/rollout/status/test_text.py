"""The report on a terminal: cut to its width, coloured only where colours are wanted."""

import io
from typing import TYPE_CHECKING

import click
import pytest
from rich.cells import cell_len
from rich.console import Console

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status import text
from private_packages.commands.rollout.status.text import some
from tests.private_packages.aws.stack_sets.rollouts import FORTY, NAMES, overview, summary

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef


def report(summaries: "list[StackInstanceSummaryTypeDef]") -> Overview:
    return overview([instances.read(each, NAMES) for each in summaries])


def terminal(width: int, *, no_color: bool = False) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=width, no_color=no_color
    )


@pytest.mark.parametrize("width", [60, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = click.unstyle(text.render(report(FORTY), terminal(width))).splitlines()[1:]
    assert max(map(cell_len, lines)) <= width
    assert any(line.endswith("…") for line in lines)


def test_reasons_are_whole_however_narrow_the_terminal_is() -> None:
    said = "".join(click.unstyle(text.render(report(FORTY), terminal(60))).split())
    for group in report(FORTY).groups:
        assert "".join(group.reason.split()) in said


def test_columns_stay_in_line_whatever_accounts_are_called() -> None:
    plain = click.unstyle(text.render(report(FORTY), terminal(200))).splitlines()
    rows = [line for line in plain if "us-east-1  " in f"{line}  " and line[:1].strip()][1:]
    assert {cell_len(row.split("us-east-1")[0]) for row in rows} == {cell_len(rows[0].split("us-east-1")[0])}


def test_outcomes_have_colours_on_a_terminal_unless_they_are_unwanted() -> None:
    assert "\x1b[31mfailed" in text.render(report(FORTY), terminal(100))
    assert "\x1b[" not in text.render(report(FORTY), terminal(100, no_color=True))
    assert "\x1b[" not in text.render(report(FORTY), Console(file=io.StringIO(), width=10_000))


def test_many_reasons_are_counted_where_they_are_not_shown() -> None:
    many = [summary(number, "FAILED", f"Reason {chr(0x41 + number)}.") for number in range(23)]
    said = text.render(report(many), Console(file=io.StringIO(), width=100))
    assert "Reasons not shown here, but in the lines below: 3." in said
    assert said.count("Reason W.") == 1


def test_of_many_names_the_first_are_shown() -> None:
    assert some(["a", "b"], 2) == "a, b"
    assert some([*"abc"], 2) == "a, b and 1 more"
    assert some(["a"] * 1_234, 1) == "a and 1,233 more"

"""Options that say which accounts are meant."""

import click
import pytest
from click.testing import CliRunner, Result

from private_packages.commands.options.members import member_options


@click.command()
@member_options
def command(units: tuple[str, ...], accounts: tuple[str, ...], exclude: tuple[str, ...]) -> None:
    click.echo(f"{units} {accounts} {exclude}")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_each_can_be_given_several_times() -> None:
    result = call("--ou", "r-ab12", "--ou", "ou-ab12-cdefghij", "--exclude", "111122223333")
    assert result.stdout == "('r-ab12', 'ou-ab12-cdefghij') () ('111122223333',)\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--account", "1111"], "'1111': write it as the account's 12 digits, 111122223333."),
        (["--exclude", "x"], "'x': write it as the account's 12 digits, 111122223333."),
        (["--ou", "Prod"], "'Prod': write it as the unit's id, ou-ab12-cdefghij, or the root's, r-ab12."),
    ],
)
def test_what_is_no_id_is_refused(arguments: list[str], sentence: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr

"""The options that say which accounts of the organization are meant."""

import re

import click

from private_packages.commands.options.common import Command, apply


class _Ids(click.ParamType[str]):
    """An id, as AWS Organizations writes it."""

    def __init__(self, name: str, pattern: str, example: str) -> None:
        self.name = name
        self.pattern = pattern
        self.example = example

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id, if it is one."""
        if not re.fullmatch(self.pattern, value):
            self.fail(f"{value!r}: write it as {self.example}.", param, ctx)
        return value


# The patterns of the Organizations API.
ACCOUNT = _Ids("ID", "[0-9]{12}", "the account's 12 digits, 111122223333")
_UNIT = _Ids(
    "ID",
    "r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}",
    "the unit's id, ou-ab12-cdefghij, or the root's, r-ab12",
)

_OPTIONS = (
    click.option(
        "--ou", "units", type=_UNIT, multiple=True, help="Only what is in this organizational unit or below."
    ),
    click.option("--account", "accounts", type=ACCOUNT, multiple=True, help="Only this account."),
    click.option("--exclude", type=ACCOUNT, multiple=True, help="Not this account."),
)


def member_options(command: Command) -> Command:
    """Add --ou, --account and --exclude, which can each be given several times."""
    return apply(command, *_OPTIONS)

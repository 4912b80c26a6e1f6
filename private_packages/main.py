"""The command `private-packages` itself."""

import sys
from io import TextIOWrapper

import click

from generator import __version__
from private_packages.commands.groups import Program

COMMANDS = {
    "template": "Write the CloudFormation templates.",
    "check": "Check whether an account has what its builds need.",
    "deploy": "Deploy the template into the account that keeps the tokens.",
    "token": "Store, check or roll back the token of a repository.",
    "hook": "Write the pre-build hook that lets a build install private packages.",
    "verify": "See whether this identity can read the tokens as a build does.",
    "status": "Show the health of the stack, its key and its secrets.",
    "rollout": "Bring a template to the accounts of the organization.",
    "permissions": "Print the least-privilege policy of a command.",
}


@click.group(
    cls=Program,
    package="private_packages.commands",
    lines=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="private-packages")
def main() -> None:
    """Give the builds of an AWS Organization access to private packages.

    One CloudFormation template keeps the tokens of your private package repositories in one account, lets the
    builds of your organization read them and, where Stackery is used, checks its role first.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is: no terminal has all characters

"""`private-packages rollout`: bring a template to the accounts of the organization."""

import click

from cli.groups import LazyGroup

COMMANDS = {
    "status": "Show which accounts are done, which failed and why.",
}


@click.group(cls=LazyGroup, package="cli.rollout", lines=COMMANDS)
def command() -> None:
    """Bring a template to the accounts of the organization.

    CloudFormation StackSets does the work; these commands start it well, watch it and read its answers.
    """

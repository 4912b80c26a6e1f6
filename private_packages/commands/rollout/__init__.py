"""`private-packages rollout`: bring a template to the accounts of the organization."""

import click

from private_packages.commands.groups import LazyGroup

COMMANDS = {
    "plan": "Show what a rollout would do.",
    "start": "Roll the template out, or go on with a rollout that was interrupted.",
    "watch": "Follow the operations that are running to their end.",
    "status": "Show which accounts are done, which failed and why.",
    "stop": "Stop the operations that are running.",
    "remove": "Remove the stack set and its stacks from the accounts.",
}


@click.group(cls=LazyGroup, package="private_packages.commands.rollout", lines=COMMANDS)
def command() -> None:
    """Bring a template to the accounts of the organization.

    CloudFormation StackSets does the work; these commands start it well, watch it and read its answers.
    """

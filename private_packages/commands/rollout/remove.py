"""`private-packages rollout remove`: remove the stack set and its stacks from the accounts."""

import click

from private_packages.aws.stack_sets import rollout
from private_packages.aws.stack_sets.operation import CountBy
from private_packages.aws.stack_sets.plan import plural
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.rollout import Removed
from private_packages.commands.printing import print_json
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import (
    StackSetOptions,
    by_option,
    preference_options,
    stack_set_options,
    yes_option,
)
from private_packages.commands.rollout.progress import Terminal


@click.command()
@stack_set_options
@click.option(
    "--retain-stacks/--no-retain-stacks",
    default=False,
    show_default=True,
    help="Leave the stacks in the accounts, as stacks of their own.",
)
@preference_options
@by_option
@yes_option
def command(
    *,
    options: StackSetOptions,
    retain_stacks: bool,
    preferences: Preferences,
    count_by: CountBy,
    yes: bool,
    output: str,
) -> None:
    """Remove the stack set and its stacks from the accounts.

    Says what will go and what stays, and asks. Keys and secrets stay in their accounts in any case. Where
    a stack cannot be deleted, the stack set stays, too; run the same command again.
    """
    stack_set, dialogue = options.stack_set(), Terminal(yes=yes)
    removed = rollout.remove(stack_set, preferences, dialogue, count_by, retain_stacks=retain_stacks)
    _print(removed, output)
    report.refuse_failures(removed.progress)
    if not removed.is_gone:
        left = len(removed.removal.existing.instances)
        raise click.ClickException(
            f"{stack_set.name} keeps {left:,} {plural('instance', left)}, in accounts that have left the"
            " units through which they came: delete them in the console."
        )


def _print(removed: Removed, output: str) -> None:
    """Say how it ended."""
    name = removed.removal.stack_set.name
    if output == "json":
        document = report.progress_document(removed.progress)
        print_json({"stack_set": name, "removed": removed.is_gone, **document})
    elif removed.is_gone and removed.removal.existing.description is None:
        click.echo(f"There is no stack set {name}.")
    elif removed.is_gone:
        click.echo(f"Removed the stack set {name}.")

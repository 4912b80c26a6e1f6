"""`private-packages rollout remove`: remove the stack set and its stacks from the accounts."""

from typing import Any

import click
from rich.text import Text

from private_packages.aws.stack_sets import existing
from private_packages.aws.stack_sets.operation import Progress, carry_out
from private_packages.aws.stack_sets.plan import plural
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.removal import Removal
from private_packages.commands.printing import print_json, progress_console
from private_packages.commands.question import confirm
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import (
    by_option,
    preference_options,
    stack_set_options,
    yes_option,
)
from private_packages.commands.rollout.progress import show, still_running
from private_packages.commands.rollout.request import existing_stack_set


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
def command(**options: Any) -> None:
    """Remove the stack set and its stacks from the accounts.

    Says what will go and what stays, and asks. Keys and secrets stay in their accounts in any case. Where
    a stack cannot be deleted, the stack set stays, too; run the same command again.
    """
    stack_set = existing_stack_set(options)
    preferences = Preferences(options["max_concurrent"], options["failure_tolerance"])

    def look() -> Removal:
        return Removal(stack_set, existing.look(stack_set), preferences, options["retain_stacks"])

    removal, progress = look(), None
    if removal.state.description is None:
        _end(removal, None, options["output"], is_gone=True)
        return
    removal.require_no_other_operation()
    if removal.state.open_operations:
        progress_console().print("A removal runs already: following it.")
        progress = show(stack_set, removal.state.open_operations, options["by"])
    else:
        _show(removal)
        confirm("Remove it?", yes=options["yes"])
        progress = _delete_instances(removal, options["by"])
    removal = look()
    if removal.has_only_suspended:
        # Those that were found suspended only when their turn came.
        progress = _delete_instances(removal, options["by"])
        removal = look()
    went_well = progress is None or progress.succeeded
    is_gone = went_well and removal.finish()
    _end(removal, progress, options["output"], is_gone=is_gone)
    if progress is not None:
        report.refuse_failures(progress, stack_set.name)
    if not is_gone:
        left = len(removal.state.instances)
        raise click.ClickException(
            f"{stack_set.name} keeps {left:,} {plural('instance', left)}, in accounts that have left the"
            " units through which they came: delete them in the console."
        )


def _show(removal: Removal) -> None:
    """Say what will go and what stays."""
    console, count, accounts = progress_console(), len(removal.state.instances), len(removal.accounts)
    stacks = f"{count:,} {plural('stack', count)} in {accounts:,} {plural('account', accounts)}"
    stay = (
        f"{stacks}, as stacks of their own"
        if removal.retain_stacks
        else "keys and secrets, where there are any"
    )
    go = ["the stack set", *([] if removal.retain_stacks else [stacks])]
    for label, text in (
        ("Stack set", f"{removal.stack_set.name} in {removal.stack_set.aws.region}"),
        ("Regions", ", ".join(removal.regions) or "none"),
        ("Pace", report.pace(removal.preferences)),
        ("Will go", " and ".join(go)),
        ("Will stay", stay),
    ):
        console.print(Text.assemble((f"{label:<14}", "bold"), text))


def _delete_instances(removal: Removal, by: str) -> Progress | None:
    try:
        started = list(carry_out(removal.stack_set, removal.steps()))
    except KeyboardInterrupt:
        raise click.ClickException(still_running(removal.stack_set)) from None
    return show(removal.stack_set, started, by) if started else None


def _end(removal: Removal, progress: Progress | None, output: str, *, is_gone: bool) -> None:
    """Say how it ended."""
    name = removal.stack_set.name
    if output == "json":
        print_json({"stack_set": name, "removed": is_gone, **report.progress_document(progress)})
    elif is_gone and removal.state.description is None:
        click.echo(f"There is no stack set {name}.")
    elif is_gone:
        click.echo(f"Removed the stack set {name}.")

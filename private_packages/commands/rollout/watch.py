"""`private-packages rollout watch`: follow what runs to its end."""

import click

from private_packages.aws.stack_sets.existing import operations
from private_packages.aws.stack_sets.operation import CountBy
from private_packages.aws.stack_sets.rollout import watch
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import StackSetOptions, by_option, stack_set_options
from private_packages.commands.rollout.progress import Terminal


@click.command()
@stack_set_options
@by_option
def command(*, options: StackSetOptions, count_by: CountBy, output: str) -> None:
    """Follow the operations that are running to their end.

    Shows how many instances are done, failed and waiting, from any computer and whoever started it. Where
    nothing runs, it shows how the last operation ended. Ctrl-C ends only the watching.

    The exit code is 0 when all went well, else 1.
    """
    stack_set = options.stack_set()
    found = operations(stack_set)
    watched = [operation for operation in found if operation.is_open] or found[:1]
    progress = watch(stack_set, watched, Terminal(), count_by) if watched else None
    nothing = f"Nothing has been rolled out with {stack_set.name} yet."
    report.print_end(stack_set.name, progress, nothing, output)

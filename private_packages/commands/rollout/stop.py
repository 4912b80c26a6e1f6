"""`private-packages rollout stop`: stop what runs."""

import click

from private_packages.aws.stack_sets.existing import operations
from private_packages.aws.stack_sets.operation import stop
from private_packages.commands.printing import print_json
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import StackSetOptions, stack_set_options


@click.command()
@stack_set_options
def command(*, options: StackSetOptions, output: str) -> None:
    """Stop the operations that are running.

    Stacks that are done stay as they are. Where nothing has begun yet, nothing will; `rollout start` takes it
    up again.
    """
    stack_set = options.stack_set()
    stopped = [operation for operation in operations(stack_set) if operation.is_open]
    for operation in stopped:
        if operation.status != "STOPPING":
            stop(stack_set, operation)
    if output == "json":
        print_json(
            {
                "stack_set": stack_set.name,
                "operations": [report.operation_document(operation) for operation in stopped],
            }
        )
    elif not stopped:
        click.echo(f"Nothing runs on the stack set {stack_set.name}.")
    for operation in stopped if output == "text" else ():
        click.echo(f"Stopping {operation.action} ({operation.id}).")

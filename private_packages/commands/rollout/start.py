"""`private-packages rollout start`: bring the template to the accounts."""

from typing import Any

import click

from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import Progress, carry_out
from private_packages.aws.stack_sets.plan import Plan
from private_packages.commands.printing import print_json, progress_console
from private_packages.commands.question import confirm
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import by_option, plan_options, yes_option
from private_packages.commands.rollout.progress import show, still_running
from private_packages.commands.rollout.request import Request


@click.command()
@plan_options
@by_option
@yes_option
def command(**options: Any) -> None:
    """Bring the template to the accounts, or take up where that was interrupted.

    The plan is shown, and carried out when you agree: it creates the stack set or updates it, creates the
    instances that are missing, and tries again where one has failed. The same command again changes nothing
    where all is there and current. What already runs is followed, not started twice.

    The defaults reach every account at once, whatever happens in the others. A rollout can be left at any
    time with Ctrl-C; it goes on in the accounts.

    \b
    Examples:
      private-packages rollout start
      private-packages rollout start --ou ou-ab12-cdefghij --parameter RoleCheck=Warn --yes
      private-packages rollout start --max-concurrent 10 --failure-tolerance 5%
      private-packages rollout start --self-managed --account 111122223333
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    request = Request.parse(options)
    plan, progress = request.plan(), None
    while True:
        plan.require_no_other_operation()
        if plan.state.open_operations:
            progress_console().print("A rollout runs already: following it.")
            progress = show(plan.stack_set, plan.state.open_operations, options["by"])
            plan = request.plan()
        if not _is_due(plan, progress):
            break
        report.print_plan(progress_console(), plan, with_accounts=False)
        confirm("Go on?", yes=options["yes"])
        started = _start(plan)
        progress = show(plan.stack_set, started, options["by"])
        if len(started) == sum(1 for step in plan.steps if step.purpose):
            break
        plan = request.plan()
    _end(plan, progress, options["output"])


def _is_due(plan: Plan, progress: Progress | None) -> bool:
    """Return whether there is something to do; what has failed just now is not tried again right away."""
    if progress is None:
        return bool(plan.steps)
    return bool(plan.missing or plan.differences)


def _start(plan: Plan) -> list[Operation]:
    """Carry out the plan, and return what it started."""
    started: list[Operation] = []
    try:
        started.extend(carry_out(plan.stack_set, plan.steps))
    except KeyboardInterrupt:
        raise click.ClickException(still_running(plan.stack_set)) from None
    return started


def _end(plan: Plan, progress: Progress | None, output: str) -> None:
    """Say how it ended."""
    if output == "json":
        print_json({"stack_set": plan.stack_set.name, **report.progress_document(progress)})
    elif progress is None:
        click.echo(f"Nothing to do: all instances of {plan.stack_set.name} are there and current.")
    elif progress.succeeded:
        click.echo(report.ended(progress))
    if progress is not None:
        report.refuse_failures(progress, plan.stack_set.name)

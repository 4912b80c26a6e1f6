"""`private-packages rollout start`: bring the template to the accounts."""

import click

from private_packages.aws.stack_sets.operation import CountBy
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import (
    Consent,
    RolloutOptions,
    by_option,
    consent_options,
    plan_options,
    yes_option,
)
from private_packages.commands.rollout.progress import Terminal


@click.command()
@plan_options
@consent_options
@by_option
@yes_option
def command(*, options: RolloutOptions, consent: Consent, count_by: CountBy, yes: bool, output: str) -> None:
    """Roll the template out, or go on with a rollout that was interrupted.

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
    plan, progress = options.rollout().start(Terminal(yes=yes), count_by, consent.given)
    name = plan.stack_set.name
    report.print_end(name, progress, f"Nothing to do: all instances of {name} are there and current.", output)

"""`private-packages rollout plan`: show what a rollout would do."""

from typing import Any

import click

from cli.console import result_console
from cli.output import print_json
from cli.rollout import report
from cli.rollout.options import plan_options
from cli.rollout.request import Request


@click.command()
@plan_options
def command(**options: Any) -> None:
    """Show what a rollout would do.

    Nothing is changed. It takes the options of `rollout start` and shows the accounts and Regions that the
    template would go to, what is there already, what differs, and the steps.

    \b
    Examples:
      private-packages rollout plan
      private-packages rollout plan --ou ou-ab12-cdefghij --regions us-east-1,eu-west-1
      private-packages rollout plan --output json
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    plan = Request.parse(options).plan()
    if options["output"] == "json":
        print_json(report.plan_document(plan))
    else:
        report.print_plan(result_console(), plan, with_accounts=True)

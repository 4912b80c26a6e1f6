"""`private-packages rollout plan`: show what a rollout would do."""

import click
from rich.text import Text

from private_packages.aws.organization.account_check import Finding, Requirements, Verdict
from private_packages.aws.organization.organization_check import ROLE_NAME
from private_packages.aws.stack_sets.plan import Plan, plural
from private_packages.commands.check import findings
from private_packages.commands.printing import print_json, progress_console, result_console
from private_packages.commands.rollout import report
from private_packages.commands.rollout.options import RolloutOptions, plan_options


@click.command()
@plan_options
@click.option(
    "--preflight",
    is_flag=True,
    help="Also run the role check in these accounts, to know which would fail.",
)
@click.option(
    "--role-name",
    metavar="NAME",
    default=ROLE_NAME,
    show_default=True,
    help="With --preflight: the role to assume in each account.",
)
@click.pass_context
def command(
    context: click.Context, *, options: RolloutOptions, preflight: bool, role_name: str, output: str
) -> None:
    """Show what a rollout would do.

    Nothing is changed. It takes the options of `rollout start` and shows the accounts and Regions that the
    template would go to, what is there already, what differs, and the steps.

    With --preflight it fails where the role check does, in an account or more.

    \b
    Examples:
      private-packages rollout plan
      private-packages rollout plan --ou ou-ab12-cdefghij --regions us-east-1,eu-west-1
      private-packages rollout plan --preflight --output json
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    rollout = options.rollout()
    if preflight and not rollout.build_roles:
        raise click.UsageError("--preflight: with `role_check: none` there is no check to run: leave it out.")
    plan = rollout.plan()
    found: list[Finding] | None = None
    if preflight:
        count = len(plan.targets.members)
        progress_console().print(Text(f"Checking {count:,} {plural('account', count)}…"))
        found = rollout.preflight(plan, role_name)
    names = {member.id: member.name for member in plan.targets.members}
    if output == "json":
        checked = (
            None
            if found is None
            else findings.documents(found, Requirements.verdicts, names, len(plan.targets.suspended))
        )
        print_json(report.plan_document(plan) | {"preflight": checked})
    else:
        _print(plan, found, names)
    context.exit(0 if all(finding.verdict is Verdict.READY for finding in found or ()) else 1)


def _print(plan: Plan, found: list[Finding] | None, names: dict[str, str]) -> None:
    """Print the plan for people."""
    console = result_console()
    report.print_plan(console, plan, with_accounts=True)
    if found is not None:
        console.print()
        findings.print_findings(console, found, names)
        console.print()
        findings.print_summary(console, found, len(plan.targets.suspended))

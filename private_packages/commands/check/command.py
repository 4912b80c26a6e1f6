"""`private-packages check`: the role check, of one account or of all accounts of the organization."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from generator.configuration import ROLE_PATH_AND_NAME
from private_packages import invocation
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.errors import AwsError
from private_packages.aws.organization import members, organization_check
from private_packages.aws.organization.account_check import Finding, Requirements, Verdict, check_account
from private_packages.aws.organization.members import Organization, Selection
from private_packages.commands.check import findings
from private_packages.commands.files import load_configuration
from private_packages.commands.live import live
from private_packages.commands.options.common import aws_options, config_option, table_output_option
from private_packages.commands.options.members import member_options
from private_packages.commands.options.role_check import role_check_options
from private_packages.commands.printing import print_json, progress_console, result_console

ORGANIZATION_ONLY = ("units", "accounts", "exclude", "role_name", "concurrency")
MAXIMUM_CONCURRENCY = 64
PROGRESS_LINES = 10


def _role_name(_: click.Context, __: click.Parameter, value: str) -> str:
    if not re.fullmatch(ROLE_PATH_AND_NAME, value):
        raise click.BadParameter(f"{value!r}: write the role's name, or path/name, not its ARN.")
    return value


@click.command()
@click.option(
    "--organization",
    "whole_organization",
    is_flag=True,
    help="Check every active account of the organization, not just this one.",
)
@member_options
@click.option(
    "--role-name",
    metavar="NAME",
    default=organization_check.ROLE_NAME,
    show_default=True,
    callback=_role_name,
    help="The role to assume in each account; this one needs none.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, MAXIMUM_CONCURRENCY),
    default=16,
    show_default=True,
    help="How many accounts to check at once.",
)
@role_check_options
@config_option
@table_output_option
@aws_options
@click.pass_context
def command(
    context: click.Context,
    *,
    whole_organization: bool,
    units: tuple[str, ...],
    accounts: tuple[str, ...],
    exclude: tuple[str, ...],
    role_name: str,
    concurrency: int,
    minimum_role_version: str,
    stackery_stack_name: str,
    stackery_stack_region: str,
    organization_id: str,
    config: Path | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Check whether the Stackery Role is new enough for private packages.

    This is the check that refuses a deployment of the templates, run beforehand; it changes nothing. It fails
    where a deployment would be refused, and says what to do.

    With --organization, it checks all accounts at once from the management account, or from a delegated
    administrator, by assuming a role in each. That the management account itself is without the Stackery
    Role, or not reachable, is no failure, unless --account names it.

    \b
    Examples:
      private-packages check
      private-packages check --organization
      private-packages check --organization --ou ou-ab12-cdefghij --exclude 111122223333 --output csv
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    _refuse_options_of_the_organization(context, whole_organization)
    configuration = load_configuration(config)
    if not configuration.has_role_check:
        raise click.UsageError(
            "With `role_check: none` there is nothing to check in an account beforehand: whether a build can"
            f" read the tokens, `{invocation.command('verify')}` tells there."
        )
    requirements = Requirements(
        build_roles=configuration.build_roles,
        minimum_role_version=minimum_role_version,
        stackery_stack_name=stackery_stack_name,
        stackery_stack_region=stackery_stack_region,
        organization_id=organization_id,
    )
    aws = sign_in(profile, region)
    if whole_organization:
        is_ready = _check_organization(
            aws, requirements, role_name, concurrency, output, units=units, accounts=accounts, exclude=exclude
        )
    else:
        is_ready = _check_own_account(aws, requirements, output)
    context.exit(0 if is_ready else 1)


def _refuse_options_of_the_organization(context: click.Context, whole_organization: bool) -> None:
    for parameter in context.command.params:
        is_given = context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT
        if not whole_organization and is_given and parameter.name in ORGANIZATION_ONLY:
            raise click.UsageError(f"{parameter.opts[0]} needs --organization: add that, or leave it out.")


def _check_own_account(aws: Aws, requirements: Requirements, output: str) -> bool:
    """Print what is found, and return whether that is all that is needed."""
    finding = check_account(aws, requirements)
    if output == "json":
        print_json(findings.document(finding))
    elif output == "csv":
        findings.print_csv([findings.document(finding)])
    else:
        findings.print_finding(
            result_console(),
            finding,
            requirements.stackery_stack_name,
            requirements.minimum_role_version,
            aws.at_endpoint,
        )
    return finding.verdict is Verdict.READY


def _check_organization(
    aws: Aws,
    requirements: Requirements,
    role_name: str,
    concurrency: int,
    output: str,
    **selectors: tuple[str, ...],
) -> bool:
    """Print what is found in each account, and return whether that is all that is needed."""
    aws = aws.for_many_accounts()
    own = None
    if not requirements.organization_id:
        own = members.own_organization(aws)
        requirements = replace(requirements, organization_id=own.id)
    selection = members.select(aws, **selectors)
    total = len(selection.active)
    if not total:
        raise click.ClickException(
            f"No account to check is active: {len(selection.inactive)} suspended or being closed."
        )
    found: list[Finding] = []
    why = "Stopped:"
    try:
        checks = organization_check.check_members(aws, selection.active, requirements, role_name, concurrency)
        with _progress(total) as advance, closing(checks):
            for finding in checks:
                found.append(finding)
                advance()
    except KeyboardInterrupt:
        pass  # what was found until then is shown
    except AwsError as error:
        why = str(error)
    # Half a document would pass for a whole one.
    if output == "text" or len(found) == total:
        _print_all(found, selection, output)
    if len(found) < total:
        raise click.ClickException(f"{why} {len(found):,} of {total:,} accounts were checked.")
    return _is_ready(aws, own, found, named=selectors["accounts"])


def _is_ready(aws: Aws, own: Organization | None, found: Sequence[Finding], named: Collection[str]) -> bool:
    """Return whether all accounts are ready; the management account need not be, unless it has the role.

    StackSets never deploys there, few build there, and a delegated administrator can assume no role there.
    Whoever names it wants it to be ready.
    """
    harmless = (Verdict.MISSING, Verdict.UNREACHABLE)
    missing = {each.account for each in found if each.verdict in harmless} - {*named}
    management = (own or members.own_organization(aws)).management_account if missing else None
    others = [each for each in found if each.account != management or management not in missing]
    if len(others) < len(found):
        click.echo(
            f"Note: that the management account {management} is not ready is no failure, unless you name it"
            f" (--account {management}): StackSets never deploys there.",
            err=True,
        )
    return all(finding.verdict is Verdict.READY for finding in others)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show how far the checks are, and give what tells of one more."""
    console, done = progress_console(), 0
    with live(console) as display:

        def advance() -> None:
            nonlocal done
            done += 1
            display.show("Checking", f"{done:,} of {total:,} accounts", done, total)
            is_due = done * PROGRESS_LINES // total > (done - 1) * PROGRESS_LINES // total
            if is_due and not console.is_terminal:
                click.echo(f"Checked {done:,} of {total:,} accounts", err=True)

        yield advance


def _print_all(found: Sequence[Finding], selection: Selection, output: str) -> None:
    names = {member.id: member.name for member in selection.active}
    left_out = len(selection.inactive)
    if output == "text":
        console = result_console()
        findings.print_summary(console, found, 0)
        console.print()
        findings.print_findings(console, found, names)
        console.print()
        findings.print_summary(console, found, left_out)
        return
    document = findings.documents(found, names, left_out)
    if output == "json":
        print_json(document)
    else:
        findings.print_csv(document["accounts"])

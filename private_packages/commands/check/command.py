"""`private-packages check`: what builds need, in one account or in all accounts of the organization."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from generator import names
from generator.build_account import KEY_ARN
from generator.configuration import DEFAULT, ROLE_PATH_AND_NAME, Configuration
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.errors import AwsError
from private_packages.aws.organization import members, organization_check
from private_packages.aws.organization.account_check import Check, Finding, Requirements, Verdict
from private_packages.aws.organization.build_check import BuildAccess
from private_packages.aws.organization.members import Organization, Selection
from private_packages.aws.stack import stack
from private_packages.commands import configured
from private_packages.commands.check import findings
from private_packages.commands.files import find_configuration
from private_packages.commands.live import live
from private_packages.commands.options.common import (
    aws_options,
    config_option,
    matching,
    table_output_option,
)
from private_packages.commands.options.members import member_options
from private_packages.commands.options.role_check import role_check_options
from private_packages.commands.options.secret_arns import (
    deployed_arns,
    from_stack_option,
    given_arns,
    secret_arn_option,
)
from private_packages.commands.printing import UNKNOWN, print_json, progress_console, result_console

ORGANIZATION_ONLY = ("units", "accounts", "exclude", "role_name", "concurrency")
ROLE_CHECK_ONLY = ("minimum_role_version", "stackery_stack_name", "stackery_stack_region")
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
@secret_arn_option
@click.option(
    "--key-arn",
    metavar="ARN",
    callback=matching(KEY_ARN, "write the key's whole ARN, arn:aws:kms:REGION:111122223333:key/ID."),
    help="With --secret-arn: the key that encrypts the secrets.",
)
@from_stack_option
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
    secret_arns: tuple[str, ...],
    key_arn: str | None,
    stack_name: str | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Check whether an account has what its builds need.

    That is a Stackery Role that is new enough for private packages. This is the check that refuses a
    deployment of the templates, run beforehand; it changes nothing. It fails where a deployment would be
    refused, and says what to do.

    With `role_check: none` it is build roles whose own policies let them read, and in the account that keeps
    the tokens, policies of secrets and key that admit them: it tells which half is missing where.

    With --organization, it checks all accounts at once from the management account, or from a delegated
    administrator, by assuming a role in each. That the management account itself has no build role, or is
    not reachable, is no failure, unless --account names it.

    \b
    Examples:
      private-packages check
      private-packages check --organization
      private-packages check --organization --ou ou-ab12-cdefghij --exclude 111122223333 --output csv
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if not whole_organization:
        _refuse(context, ORGANIZATION_ONLY, "needs --organization: add that, or leave it out")
    found = find_configuration(config) or DEFAULT
    aws = sign_in(profile, region)
    configuration, arns = _configured(aws, found, config, stack_name, secret_arns, key_arn)
    if configuration.has_role_check:
        check: Check = Requirements(
            build_roles=configuration.build_roles,
            minimum_role_version=minimum_role_version,
            stackery_stack_name=stackery_stack_name,
            stackery_stack_region=stackery_stack_region,
            organization_id=organization_id,
        )
    else:
        _refuse(context, ROLE_CHECK_ONLY, "is for the role check, which this configuration has not")
        check = BuildAccess(
            build_roles=configuration.build_roles,
            secret_arns=arns[:-1],
            key_arn=arns[-1],
            organization_id=organization_id or members.own_organization(aws).id,
        )
    if whole_organization:
        is_ready = _check_organization(
            aws, check, role_name, concurrency, output, units=units, accounts=accounts, exclude=exclude
        )
    else:
        is_ready = _check_own_account(aws, check, output)
    context.exit(0 if is_ready else 1)


def _refuse(context: click.Context, options: Collection[str], why: str) -> None:
    for parameter in context.command.params:
        is_given = context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT
        if is_given and parameter.name in options:
            raise click.UsageError(f"{parameter.opts[0]} {why}.")


def _configured(
    aws: Aws,
    found: Configuration,
    config: Path | None,
    stack_name: str | None,
    secret_arns: Sequence[str],
    key_arn: str | None,
) -> tuple[Configuration, list[str]]:
    """Return the configuration, that of the file or of a stack; and the ARNs of secrets and key.

    The role check looks at none, so that there are none without a stack.
    """
    if secret_arns or key_arn:
        if stack_name or not (secret_arns and key_arn):
            raise click.UsageError("Give --secret-arn and --key-arn, both, or --stack-name.")
        arns = [*given_arns(found, secret_arns).values(), key_arn]
        if len({tuple(arn.split(":")[3:5]) for arn in arns}) > 1:
            raise click.UsageError(
                "--secret-arn and --key-arn: name what one stack has, of one account and Region."
            )
        return found, arns
    if stack_name is None and found.has_role_check:
        return found, []
    stack_name = stack_name or names.PRIVATE_PACKAGES
    description = stack.find(aws, stack_name)
    if description is None:
        raise click.ClickException(
            f"There is no stack {stack_name} in {aws.region} of account {aws.identity.account}: correct"
            " --stack-name, --region or --profile, or name what it has: --secret-arn and --key-arn."
        )
    configuration = configured.of_stack(aws, stack_name, config, must_agree=False)
    deployed = deployed_arns(configuration, aws, description)
    return configuration, [*deployed.values(), stack.outputs(description)[names.KEY_ARN]]


def _check_own_account(aws: Aws, check: Check, output: str) -> bool:
    """Print what is found, and return whether that is all that is needed."""
    finding = check.of(aws)
    if output == "json":
        print_json(findings.document(finding))
    elif output == "csv":
        findings.print_csv([findings.document(finding)])
    else:
        findings.print_finding(result_console(), finding, _details(check, finding), aws.at_endpoint)
    return finding.verdict is Verdict.READY


def _details(check: Check, finding: Finding) -> dict[str, str]:
    """Return what a person wants to know of a finding besides its verdict."""
    if isinstance(check, Requirements):
        needed = f"(needed: {check.minimum_role_version} or newer)"
        return {
            "Stack": f"{check.stackery_stack_name} in {finding.region}" if finding.region else "",
            "Version": f"{finding.version or UNKNOWN} {needed}",
        }
    return {"Build roles": ", ".join(finding.build_roles)} if finding.build_roles else {}


def _check_organization(
    aws: Aws,
    check: Check,
    role_name: str,
    concurrency: int,
    output: str,
    **selectors: tuple[str, ...],
) -> bool:
    """Print what is found in each account, and return whether that is all that is needed."""
    aws = aws.for_many_accounts()
    own = None
    if isinstance(check, Requirements) and not check.organization_id:
        own = members.own_organization(aws)
        check = replace(check, organization_id=own.id)
    selection = members.select(aws, **selectors)
    total = len(selection.active)
    if not total:
        raise click.ClickException(
            f"No account to check is active: {len(selection.inactive)} suspended or being closed."
        )
    found: list[Finding] = []
    why = "Stopped:"
    try:
        checks = organization_check.check_members(aws, selection.active, check, role_name, concurrency)
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
        _print_all(found, check.verdicts, selection, output)
    if len(found) < total:
        raise click.ClickException(f"{why} {len(found):,} of {total:,} accounts were checked.")
    return _is_ready(aws, own, found, named=selectors["accounts"])


def _is_ready(aws: Aws, own: Organization | None, found: Sequence[Finding], named: Collection[str]) -> bool:
    """Return whether all accounts are ready; the management account need not be, unless it has the role.

    StackSets never deploys there, few build there, and a delegated administrator can assume no role there.
    Whoever names it wants it to be ready.
    """
    harmless = (Verdict.MISSING, Verdict.NO_ROLE, Verdict.UNREACHABLE)
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


def _print_all(
    found: Sequence[Finding], verdicts: Sequence[Verdict], selection: Selection, output: str
) -> None:
    called = {member.id: member.name for member in selection.active}
    left_out = len(selection.inactive)
    if output == "text":
        console = result_console()
        findings.print_summary(console, found, 0)
        console.print()
        findings.print_findings(console, found, called)
        console.print()
        findings.print_summary(console, found, left_out)
        return
    document = findings.documents(found, verdicts, called, left_out)
    if output == "json":
        print_json(document)
    else:
        findings.print_csv(document["accounts"])

"""`private-packages permissions`: print the least-privilege policy of a command."""

from pathlib import Path

import click

from generator import names
from private_packages.aws.aws import asking, sign_in
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.organization_check import ROLE_NAME
from private_packages.aws.permissions.policy import LONGEST, length, policy
from private_packages.aws.permissions.table import COMMANDS
from private_packages.commands.configured import with_default
from private_packages.commands.files import template_text
from private_packages.commands.options.common import (
    STACK_NAME_FORM,
    aws_options,
    config_option,
    matching,
    require_stack_name,
    stack_name_option,
    whole_role_arn,
)
from private_packages.commands.options.members import ACCOUNT
from private_packages.commands.options.parameters import given_parameters, parameter_option
from private_packages.commands.printing import print_json

ANY = "*"


@click.command()
@click.argument("name", metavar="COMMAND", type=click.Choice(COMMANDS))
@config_option
@stack_name_option
@parameter_option
@click.option(
    "--bucket",
    metavar="NAME",
    callback=matching("[a-z0-9.-]{3,63}", "write a bucket's name, without s3://."),
    help="The S3 bucket of `deploy --bucket`.",
)
@click.option(
    "--role-arn",
    metavar="ARN",
    callback=whole_role_arn,
    help="The role that `deploy` or `rollout` hands to CloudFormation.",
)
@click.option(
    "--role-name",
    default=ROLE_NAME,
    show_default=True,
    callback=matching("[A-Za-z0-9_+=,.@-]{1,64}", "write a role's name, without its path and its ARN."),
    help="The role that `check` and `rollout` assume in other accounts.",
)
@click.option(
    "--stack-set",
    metavar="NAME",
    callback=matching(names.STACK_NAME, STACK_NAME_FORM),
    help="The stack set of `rollout --name`.",
)
@click.option(
    "--account",
    type=ACCOUNT,
    help="The account.  [default: that of these credentials]",
)
@aws_options
def command(
    name: str,
    config: Path | None,
    stack_name: str,
    parameters: tuple[str, ...],
    bucket: str | None,
    role_arn: str | None,
    role_name: str,
    stack_set: str | None,
    account: str | None,
    profile: str | None,
    region: str | None,
) -> None:
    """Print the least-privilege policy of a command.

    COMMAND is one of this program's. Give the options that it will be given: they decide which stack,
    secrets and roles the policy names. Each statement says in its Sid what it is for; one that serves an
    option that is not used, such as ListAccounts, may be left out.

    \b
    Examples:
      private-packages permissions deploy
      private-packages permissions deploy --bucket templates --parameter PermissionsBoundary=bounded
      private-packages permissions check --account 111122223333 --region eu-west-1
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    configuration = with_default(config)
    template = template_text(names.PRIVATE_PACKAGES, configuration)
    values = template.defaults | given_parameters(template, parameters, "Leave it out: no policy names it.")
    require_stack_name(stack_name)
    partition, region, account = _place(profile, region, account)
    boundary = values.get("PermissionsBoundary")
    document = policy(
        name,
        {
            "partition": [partition],
            "region": [region],
            "account": [account],
            "stack": [stack_name],
            "stackery_stack": [values.get("StackeryStackName", "")],
            "role_check": [configuration.role_check] if configuration.has_role_check else [],
            "build_role": configuration.build_roles,
            "secret": list(names.secret_names(values).values()),
            "role_name": [role_name],
            "stack_set": [stack_set] if stack_set else [names.stack_set(each) for each in names.TEMPLATES],
            "role_arn": [role_arn] if role_arn else [],
            "bucket": [bucket] if bucket else [],
            "boundary": [boundary] if boundary else [],
            "without_role_check": [] if configuration.has_role_check else ["x"],
        },
    )
    print_json(document)
    if (found := length(document)) > LONGEST:
        click.echo(
            f"Note: these are {found:,} characters, and a managed policy takes {LONGEST:,}: make two of the"
            " statements, or leave out those whose options are not used.",
            err=True,
        )


def _place(profile: str | None, region: str | None, account: str | None) -> tuple[str, str, str]:
    """Return partition, Region and account; any of the latter where nobody is signed in.

    Raises:
        AwsError: there is no such profile or Region, or its credentials cannot be used.
    """
    try:
        aws = sign_in(profile, region)
    except AwsError:
        if profile or region:
            raise
        click.echo("Note: no Region is set, so this is for any of the partition aws.", err=True)
        return "aws", ANY, account or ANY
    with asking("find the Region's partition"):
        partition = aws.session.get_partition_for_region(aws.region)
    if account is None:
        try:
            account = aws.identity.account
        except AwsError as error:
            if profile:
                raise
            click.echo(f"Note: this is for any account, which --account would name. {error}", err=True)
    return partition, aws.region, account or ANY

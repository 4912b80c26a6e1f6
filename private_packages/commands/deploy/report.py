"""How a deployment's result is printed: for people or for programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from private_packages import invocation
from private_packages.aws.aws import Aws
from private_packages.aws.stack import protection, stack
from private_packages.aws.stack.deployment import Ending, Result, Wanted
from private_packages.commands.deploy.diff import counts
from private_packages.commands.printing import aligned, print_json

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


def print_result(aws: Aws, wanted: Wanted, result: Result) -> None:
    """Print for people how a deployment ended, and what to do next; a failure is told as an error."""
    name, description = place(aws, wanted), result.description
    if result.ending is Ending.DRY_RUN:
        click.echo("Nothing was changed, as --dry-run says.")
        given = {"--allow-replacement": wanted.allow_replacement, "--allow-removal": wanted.allow_removal}
        if missing := [option for option in result.proposal.needs_consent if not given[option]]:
            click.echo(f"The same without --dry-run needs {' and '.join(missing)}.")
    elif result.ending is Ending.UNCHANGED and description:
        click.echo(f"No changes: the stack {name}, is {description['StackStatus']} and stays so.")
        _print_outputs(description)
    elif result.ending is Ending.DEPLOYED and description:
        click.echo(f"Deployed: the stack {name}, is {description['StackStatus']}.")
        _print_outputs(description)
    for repository_id in result.stored:
        click.echo(f"Stored the token of {repository_id}: builds can read it from now on.")
    if result.ending is Ending.DEPLOYED:
        _print_next_steps(wanted.stack_name, result.without_token)


def place(aws: Aws, wanted: Wanted) -> str:
    """Return the stack and where it is, as a person reads it."""
    return f"{wanted.stack_name} in {aws.region}, account {aws.identity.account}{aws.at_endpoint}"


def _print_outputs(description: "StackTypeDef") -> None:
    for cells in aligned(list(stack.outputs(description).items())):
        click.echo(f"  {'  '.join(cells).rstrip()}")


def _print_next_steps(stack_name: str, without_token: Sequence[str]) -> None:
    if without_token:
        click.echo("Next, add what was left out:")
    for repository in without_token:
        click.echo(f"  {invocation.command('token set', repository, stack_name=stack_name)}")
    click.echo("Next, in the source repository of each stack that installs private packages:")
    click.echo(f"  {invocation.command('hook', stack_name=stack_name)}")


def print_document(aws: Aws, wanted: Wanted, result: Result) -> None:
    """Print for programs how a deployment ended."""
    description, cause = result.description, result.cause
    print_json(
        {
            "result": result.ending,
            "stack": wanted.stack_name,
            "stack_id": description["StackId"] if description else None,
            "region": aws.region,
            "account": aws.identity.account,
            "status": description["StackStatus"] if description else None,
            "has_changes": result.ending is not Ending.UNCHANGED,
            "needs_consent": result.proposal.needs_consent,
            "template": {"from": result.proposal.version_before, "to": wanted.template.version},
            "access": [
                {"sentence": each.sentence, "needs_consent": each.needs_consent}
                for each in result.proposal.access
            ],
            "imports": [
                {
                    "resource": each.logical_id,
                    "identifier": each.identifier,
                    "has_value": each.has_value,
                    "organizations": each.organizations,
                }
                for each in result.proposal.imports
            ],
            "counts": counts(result.proposal.changes),
            "changes": [
                {
                    "action": each.action,
                    "resource": each.logical_id,
                    "type": each.resource_type,
                    "properties": each.properties,
                    "stays": each.stays,
                }
                for each in result.proposal.changes
            ],
            "parameters": [
                {"name": each.name, "before": each.before, "after": each.after}
                for each in result.proposal.parameters
            ],
            "tokens_stored": result.stored,
            "termination_protection": protection.is_on(description),
            "outputs": stack.outputs(description) if description else {},
            "failure": {
                "resource": cause.logical_id,
                "type": cause.resource_type,
                "status": cause.status,
                "reason": cause.reason,
            }
            if cause
            else None,
        }
    )

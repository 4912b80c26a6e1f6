"""`private-packages deploy --remove`: take the stack away."""

from collections.abc import Iterator

import click

from generator import names
from private_packages import invocation
from private_packages.aws.aws import Aws
from private_packages.aws.errors import InterruptedDeploymentError
from private_packages.aws.stack import protection, removal, state
from private_packages.aws.stack.leftovers import Leftover
from private_packages.aws.stack.removal import Holdings
from private_packages.aws.tokens.secret import restore_command
from private_packages.commands.deploy.events import show_events
from private_packages.commands.printing import iso, moment, print_json, progress_console
from private_packages.commands.question import confirm


def remove(aws: Aws, stack_name: str, days: int | None, *, yes: bool, dry_run: bool, output: str) -> None:
    """Show what would go and what stays, ask, and do it; what was done already is left out.

    Args:
        aws: the stack's account and Region.
        stack_name: the stack, which need not be there any more.
        days: after how many days key and secrets are deleted; None keeps them.
        yes: whether the answer was given beforehand.
        dry_run: whether to show only.
        output: text or json.

    Raises:
        ClickException: the answer is no.
        UserError: the stack cannot be deleted, or AWS cannot be asked.
    """
    found = removal.holdings(aws, stack_name)
    for line in _plan(aws, stack_name, found, days):
        click.echo(line, err=output == "json")
    if not dry_run and (found.description or days):
        confirm("Remove this?", yes=yes)
        try:
            if found.description:
                show_events(progress_console(), state.delete(aws, found.description), [])
            if days:
                removal.schedule_deletion(aws, found, days)
        except KeyboardInterrupt as error:
            raise InterruptedDeploymentError(
                "Interrupted. What was begun goes on without this command; the same again does the rest."
            ) from error
        found = removal.holdings(aws, stack_name)
    if output == "json":
        print_json(_document(stack_name, found, dry_run=dry_run))
    else:
        for line in _outcome(aws, stack_name, found, dry_run=dry_run):
            click.echo(line)


def _plan(aws: Aws, stack_name: str, found: Holdings, days: int | None) -> Iterator[str]:
    place = f"{aws.region}, account {aws.identity.account}{aws.at_endpoint}"
    if not (found.description or found.secrets):
        yield (
            f"There is no stack {stack_name} in {place}, and nothing"
            " that it left: correct --stack-name, --region or --profile, if that is not what you expected."
        )
        return
    what = "is gone already"
    if found.description:
        what = "is removed, with the policies that let builds read"
        if found.description["StackStatus"] == "IMPORT_COMPLETE":
            what = "is removed; what it has taken over keeps the policies that it had before"
    yield f"The stack {stack_name} in {place}, {what}."
    if protection.is_on(found.description):
        yield "  Its termination protection is turned off for that."
    fate = f"is deleted in {days} days" if days else "stays"
    for each in found.secrets:
        what = "is scheduled for deletion already" if each.deleted else fate
        yield f"  The secret {each.name}{_about(each)} {what}."
    if found.key:
        yield f"  The key {found.key.arn} {_fate_of_key(found, fate)}."
    if any(each.last_accessed and not each.deleted for each in found.secrets):
        yield "  Builds whose hooks read a secret fail from then on: remove the hooks first."
    yield "Not touched: in each source repository, the hook that was written for it."
    for name in found.stack_sets:
        command = invocation.command("rollout remove", name=name)
        yield f"Not touched: the stack set {name}, which `{command}` removes."


def _about(secret: Leftover) -> str:
    value = "with a value" if secret.has_value else "without a value"
    read = f", last read {secret.last_accessed:%Y-%m-%d}" if secret.last_accessed else ""
    return f" ({value}{read})"


def _fate_of_key(found: Holdings, fate: str) -> str:
    key = found.key
    if key and key.deletion:
        return f"is deleted {moment(key.deletion)}"
    if key and key.keeper and fate != "stays":
        return f"stays, since {key.keeper}"
    return fate


def _outcome(aws: Aws, stack_name: str, found: Holdings, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield "Nothing was changed, as --dry-run says."
        return
    if not (found.description or found.secrets):
        return
    kept = [each for each in found.secrets if each.deleted is None]
    is_key_kept = found.key is not None and found.key.deletion is None
    cost = len(kept) * names.SECRET_MONTHLY_USD + is_key_kept * names.KEY_MONTHLY_USD
    command = invocation.command("deploy", "--import", stack_name=stack_name)
    yield f"Removed: there is no stack {stack_name} in {aws.region}."
    if kept:
        yield f"Key and secrets cost {cost:.2f} USD a month. To have the stack again, with them: `{command}`"
    if found.key and found.key.deletion:
        cancel, enable = (
            invocation.aws_command(f"kms {operation}", region=aws.region, key_id=found.key.arn)
            for operation in ("cancel-key-deletion", "enable-key")
        )
        yield f"To take the key back, until {moment(found.key.deletion)}: `{cancel}`, then `{enable}`"
    for each in found.secrets:
        if each.deleted:
            yield f"To take the secret {each.name} back: `{restore_command(each.arn)}`"
    if not kept:
        yield f"When they are back, to have the stack again: `{command}`"


def _document(stack_name: str, found: Holdings, *, dry_run: bool) -> dict[str, object]:
    key = found.key
    return {
        "result": "dry-run" if dry_run else "removed" if found.secrets else "unchanged",
        "stack": stack_name,
        "stack_id": found.description["StackId"] if found.description else None,
        "secrets": [
            {
                "name": each.name,
                "arn": each.arn,
                "has_value": each.has_value,
                "last_accessed": iso(each.last_accessed),
                "deleted": iso(each.deleted),
            }
            for each in found.secrets
        ],
        "key": {
            "arn": key.arn,
            "deletion": iso(key.deletion),
            "other_secrets": key.others,
            "stays": key.keeper or None,
        }
        if key
        else None,
        "stack_sets": found.stack_sets,
    }

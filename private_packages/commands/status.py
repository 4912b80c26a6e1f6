"""`private-packages status`: show how the stack, its key and its secrets are."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import click

from generator import __version__, names
from private_packages import invocation
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import is_older
from private_packages.aws.stack import drift as drifts
from private_packages.aws.stack import health
from private_packages.aws.stack.drift import Drift
from private_packages.aws.stack.health import Health, KeyHealth, SecretHealth, StackHealth
from private_packages.aws.stack.leftovers import Leftover
from private_packages.aws.stack.made_from import configuration_of
from private_packages.aws.stack.stack import template
from private_packages.commands.files import show_difference, template_text
from private_packages.commands.live import live
from private_packages.commands.options.common import aws_options, output_option, stack_name_option
from private_packages.commands.printing import UNKNOWN, iso, moment, print_json, progress_console
from private_packages.commands.token.versions import document, line

UNREAD = "may not be read"


@click.command()
@stack_name_option
@click.option(
    "--drift", "with_drift", is_flag=True, help="Let CloudFormation look for changes made by other means."
)
@click.option("--show-edits", is_flag=True, help="Show where the deployed template was edited.")
@output_option
@aws_options
@click.pass_context
def command(
    context: click.Context,
    stack_name: str,
    with_drift: bool,
    show_edits: bool,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Show the health of the stack, its key and its secrets.

    What these credentials may not read is shown as such and left out. Fails where something needs attention:
    a stack that failed or is being changed, a key that is disabled or pending deletion, a secret without
    value or marked for deletion, a token that ends within 14 days, a template that was edited or is of a
    newer release, and with --drift, what is no longer as the stack made it.

    \b
    Examples:
      private-packages status
      private-packages status --drift
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    aws = sign_in(profile, region)
    found = health.read(aws, stack_name)
    drift = _detect(aws, stack_name) if with_drift else None
    edits = _edits(aws, found)
    problems = found.problems + _problems_of_template(found, edits) + (drift.problems if drift else [])
    if output == "json":
        print_json(_document(found, drift, edits, problems))
    else:
        _show(aws, found, drift, edits, problems)
        if show_edits:
            show_difference(edits.difference or "")
    if problems:
        context.exit(1)


@dataclass(frozen=True)
class _Edits:
    """How the deployed template differs from what the same release makes of the same configuration."""

    difference: str | None
    """Empty where it does not; None where that is not known."""
    unknown_because: str = ""


def _edits(aws: Aws, found: Health) -> _Edits:
    version = found.stack.version if found.stack else None
    if version != __version__:
        look = invocation.command("deploy", "--dry-run")
        made_by = f"release {version}" if version else "the release that made it"
        return _Edits(None, f"{made_by} alone can tell; what this one would change: `{look}`")
    try:
        configuration = configuration_of(aws, found.stack_name)
        deployed = template(aws, found.stack_name)
    except AwsError:
        return _Edits(None, f"the template {UNREAD}")
    if configuration is None:
        return _Edits(None, "the template does not say what it was made from")
    made = template_text(names.PRIVATE_PACKAGES, configuration).body
    lines = difflib.unified_diff(
        made.strip().splitlines(), deployed.strip().splitlines(), "as made", "as deployed", lineterm=""
    )
    return _Edits("\n".join(lines))


def _problems_of_template(found: Health, edits: _Edits) -> list[str]:
    deployed = found.stack.version if found.stack else None
    if is_older(__version__, deployed or ""):
        return [f"the stack was deployed by release {deployed}, and this is {__version__}: use that release"]
    return ["the deployed template was edited: see where with --show-edits"] if edits.difference else []


def _detect(aws: Aws, stack_name: str) -> Drift:
    console = progress_console()
    beginning = "Looking for drift; this can take minutes"
    if not console.is_terminal:
        console.print(beginning)
    with live(console) as display:
        display.show(beginning, "")
        return drifts.detect(aws, stack_name, lambda seconds: display.show(beginning, f"{seconds} s so far"))


def _template(found: StackHealth) -> dict[str, object]:
    """Return the template's version deployed and available, and the next step."""
    return {
        "deployed": found.version,
        "available": __version__,
        "next_step": invocation.command("deploy") if found.is_older_than(__version__) else None,
    }


def _show(aws: Aws, found: Health, drift: Drift | None, edits: _Edits, problems: Sequence[str]) -> None:
    if found.stack:
        _show_stack(found.stack, edits, aws.at_endpoint)
    else:
        click.echo(f"Stack {found.stack_name}: {UNREAD}")
    if found.key:
        _show_key(found.key)
    for each in found.secrets:
        _show_secret(each)
    if found.leftovers:
        again = invocation.command("deploy", "--import")
        click.echo("Left behind by this stack, which no build can read; to have one again, put it into")
        click.echo(f"repositories.yaml again, then: `{again}`")
    for leftover in found.leftovers or ():
        _show_leftover(leftover)
    if drift:
        _show_drift(drift)
    if problems:
        click.secho(f"Needs attention: {'; '.join(problems)}.", fg="red")
    else:
        click.secho("All is well.", fg="green")


def _show_stack(stack: StackHealth, edits: _Edits, at_endpoint: str) -> None:
    click.echo(f"Stack: {stack.id}{at_endpoint}")
    click.echo(f"  {stack.status} since {moment(stack.since)}")
    if stack.reason:
        click.echo(f"  Reason: {stack.reason}")
    template = _template(stack)
    newer = f", {__version__} available: {template['next_step']}" if template["next_step"] else ""
    click.echo(f"  Template: {template['deployed'] or UNKNOWN}{newer}")
    if edits.difference is None:
        click.echo(f"  Edited: {UNKNOWN}, {edits.unknown_because}")
    click.echo(f"  Organization: {stack.outputs.get('OrganizationId', UNKNOWN)}")
    if stack.has_role_check:
        click.echo(f"  Stackery Role: {stack.outputs.get('StackeryRoleVersion', UNKNOWN)}")


def _show_key(key: KeyHealth) -> None:
    click.echo(f"Key: {key.arn}")
    deletion = f", to be deleted {moment(key.deletion)}" if key.deletion else ""
    click.echo(f"  {key.state or UNREAD}{deletion}")
    rotation = {None: UNREAD, True: "on", False: "off"}[key.rotates]
    click.echo(f"  Rotation: {rotation}")
    aliases = UNREAD if key.aliases is None else ", ".join(key.aliases) or "none"
    click.echo(f"  Alias: {aliases}")
    last = UNKNOWN
    if key.use:
        since = f"not since {moment(key.use.recorded_since)}"
        last = f"{moment(key.use.at)}, {key.use.operation}" if key.use.at else since
    click.echo(f"  Last used: {last}")


def _show_secret(secret: SecretHealth) -> None:
    click.echo(f"Secret of {secret.repository_id}: {secret.arn}")
    if secret.is_gone:
        click.echo("  gone")
        return
    description = secret.description
    if description is None:
        click.echo(f"  {UNREAD}")
        return
    click.echo(f"  {line(description.current) if description.current else 'no value'}")
    if description.deleted:
        click.echo(f"  Marked for deletion: {moment(description.deleted)}")
    if description.last_accessed:
        # CloudTrail could tell, by whom: this is a day, once a day.
        click.echo(f"  Last read: {description.last_accessed:%Y-%m-%d}, by a build, `token` or `verify`")


def _show_leftover(leftover: Leftover) -> None:
    value = "with a value" if leftover.has_value else "without a value"
    read = f", last read {leftover.last_accessed:%Y-%m-%d}" if leftover.last_accessed else ""
    click.echo(f"  {leftover.name}: {value}{read}, {names.SECRET_MONTHLY_USD:.2f} USD a month")


def _show_drift(drift: Drift) -> None:
    click.echo(f"Drift: {drift.status}")
    if drift.reason:
        click.echo(f"  Reason: {drift.reason}")
    for resource in drift.resources:
        click.echo(f"  {resource.logical_id} ({resource.resource_type}): {resource.status}")
        for difference in resource.differences:
            click.echo(f"    {difference.path}: {difference.kind}")
    if drift.policies:
        click.echo("  Not as in the template; to be so again:")
    for sentence in drift.policies:
        click.echo(f"    {sentence}")
    if drift.not_compared:
        click.echo(f"  Not compared with the template: {', '.join(drift.not_compared)}")


def _document(
    found: Health, drift: Drift | None, edits: _Edits, problems: Sequence[str]
) -> dict[str, object]:
    return {
        "stack_name": found.stack_name,
        "stack": found.stack and _stack_document(found.stack),
        "key": found.key and _key_document(found.key),
        "secrets": [_secret_document(each) for each in found.secrets],
        "left_behind": None
        if found.leftovers is None
        else [_leftover_document(each) for each in found.leftovers],
        "edited": None if edits.difference is None else bool(edits.difference),
        "drift": drift and _drift_document(drift),
        "problems": problems,
    }


def _stack_document(stack: StackHealth) -> dict[str, object]:
    checked = {"stackery_role_version": stack.outputs.get("StackeryRoleVersion")}
    return {
        "id": stack.id,
        "status": stack.status,
        "since": iso(stack.since),
        "reason": stack.reason or None,
        "template": _template(stack),
        "organization_id": stack.outputs.get("OrganizationId"),
        **(checked if stack.has_role_check else {}),
    }


def _key_document(key: KeyHealth) -> dict[str, object]:
    return {
        "arn": key.arn,
        "state": key.state or UNREAD,
        "deletion": iso(key.deletion),
        "rotates": key.rotates,
        "aliases": key.aliases,
        "last_used": key.use
        and {
            "at": iso(key.use.at),
            "operation": key.use.operation or None,
            "recorded_since": iso(key.use.recorded_since),
        },
    }


def _secret_document(secret: SecretHealth) -> dict[str, object]:
    description = secret.description
    current = description.current if description else None
    return {
        "id": secret.repository_id,
        "arn": secret.arn,
        "name": description.name if description else None,
        "readable": description is not None,
        "gone": secret.is_gone,
        "current": document(current) if current else None,
        "deleted": iso(description.deleted) if description else None,
        "last_accessed": iso(description.last_accessed) if description else None,
        "copies": description.copies if description else None,
    }


def _leftover_document(leftover: Leftover) -> dict[str, object]:
    return {
        "name": leftover.name,
        "arn": leftover.arn,
        "has_value": leftover.has_value,
        "last_accessed": iso(leftover.last_accessed),
    }


def _drift_document(drift: Drift) -> dict[str, object]:
    return {
        "status": drift.status,
        "reason": drift.reason or None,
        "policies": drift.policies,
        "not_compared": drift.not_compared,
        "resources": [
            {
                "logical_id": resource.logical_id,
                "type": resource.resource_type,
                "status": resource.status,
                "differences": [
                    {"path": difference.path, "kind": difference.kind} for difference in resource.differences
                ],
            }
            for resource in drift.resources
        ],
    }

"""How plans and outcomes of `rollout` are printed, for people and for programs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from private_packages import invocation
from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import Progress
from private_packages.aws.stack_sets.plan import Plan, plural
from private_packages.aws.stack_sets.preferences import ALL, Preferences
from private_packages.aws.stack_sets.removal import Removal
from private_packages.commands.deploy.diff import print_access
from private_packages.commands.printing import print_facts, print_json

Line = tuple[str, str]
"""A label and what there is to say."""


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return a plan for programs."""
    targets, permissions = plan.targets, plan.definition.permissions
    left_out = [(member, "suspended") for member in targets.suspended]
    left_out += [(member, "excluded") for member in targets.excluded]
    left_out += [(targets.management, "management account")] if targets.management else []
    return {
        "stack_set": plan.stack_set.name,
        "region": plan.stack_set.aws.region,
        "template": plan.definition.template.name,
        "parameters": dict(plan.definition.parameters),
        "permissions": permissions.model,
        "call_as": plan.stack_set.call_as,
        "auto_deployment": permissions.auto_deployment,
        "regions": list(plan.regions),
        "accounts": [
            {
                "id": member.id,
                "name": member.name,
                "unit": member.unit.path if member.unit else None,
                "instances": {region: _instance(plan, member.id, region) for region in plan.regions},
            }
            for member in targets.members
        ],
        "left_out": [{"id": member.id, "name": member.name, "why": why} for member, why in left_out],
        "exists": plan.existing.description is not None,
        "differences": list(plan.differences),
        "access": [{"sentence": each.sentence, "needs_consent": each.needs_consent} for each in plan.access],
        "needs_consent": list(plan.needs_consent),
        "instances_elsewhere": len(plan.elsewhere),
        "operations": [operation_document(operation) for operation in plan.existing.open_operations],
        "preferences": plan.preferences.parameters(),
        "steps": [step.sentence for step in plan.steps],
        "monthly_cost_usd": round(plan.monthly_cost, 2),
        "notes": list(plan.notes),
    }


def operation_document(operation: Operation) -> dict[str, str]:
    """Return an operation for programs."""
    return {"id": operation.id, "action": operation.action, "status": operation.status}


def progress_document(progress: Progress | None) -> dict[str, Any]:
    """Return for programs how operations ended; None stands for none."""
    return {
        "operations": [operation_document(operation) for operation in progress.operations]
        if progress
        else [],
        "counts": {group: dict(counts) for group, counts in progress.counts.items()} if progress else {},
    }


def print_plan(console: Console, plan: Plan, *, with_accounts: bool) -> None:
    """Print a plan for people."""
    print_facts(console, _lines(plan))
    if with_accounts:
        console.print()
        _print_accounts(console, plan)
    print_access(console, plan.access)
    console.print()
    for number, step in enumerate(plan.steps, 1):
        console.print(Text(f"{number}. {step.sentence}"))
    if not plan.steps:
        console.print(Text("Nothing to do: all is there and current.", "green"))
    consent = [f"this needs {' and '.join(plan.needs_consent)}."] if plan.needs_consent else []
    for note in [*consent, *plan.notes, *_management_note(plan)]:
        console.print(Text(f"Note: {note}"))


def ended(progress: Progress) -> str:
    """Return what to say of operations that have ended."""
    done, total = progress.total("SUCCEEDED"), progress.total()
    sentence = f"{done:,} of {total:,} {plural('instance', total)} done"
    if failed := progress.total("FAILED"):
        sentence += f", {failed:,} failed"
    if cancelled := progress.total("CANCELLED"):
        sentence += f", {cancelled:,} cancelled"
    if any(operation.status == "STOPPED" for operation in progress.operations):
        sentence += "; it was stopped"
    return f"{sentence}."


def refuse_failures(progress: Progress | None) -> None:
    """End the command with exit code 1 unless all went well.

    Raises:
        ClickException: it did not.
    """
    if progress and not progress.succeeded:
        raise click.ClickException(
            f"{ended(progress)} See which and why with `{invocation.command('rollout status')}`."
        )


def print_end(stack_set: str, progress: Progress | None, nothing: str, output: str) -> None:
    """Print how operations ended, or the sentence for where there were none.

    Raises:
        ClickException: not all went well.
    """
    if output == "json":
        print_json({"stack_set": stack_set, **progress_document(progress)})
    elif progress is None:
        click.echo(nothing)
    elif progress.succeeded:
        click.echo(ended(progress))
    refuse_failures(progress)


def print_removal(console: Console, removal: Removal) -> None:
    """Print for people what will go and what stays."""
    count, accounts, aws = len(removal.existing.instances), len(removal.accounts), removal.stack_set.aws
    stacks = f"{count:,} {plural('stack', count)} in {accounts:,} {plural('account', accounts)}"
    stay = (
        f"{stacks}, as stacks of their own"
        if removal.retain_stacks
        else "keys and secrets, where there are any"
    )
    go = ["the stack set", *([] if removal.retain_stacks else [stacks])]
    facts = (
        ("Stack set", f"{removal.stack_set.name} in {aws.region}{aws.at_endpoint}"),
        ("Regions", ", ".join(removal.regions) or "none"),
        ("Pace", pace(removal.preferences)),
        ("Will go", " and ".join(go)),
        ("Will stay", stay),
    )
    print_facts(console, facts)


def _lines(plan: Plan) -> Iterator[Line]:
    permissions, targets = plan.definition.permissions, plan.targets
    how = "service-managed" if permissions.is_service_managed else "self-managed"
    as_whom = ", as delegated administrator" if plan.stack_set.call_as == "DELEGATED_ADMIN" else ""
    aws = plan.stack_set.aws
    yield "Stack set", f"{plan.stack_set.name} in {aws.region} ({how}{as_whom}){aws.at_endpoint}"
    yield "Template", plan.definition.template.name
    count = len(targets.members)
    left_out = [
        f"{len(members):,} {why}"
        for members, why in ((targets.suspended, "suspended"), (targets.excluded, "excluded"))
        if members
    ]
    yield "Accounts", f"{count:,}" + (f" (left out: {', '.join(left_out)})" if left_out else "")
    units = Counter(member.unit.path for member in targets.members if member.unit)
    for path, number in units.items():
        yield "", f"{number:,} in {path}"
    yield "Regions", ", ".join(plan.regions)
    yield "Pace", pace(plan.preferences)
    if permissions.is_service_managed:
        yield "New accounts", _new_accounts(plan)
    if plan.monthly_cost:
        yield (
            "Costs",
            (
                f"{plan.monthly_cost:,.2f} USD a month and more: a key, and an empty secret for each"
                f" repository, in each of {len(plan.missing):,} new {plural('instance', len(plan.missing))}"
            ),
        )
    yield "Now", _now(plan)
    for operation in plan.existing.open_operations:
        yield "", f"{operation.action} is {operation.status}: {operation.id}"


def pace(preferences: Preferences) -> str:
    """Return how fast an operation goes, and when it gives up."""
    tolerance = preferences.failure_tolerance
    until = "whatever fails" if tolerance == ALL else f"until more than {tolerance} have failed"
    return f"{preferences.max_concurrent} of the accounts of a Region at once, {until}"


def _new_accounts(plan: Plan) -> str:
    permissions = plan.definition.permissions
    if not permissions.auto_deployment:
        return "get nothing until the next rollout"
    kept = "stay" if permissions.retain_stacks else "are deleted"
    after = f", after {', '.join(permissions.depends_on)}" if permissions.depends_on else ""
    return f"get the template by themselves{after}; the stacks of accounts that leave {kept}"


def _now(plan: Plan) -> str:
    if plan.existing.description is None:
        return "there is no such stack set"
    counts = Counter(plan.existing.instances.values())
    instances = ", ".join(f"{number:,} {status.lower()}" for status, number in sorted(counts.items()))
    count = len(plan.existing.instances)
    sentence = f"the set has {count:,} {plural('instance', count)}" + (f" ({instances})" if instances else "")
    if plan.elsewhere:
        sentence += f", {len(plan.elsewhere):,} of them outside these accounts and Regions"
    if plan.differences:
        sentence += f"; differs in {', '.join(plan.differences)}"
    return sentence


def _print_accounts(console: Console, plan: Plan) -> None:
    for member in plan.targets.members:
        where = f"  {member.unit.path}" if member.unit else ""
        states = Counter(_instance(plan, member.id, region) for region in plan.regions)
        state = ", ".join(f"{number} {status}" for status, number in states.items())
        console.print(Text(f"{member.id}  {member.name}{where}  ({state})"))


def _instance(plan: Plan, account: str, region: str) -> str:
    return plan.existing.instances.get((account, region), "NEW").lower()


def _management_note(plan: Plan) -> Iterator[str]:
    if plan.targets.management:
        template = plan.definition.template
        capabilities = {"capabilities": template.capabilities[0]} if template.capabilities else {}
        given = {
            name: value
            for name, value in plan.definition.parameters.items()
            if value != template.defaults[name]
        }
        deploy = invocation.aws_command(
            "cloudformation deploy",
            region=plan.regions[0],
            stack_name=plan.stack_set.name,
            template_file=f"templates/{template.name}.yaml",
            **capabilities,
            parameter_overrides=[f"{name}={value}" for name, value in given.items()],
        )
        yield (
            f"StackSets leaves out the management account {plan.targets.management.id}. Where it is needed"
            f" there, deploy it with that account's credentials: {deploy}"
        )

"""A rollout, from what is wanted to its end: planned, agreed to, carried out, followed, and gone on with."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from generator import names
from private_packages import invocation
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError, OrganizationError, StackSetError, WatchingEndedError
from private_packages.aws.organization import organization_check
from private_packages.aws.organization.account_check import Finding, Requirements
from private_packages.aws.organization.members import own_organization
from private_packages.aws.stack import stack
from private_packages.aws.stack_sets import administrator, existing, regions, targets
from private_packages.aws.stack_sets.definition import Definition
from private_packages.aws.stack_sets.existing import Operation, Purpose
from private_packages.aws.stack_sets.operation import CountBy, Progress, carry_out, follow
from private_packages.aws.stack_sets.plan import Plan, Step
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.removal import Removal
from private_packages.aws.stack_sets.stack_set import StackSet

CHECKED_AT_ONCE = 16
"""In how many accounts the role check beforehand looks at the same time."""


class Dialogue(Protocol):
    """Whom a rollout or a removal asks, and shows what goes on."""

    def note(self, sentence: str) -> None:
        """Tell something."""

    def agree(self, proposal: Plan | Removal) -> None:
        """Show what would be done and go on, or raise where the user does not agree."""

    def show(self, updates: Iterable[Progress]) -> Progress:
        """Show how far operations are until they have ended, and return how they did."""


@dataclass(frozen=True)
class Rollout:
    """What is wanted of a rollout."""

    aws: Aws
    name: str
    """The stack set's."""
    definition: Definition
    preferences: Preferences
    units: Sequence[str]
    accounts: Sequence[str]
    exclude: Sequence[str]
    regions: Sequence[str]
    build_roles: Sequence[str]
    """Those that the role check looks for; none where there is no check."""
    stack_name: str
    """The stack in this account that has secrets and key, for a template that wants to know them."""
    notes: Sequence[str] = ()
    """What is to be told with the plan."""

    def plan(self) -> Plan:
        """Look at what there is and return what would be done.

        Raises:
            UserError: it cannot be done, or AWS cannot be asked.
        """
        if self.definition.permissions.is_service_managed:
            found = own_organization(self.aws)
            definition = self._filled_in(found.id)
            stack_set = StackSet(self.aws, self.name, administrator.required(self.aws, found))
            definition = self._with_dependencies(definition, stack_set)
            reached = targets.in_organization(
                self.aws, found, units=self.units, accounts=self.accounts, exclude=self.exclude
            )
            organization = found.id
        else:
            definition, organization = self._filled_in(None), ""
            stack_set = StackSet(self.aws, self.name)
            reached = targets.self_managed(self.accounts)
        note = regions.require_enabled(self.aws, self.regions)
        return Plan(
            stack_set,
            definition,
            reached,
            self.regions,
            self.preferences,
            existing.look(stack_set),
            [*self.notes, *([note] if note else [])],
            organization,
        )

    def preflight(self, plan: Plan, role_name: str) -> list[Finding]:
        """Return what the role check finds in the accounts of a plan, asking what the template will ask.

        Raises:
            AwsError: there are no credentials to begin with.
        """
        given = plan.definition.parameters
        requirements = Requirements(
            build_roles=self.build_roles,
            minimum_role_version=given["MinimumRoleVersion"],
            stackery_stack_name=given["StackeryStackName"],
            stackery_stack_region=given["StackeryStackRegion"],
            organization_id=given["OrganizationId"],
        )
        aws, members = self.aws.for_many_accounts(), plan.targets.members
        return list(organization_check.check_members(aws, members, requirements, role_name, CHECKED_AT_ONCE))

    def _with_dependencies(self, definition: Definition, stack_set: StackSet) -> Definition:
        """Return the definition with the ARNs of the sets that it names as those to wait for."""
        arns = []
        for each in definition.permissions.depends_on:
            other = None if each.startswith("arn:") else replace(stack_set, name=each).describe()
            if other is None and not each.startswith("arn:"):
                raise StackSetError(
                    f"There is no stack set {each} in {self.aws.region}: correct --depends-on."
                )
            arns.append(other["StackSetARN"] if other else each)
        return replace(definition, permissions=replace(definition.permissions, depends_on=tuple(arns)))

    def _filled_in(self, organization_id: str | None) -> Definition:
        """Return the definition with what its form does not say, but is known here.

        That is the caller's organization, so that nothing that a function in an account answers decides who
        may read; or the ARNs of secrets and key.
        """
        form = self.definition.parameters
        if names.SECRET_ARNS in form:
            is_said = form[names.SECRET_ARNS] and form[names.KEY_ARN]
            return self.definition if is_said else self.definition.filled_in(self._arns())
        if form["OrganizationId"]:
            return self.definition
        try:
            own = organization_id or own_organization(self.aws).id
            return self.definition.filled_in({"OrganizationId": own})
        except (AwsError, OrganizationError) as error:
            raise StackSetError(
                f"Give the organization of the accounts, --parameter OrganizationId=ID: {error}"
            ) from error

    def _arns(self) -> dict[str, str]:
        """Return the ARNs of secrets and key, from the outputs of the stack."""
        description = stack.find(self.aws, self.stack_name)
        outputs = stack.outputs(description) if description else {}
        secrets = names.secret_arns(outputs)
        if not secrets or names.KEY_ARN not in outputs:
            raise StackSetError(
                f"Give --stack-name, or --parameter {names.SECRET_ARNS}=ARN,… and --parameter"
                f" {names.KEY_ARN}=ARN, from the outputs of the stack in the account that keeps the tokens:"
                f" there is no stack {self.stack_name} with these in {self.aws.region} of account"
                f" {self.aws.identity.account}."
            )
        found = {
            names.SECRET_ARNS: ",".join(secrets[each] for each in sorted(secrets)),
            names.KEY_ARN: outputs[names.KEY_ARN],
        }
        for name, value in found.items():
            if fault := self.definition.template.fault(name, value):
                raise StackSetError(
                    f"Give --parameter {name} for what these builds read: of the outputs of the stack"
                    f" {self.stack_name}, it takes not all. {fault}"
                )
        return found

    def start(
        self, dialogue: Dialogue, count_by: CountBy, consent: Collection[str] = ()
    ) -> tuple[Plan, Progress | None]:
        """Roll out: join what runs already, then do what is due, one operation after the other where need be.

        Args:
            dialogue: whom to ask.
            count_by: what the results are counted by.
            consent: the options that the user gave to say that something is wanted all the same.

        Returns:
            The last plan, and how its operations ended; None where there was nothing to do.

        Raises:
            WatchingEndedError: the user stopped watching; what was started goes on.
            UserError: it cannot be done, or AWS cannot be asked.
        """
        plan, progress = self.plan(), None
        while True:
            plan.existing.require_no_other_operation(plan.stack_set, Purpose.START)
            if plan.existing.open_operations:
                dialogue.note("A rollout runs already: following it.")
                progress = watch(plan.stack_set, plan.existing.open_operations, dialogue, count_by)
                plan = self.plan()
            if not _is_due(plan, progress):
                return plan, progress
            plan.require_consent(consent)
            dialogue.agree(plan)
            started = begin(plan.stack_set, plan.steps)
            progress = watch(plan.stack_set, started, dialogue, count_by)
            if len(started) == sum(1 for step in plan.steps if step.purpose):
                return plan, progress
            # The set takes one operation at a time: the rest is another plan.
            plan = self.plan()


def _is_due(plan: Plan, progress: Progress | None) -> bool:
    """Return whether there is something to do; what has failed just now is not tried again right away."""
    if progress is None:
        return bool(plan.steps)
    return bool(plan.missing or plan.differences)


@dataclass(frozen=True)
class Removed:
    """What came of a removal."""

    removal: Removal
    """What is left, as it was seen last."""
    progress: Progress | None
    """How the last operations ended; None where there was nothing to delete."""
    is_gone: bool


def remove(
    stack_set: StackSet,
    preferences: Preferences,
    dialogue: Dialogue,
    count_by: CountBy,
    *,
    retain_stacks: bool = False,
) -> Removed:
    """Remove a stack set and its instances: join a removal that runs already, or begin one.

    Raises:
        WatchingEndedError: the user stopped watching; what was started goes on.
        UserError: it cannot be done, or AWS cannot be asked.
    """

    def look() -> Removal:
        return Removal(stack_set, existing.look(stack_set), preferences, retain_stacks)

    def delete_instances() -> Progress | None:
        started = begin(stack_set, removal.steps())
        return watch(stack_set, started, dialogue, count_by) if started else None

    removal = look()
    if removal.existing.description is None:
        return Removed(removal, None, is_gone=True)
    removal.existing.require_no_other_operation(stack_set, Purpose.REMOVE)
    if removal.existing.open_operations:
        dialogue.note("A removal runs already: following it.")
        progress: Progress | None = watch(stack_set, removal.existing.open_operations, dialogue, count_by)
    else:
        dialogue.agree(removal)
        progress = delete_instances()
    removal = look()
    if removal.has_only_suspended:
        # Those that were found suspended only when their turn came.
        progress = delete_instances()
        removal = look()
    went_well = progress is None or progress.succeeded
    return Removed(removal, progress, is_gone=went_well and removal.finish())


def begin(stack_set: StackSet, steps: Iterable[Step]) -> list[Operation]:
    """Carry out steps, and return the operations that they started.

    Raises:
        WatchingEndedError: the user interrupted it; what was started goes on.
        AwsError: AWS cannot be asked, or refuses.
    """
    try:
        return list(carry_out(stack_set, steps))
    except KeyboardInterrupt:
        raise WatchingEndedError(_goes_on()) from None


def watch(
    stack_set: StackSet, operations: Iterable[Operation], dialogue: Dialogue, count_by: CountBy
) -> Progress:
    """Show operations until they are over, and return how they ended.

    Raises:
        WatchingEndedError: the user had enough of watching; the operations go on.
        AwsError: AWS cannot be asked.
    """
    try:
        return dialogue.show(follow(stack_set, operations, count_by, sleep=time.sleep))
    except KeyboardInterrupt:
        raise WatchingEndedError(_goes_on()) from None


def _goes_on() -> str:
    """Return what to say to who ends this while an operation runs."""
    return (
        "Stopped watching, but what was started goes on in the accounts: watch it again with"
        f" `{invocation.command('rollout watch')}`, or stop it with `{invocation.command('rollout stop')}`."
    )

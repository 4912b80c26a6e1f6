"""The Stackery Role's versions that the role check found in the accounts that passed it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from private_packages.aws.aws import asking
from private_packages.aws.clients import Caller
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.in_each import in_each
from private_packages.aws.stack import stack
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.text import one_line

ACTIONS = ("cloudformation:DescribeStacks",)
"""What is called in the accounts."""
AT_ONCE = 16
"""How many accounts are asked at the same time."""


def add(instances: Sequence[Instance], assume: Callable[[str], Caller]) -> list[Instance]:
    """Return the instances with the versions that can be read in their accounts.

    Args:
        instances: those of a stack set; only the ones that are done are asked about.
        assume: returns AWS as it is reached in an account, or raises AwsError.
    """
    by_account: dict[str, list[Instance]] = {}
    for instance in instances:
        if instance.outcome is Outcome.DONE and instance.stack_id:
            by_account.setdefault(instance.account, []).append(instance)

    def read(account: str) -> dict[str, str]:
        try:
            caller = assume(account)
        except AwsError:
            return {}
        return {each.stack_id: _version(caller, each) for each in by_account[account]}

    found: dict[str, str] = {}
    for _, own in in_each(by_account, read, AT_ONCE):
        found |= own or {}
    return [replace(each, version=found.get(each.stack_id, each.version)) for each in instances]


def _version(caller: Caller, instance: Instance) -> str:
    try:
        cloudformation = caller.client("cloudformation", region_name=instance.region)
        with asking(f"read {instance.stack_id}"):
            found = cloudformation.describe_stacks(StackName=instance.stack_id)["Stacks"][0]
    except AwsError:
        return ""
    return one_line(stack.outputs(found).get("StackeryRoleVersion", ""), 100)

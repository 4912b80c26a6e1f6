"""The Stackery Role's versions that the role check found in the accounts that passed it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rollout import stack
from rollout.aws import Aws, asking
from rollout.errors import AwsError
from rollout.stack_sets.instances import Instance, Outcome

ROLE_NAME = "OrganizationAccountAccessRole"
"""The role that AWS Organizations puts into the accounts that it creates."""
AT_ONCE = 16
"""How many accounts are asked at the same time."""


def add(aws: Aws, instances: Sequence[Instance], role_name: str) -> list[Instance]:
    """Return the instances with the versions that can be read in their accounts through this role.

    Raises:
        AwsError: there are no credentials to assume the role with.
    """
    identity = aws.identity
    by_account: dict[str, list[Instance]] = {}
    for instance in instances:
        if instance.outcome is Outcome.DONE and instance.stack_id:
            by_account.setdefault(instance.account, []).append(instance)

    def read(account: str) -> dict[str, str]:
        role_arn = f"arn:{identity.partition}:iam::{account}:role/{role_name}"
        return _versions(aws, role_arn, by_account[account])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {stack_id: version for own in pool.map(read, by_account) for stack_id, version in own.items()}
    return [replace(each, version=found.get(each.stack_id, each.version)) for each in instances]


def _versions(aws: Aws, role_arn: str, instances: Sequence[Instance]) -> dict[str, str]:
    """Return the versions in one account by the stacks' ids; what cannot be read is unknown."""
    try:
        own = aws.assume(role_arn)
    except AwsError:
        return {}
    return {instance.stack_id: _version(own, instance) for instance in instances}


def _version(aws: Aws, instance: Instance) -> str:
    try:
        cloudformation = aws.client("cloudformation", region_name=instance.region)
        with asking(f"read {instance.stack_id}"):
            found = cloudformation.describe_stacks(StackName=instance.stack_id)["Stacks"][0]
    except AwsError:
        return ""
    return stack.outputs(found).get("StackeryRoleVersion", "")

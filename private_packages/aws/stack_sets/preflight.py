"""The role check before a rollout, in the accounts that it would go to."""

from private_packages.aws.organization import organization_check
from private_packages.aws.organization.account_check import Finding, Requirements
from private_packages.aws.stack_sets.plan import Plan
from private_packages.aws.stack_sets.rollout import Rollout

CONCURRENCY = 16


def check(rollout: Rollout, plan: Plan, role_name: str) -> list[Finding]:
    """Return what the role check finds in the accounts of a plan, asked for what the template will ask for.

    Raises:
        AwsError: there are no credentials to begin with.
    """
    aws = rollout.aws.for_many_accounts()
    given = plan.definition.parameters
    requirements = Requirements(
        build_roles=rollout.build_roles,
        minimum_role_version=given["MinimumRoleVersion"],
        stackery_stack_name=given["StackeryStackName"],
        stackery_stack_region=given["StackeryStackRegion"],
        organization_id=given["OrganizationId"],
    )
    return list(
        organization_check.check_members(aws, plan.targets.members, requirements, role_name, CONCURRENCY)
    )

"""The role check before a rollout, in the accounts that it would go to."""

from rich.text import Text

from private_packages.aws.organization import organization_check
from private_packages.aws.organization.account_check import Finding, Requirements
from private_packages.aws.organization.members import own_organization
from private_packages.aws.stack_sets.plan import Plan, plural
from private_packages.commands.printing import progress_console
from private_packages.commands.rollout.request import Request

CONCURRENCY = 16


def check(request: Request, plan: Plan, role_name: str) -> list[Finding]:
    """Return what the role check finds in the accounts of a plan, asked for what the template will ask for.

    Raises:
        AwsError: there are no credentials to begin with.
    """
    aws = request.aws.for_many_accounts()
    given, members = plan.definition.parameters, plan.targets.members
    requirements = Requirements(
        build_roles=request.build_roles,
        minimum_role_version=given["MinimumRoleVersion"],
        stackery_stack_name=given["StackeryStackName"],
        stackery_stack_region=given["StackeryStackRegion"],
        organization_id=given["OrganizationId"] or own_organization(aws).id,
    )
    count = len(members)
    progress_console().print(Text(f"Checking {count:,} {plural('account', count)}…"))
    return list(organization_check.check_members(aws, members, requirements, role_name, CONCURRENCY))

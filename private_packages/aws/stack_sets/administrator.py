"""Who may roll out to an organization: its management account, or a delegated administrator for StackSets."""

from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws, asking
from private_packages.aws.errors import AwsError, OrganizationError, StackSetError
from private_packages.aws.organization import members
from private_packages.aws.organization.members import Organization
from private_packages.aws.stack_sets.stack_set import CallAs

SERVICE_PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
"""StackSets, as Organizations names it: there stacksets.cloudformation.amazonaws.com is not a service."""


def required(aws: Aws, found: Organization) -> CallAs:
    """Return how the caller has to call StackSets to deploy to the accounts of the organization.

    Raises:
        StackSetError: the caller's account may not, or StackSets has no access to the organization.
        AwsError: AWS cannot be asked.
    """
    account, unseen = aws.identity.account, ""
    try:
        call_as = _call_as(aws, found)
    except AwsError as error:
        if error.code not in DENIED:
            raise
        # So it answers to who is no administrator of any service, and to who lacks the permission.
        call_as = None
        unseen = ". If it is one already, get organizations:ListDelegatedAdministrators there."
    if call_as is None:
        make = invocation.aws_command(
            "organizations register-delegated-administrator",
            region=None,
            account_id=account,
            service_principal=SERVICE_PRINCIPAL,
        )
        raise StackSetError(
            f"Account {account} may not roll out to the organization: use a --profile of its management"
            f" account {found.management_account} or of a delegated administrator, or let the management"
            f" account make this one such: {make}{unseen}"
        )
    with asking("see whether StackSets has access to the organization"):
        access = aws.client("cloudformation").describe_organizations_access(CallAs=call_as)
    if access["Status"] != "ENABLED":
        enable = invocation.aws_command("cloudformation activate-organizations-access", region=aws.region)
        raise StackSetError(
            "StackSets has no access to the organization: let an administrator of the management account"
            f" {found.management_account} enable it: {enable}"
        )
    return call_as


def assumed(aws: Aws) -> CallAs:
    """Return how the caller has to call StackSets about a set that is there already.

    Who is neither management account nor delegated administrator can only have sets of its own.

    Raises:
        AwsError: AWS cannot be asked.
    """
    try:
        return _call_as(aws, members.own_organization(aws)) or "SELF"
    except OrganizationError:
        return "SELF"
    except AwsError as error:
        if error.code in DENIED:
            return "SELF"
        raise


def _call_as(aws: Aws, found: Organization) -> CallAs | None:
    if aws.identity.account == found.management_account:
        return "SELF"
    with asking("list the delegated administrators"):
        pages = aws.client("organizations").get_paginator("list_delegated_administrators")
        administrators = {
            administrator["Id"]
            for page in pages.paginate(ServicePrincipal=SERVICE_PRINCIPAL)
            for administrator in page["DelegatedAdministrators"]
        }
    return "DELEGATED_ADMIN" if aws.identity.account in administrators else None

"""The role check in each account of an organization with botocove, so many at once: cove.py NUMBER."""

import sys
from typing import Any

import boto3
from botocove import cove

from custom_resource import role_check


def _complete(parsed: dict[str, Any], **_: object) -> None:
    """Put back what botocove needs: Status is gone from AWS's answers, and the imitation has no address."""
    for account in parsed["Accounts"]:
        account |= {"Status": account["State"], "Arn": account["Id"], "Email": account["Id"]}


def main(at_once: int) -> None:
    """Check all accounts, and fail where one is not ready."""
    session = boto3.Session()
    session.events.register("after-call.organizations.ListAccounts", _complete)
    organization = session.client("organizations").describe_organization()["Organization"]["Id"]
    properties = {
        "BuildRoles": ["stackery/stackery-factory-role", "stackery/stackery-deployer"],
        "MinimumRoleVersion": "1.25.0",
        "StackeryStackName": "stackery",
        "OrganizationId": organization,
        "RoleCheck": "Enforce",
    }

    @cove(assuming_session=session, thread_workers=at_once)  # type: ignore[untyped-decorator]
    def check(account: Any) -> Any:
        stack = f"arn:aws:cloudformation:us-east-1:{account.session_information['Id']}:stack/check/none"
        return role_check.check(properties, stack, account)

    found = check()
    sys.exit(f"{found}" if found["Exceptions"] or found["FailedAssumeRole"] else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))

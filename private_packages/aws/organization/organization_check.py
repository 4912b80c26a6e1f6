"""A check of many accounts at once, by a role that is assumed in each."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from private_packages.aws.aws import DENIED, EXPIRED, Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import Check, Finding, Verdict
from private_packages.aws.organization.in_each import LATE, in_each
from private_packages.aws.organization.members import Member
from private_packages.aws.text import one_line

if TYPE_CHECKING:
    from private_packages.aws.organization.roles import Roles

ROLE_NAME = "OrganizationAccountAccessRole"
"""What Organizations names the role in the accounts that it makes; the management account may assume it."""

_LATE = f"Try again: AWS did not answer for this account within the {LATE} seconds that it got."


def check_members(
    aws: Aws, members: Sequence[Member], check: Check, role_name: str, concurrency: int
) -> Generator[Finding, None, None]:
    """Check accounts at once, that of the caller without a role, and yield each finding as it comes.

    An account that cannot be checked is a finding, too. Where the iterator is closed early, no further check
    begins; those that have begun are left to themselves. Without an organization's id in the role
    check's requirements, each account looks it up anew.

    Raises:
        AwsError: there are no credentials to begin with, or they have expired meanwhile.
    """
    roles = aws.roles(role_name, actions=check.actions, connections=concurrency)
    checks = _Checks(aws, roles, role_name, check, own_account=aws.identity.account)
    expired: list[AwsError] = []
    # What has begun when the credentials expire has credentials of its own.
    accounts = (member.id for member in members if not expired)
    for account, found in in_each(accounts, checks.of, concurrency):
        if isinstance(found, AwsError):
            expired.append(found)
        else:
            yield found or checks.unread(account, _LATE)
    if expired:
        raise expired[0]


@dataclass(frozen=True)
class _Checks:
    """The check of any account."""

    aws: Aws
    roles: "Roles"
    role_name: str
    check: Check
    own_account: str

    def of(self, account: str) -> Finding | AwsError:
        """Return what is found in the account, whatever happens; an error that is no account's own."""
        try:
            caller = self.aws if account == self.own_account else self.roles.assume(account)
            return self.check.of(caller)
        except AwsError as error:
            if error.code in EXPIRED:
                return error
            next_step = self._next_step(error, account)
        except Exception as error:  # noqa: BLE001 - no account may stop the others
            next_step = f"Report this: {type(error).__name__}: {one_line(error, 500)}"
        return self.unread(account, next_step)

    def unread(self, account: str, next_step: str) -> Finding:
        """Return the finding of an account that cannot be checked."""
        return Finding(
            account=account,
            verdict=Verdict.UNREACHABLE,
            organization_id=self.check.organization_id or None,
            next_step=next_step,
        )

    def _next_step(self, error: AwsError, account: str) -> str:
        if error.code not in DENIED:
            return f"Try again: {error}"
        return (
            f"Let {self.aws.identity.arn} assume the role {self.role_name} in account {account}, or name"
            f" another role: {error.code}: {error.said[:500]}"
        )

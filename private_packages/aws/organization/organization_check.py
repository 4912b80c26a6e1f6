"""The role check of many accounts at once, by a role that is assumed in each."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

from private_packages.aws.aws import DENIED, Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import Finding, Requirements, Verdict, check_account
from private_packages.aws.organization.members import Member
from private_packages.aws.text import one_line

if TYPE_CHECKING:
    from private_packages.aws.organization.roles import Roles

ROLE_NAME = "OrganizationAccountAccessRole"
"""What Organizations names the role in the accounts that it makes; the management account may assume it."""

ACTIONS = (
    "iam:GetRole",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "organizations:DescribeOrganization",
)
"""What the check calls in an account. The role that is assumed there is held to these, whatever it may do."""


def check_members(
    aws: Aws, members: Sequence[Member], requirements: Requirements, role_name: str, concurrency: int
) -> Generator[Finding, None, None]:
    """Check accounts at once, that of the caller without a role, and yield each finding as it comes.

    An account that cannot be checked is a finding, too. Where the iterator is closed early, no further check
    begins; those that have begun are left to themselves. Without an organization's id in the requirements,
    each account looks it up anew.

    Raises:
        AwsError: there are no credentials to begin with.
    """
    roles = aws.roles(role_name, actions=ACTIONS, connections=concurrency)
    check = _Check(aws, roles, role_name, requirements, own_account=aws.identity.account)
    waiting: SimpleQueue[str] = SimpleQueue()
    findings: SimpleQueue[Finding] = SimpleQueue()
    closed = Event()
    for member in members:
        waiting.put(member.id)

    def work() -> None:
        while not closed.is_set():
            try:
                account = waiting.get_nowait()
            except Empty:
                return
            findings.put(check.of(account))

    try:
        # Not an executor, whose threads would keep the process from ending when its user has had enough.
        for _ in range(min(concurrency, len(members))):
            Thread(target=work, daemon=True).start()
        for _ in members:
            yield findings.get()
    finally:
        closed.set()


@dataclass(frozen=True)
class _Check:
    """The check of any account."""

    aws: Aws
    roles: "Roles"
    role_name: str
    requirements: Requirements
    own_account: str

    def of(self, account: str) -> Finding:
        """Return what is found in the account, whatever happens."""
        try:
            caller = self.aws if account == self.own_account else self.roles.assume(account)
            return check_account(caller, self.requirements)
        except AwsError as error:
            next_step = self._next_step(error, account)
        except Exception as error:  # noqa: BLE001 - no account may stop the others
            next_step = f"Report this: {type(error).__name__}: {one_line(error, 500)}"
        return Finding(
            account=account,
            verdict=Verdict.UNREACHABLE,
            organization_id=self.requirements.organization_id or None,
            next_step=next_step,
        )

    def _next_step(self, error: AwsError, account: str) -> str:
        if error.code not in DENIED:
            return f"Try again: {error}"
        return (
            f"Let {self.aws.identity.arn} assume the role {self.role_name} in account {account}, or name"
            f" another role: {error.code}: {error.said[:500]}"
        )

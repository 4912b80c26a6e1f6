"""The role check of many accounts at once, by a role that is assumed in each."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

from private_packages.aws.aws import DENIED, EXPIRED, Aws
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
        AwsError: there are no credentials to begin with, or they have expired meanwhile.
    """
    roles = aws.roles(role_name, actions=ACTIONS, connections=concurrency)
    check = _Check(aws, roles, role_name, requirements, own_account=aws.identity.account)
    waiting: SimpleQueue[str] = SimpleQueue()
    findings: SimpleQueue[Finding | AwsError | None] = SimpleQueue()  # None where a thread has ended
    closed = Event()
    for member in members:
        waiting.put(member.id)

    def work() -> None:
        while not closed.is_set():
            try:
                account = waiting.get_nowait()
            except Empty:
                break
            found = check.of(account)
            findings.put(found)
            if isinstance(found, AwsError):
                closed.set()  # what has begun has credentials of its own
        findings.put(None)

    try:
        # Not an executor, whose threads would keep the process from ending when its user has had enough.
        threads = min(concurrency, len(members))
        for _ in range(threads):
            Thread(target=work, daemon=True).start()
        yield from _as_they_come(findings, threads)
    finally:
        closed.set()


def _as_they_come(findings: "SimpleQueue[Finding | AwsError | None]", threads: int) -> Iterator[Finding]:
    """Yield findings until all threads have ended, and raise then what is no account's own."""
    expired: AwsError | None = None
    while threads:
        found = findings.get()
        if isinstance(found, Finding):
            yield found
        elif found is None:
            threads -= 1
        else:
            expired = found
    if expired:
        raise expired


@dataclass(frozen=True)
class _Check:
    """The check of any account."""

    aws: Aws
    roles: "Roles"
    role_name: str
    requirements: Requirements
    own_account: str

    def of(self, account: str) -> Finding | AwsError:
        """Return what is found in the account, whatever happens; an error that is no account's own."""
        try:
            caller = self.aws if account == self.own_account else self.roles.assume(account)
            return check_account(caller, self.requirements)
        except AwsError as error:
            if error.code in EXPIRED:
                return error
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

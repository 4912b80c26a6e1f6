"""The role check of many accounts at once: whatever one account does, the others are told truly."""

import gc
import json
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.client import BaseClient

from generator import configuration
from generator.stackery_role import FUNCTION_ROLE
from generator.templates import TEMPLATES
from private_packages.aws.aws import sign_in
from private_packages.aws.errors import AwsError
from private_packages.aws.organization import in_each
from private_packages.aws.organization.account_check import Finding, Requirements, Verdict
from private_packages.aws.organization.members import Member, select
from private_packages.aws.organization.organization_check import check_members
from private_packages.aws.organization.roles import Roles
from tests.aws import RawAnswer
from tests.moto_organization import BUILD_ROLES, ROLE, Call, MotoOrganization, refusal, running, timeout
from tests.organization_server import MANAGEMENT_ACCOUNT, Account
from tests.organization_server import running as serving

pytestmark = pytest.mark.usefixtures("pauses")


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoOrganization]:
    with running(monkeypatch) as organization:
        yield organization


def check(organization: MotoOrganization, concurrency: int = 4, **changes: Any) -> dict[str, Finding]:
    """Return what is found in each account but the management account."""
    members = select(organization.aws, exclude=[organization.management_account]).active
    requirements = Requirements(BUILD_ROLES, **{"organization_id": organization.id} | changes)
    organization.calls.clear()
    findings = list(check_members(organization.aws, members, requirements, ROLE, concurrency))
    assert len(findings) == len(members)
    return {finding.account: finding for finding in findings}


def hang(call: Call) -> RawAnswer | None:
    """Let one Region not answer."""
    if (call.operation, call.region) == ("DescribeStacks", "ap-south-1"):
        raise timeout(call)
    return None


def account_of(call: Call) -> str:
    """Return the account that a call to assume a role is about."""
    return call.parameters["RoleArn"].split(":")[4]


class TestAnOrganizationOfManyAccounts:
    @pytest.mark.slow
    def test_each_account_gets_its_own_verdict(self, organization: MotoOrganization) -> None:
        expected: dict[str, tuple[Verdict, str | None]] = {
            organization.builder(f"new-{n}", f"1.{n}.0"): (Verdict.READY, f"1.{n}.0") for n in range(25, 37)
        }
        expected |= {
            organization.builder(f"old-{n}", f"1.{n}.0"): (Verdict.UPGRADE, f"1.{n}.0") for n in (3, 24)
        }
        expected |= {organization.account("none"): (Verdict.MISSING, None)}
        expected |= {organization.builder("far", "2.0.1", "eu-west-1"): (Verdict.READY, "2.0.1")}
        stackless = organization.account("stackless")
        organization.install_build_roles(stackless)
        expected |= {stackless: (Verdict.MISSING, None)}
        denied = organization.builder("denied")
        expected |= {denied: (Verdict.UNREACHABLE, None)}
        suspended = organization.builder("suspended")
        organization.suspend(suspended)

        def deny(call: Call) -> RawAnswer | None:
            if call.operation == "AssumeRole" and account_of(call) == denied:
                return refusal("AccessDenied", "User: me is not authorized to perform: sts:AssumeRole", 403)
            return None

        organization.faults.append(deny)
        found = check(organization)

        assert {id_: (finding.verdict, finding.version) for id_, finding in found.items()} == expected
        assert found[denied].next_step == (
            f"Let arn:aws:sts::{organization.management_account}:user/moto assume the role {ROLE} in account"
            f" {denied}, or name another role: AccessDenied: User: me is not authorized to perform:"
            " sts:AssumeRole"
        )
        assert {finding.organization_id for finding in found.values()} == {organization.id}
        assert organization.asked("DescribeOrganization") == []

    def test_the_callers_own_account_needs_no_role(self, organization: MotoOrganization) -> None:
        own = organization.management_account
        organization.install(own, "1.25.0")
        members = [Member(own, "master", is_active=True)]
        organization.calls.clear()
        [finding] = check_members(organization.aws, members, Requirements(BUILD_ROLES), ROLE, 1)
        assert (finding.account, finding.verdict) == (own, Verdict.READY)
        assert organization.asked("AssumeRole") == []

    def test_the_role_that_is_named_is_assumed_for_little_time(self, organization: MotoOrganization) -> None:
        account = organization.builder("one")
        members = select(organization.aws, accounts=[account]).active
        list(check_members(organization.aws, members, Requirements(BUILD_ROLES), "path/audit", 1))
        last = organization.asked("AssumeRole")[-1].parameters
        assert last["RoleArn"] == f"arn:aws:iam::{account}:role/path/audit"
        assert last["DurationSeconds"] == "900"

    def test_the_role_is_held_to_what_the_check_calls(self, organization: MotoOrganization) -> None:
        organization.builder("one")
        check(organization)
        [call] = organization.asked("AssumeRole")
        [statement] = json.loads(call.parameters["Policy"])["Statement"]
        assert statement["Effect"] == "Allow"
        assert statement["Action"] == list(Requirements.actions)

    def test_what_the_check_calls_is_what_the_template_allows_its_function(self) -> None:
        resources = TEMPLATES["role-check"](configuration.DEFAULT).to_dict()["Resources"]
        [policy] = resources[FUNCTION_ROLE]["Properties"]["Policies"]
        statements = policy["PolicyDocument"]["Statement"]
        allowed = {action for statement in statements for action in statement["Action"]}
        assert {action for action in allowed if not action.startswith("logs:")} == set(Requirements.actions)


class TestWhenAwsHasTrouble:
    @pytest.mark.slow
    def test_throttled_calls_are_made_again(
        self, organization: MotoOrganization, pauses: list[float]
    ) -> None:
        accounts = {organization.builder(f"account-{number}") for number in range(6)}
        asked: Counter[tuple[str, ...]] = Counter()

        def throttle(call: Call) -> RawAnswer | None:
            if call.operation in ("GetRole", "DescribeStacks"):
                asked[call.key, *call.parameters.values()] += 1
                if asked[call.key, *call.parameters.values()] <= 2:
                    return refusal("Throttling", "Rate exceeded")
            elif call.operation == "AssumeRole" and len(organization.asked("AssumeRole")) <= 2:
                return refusal("Throttling", "Rate exceeded")
            return None

        organization.faults.append(throttle)
        found = check(organization)
        assert {account: finding.verdict for account, finding in found.items()} == dict.fromkeys(
            accounts, Verdict.READY
        )
        assert len(pauses) == 2 * 3 * len(accounts) + 2

    def test_an_account_that_stays_throttled_does_not_stop_the_others(
        self, organization: MotoOrganization
    ) -> None:
        accounts = [organization.builder(f"account-{number}") for number in range(6)]
        keys: dict[str, str] = {}

        def throttle(call: Call) -> RawAnswer | None:
            return refusal("Throttling", "Rate exceeded") if call.key == keys.get(accounts[2]) else None

        organization.faults.append(throttle)
        assume = Roles.assume

        def assume_and_tell(self: Roles, account: str) -> Any:
            caller = assume(self, account)
            keys[account] = str(caller.credentials.access_key)
            return caller

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Roles, "assume", assume_and_tell)
            found = check(organization)
        assert found.pop(accounts[2]).next_step.startswith(
            f"Try again, and if it stays, allow iam:GetRole in account {accounts[2]}: Throttling: "
        )
        assert {finding.verdict for finding in found.values()} == {Verdict.READY}
        attempts = [call for call in organization.asked("GetRole") if call.key == keys[accounts[2]]]
        assert len(attempts) == 5

    def test_a_region_that_times_out_hides_no_stack_elsewhere(self, organization: MotoOrganization) -> None:
        near = organization.builder("near")
        far = organization.builder("far", region="eu-west-1")
        stackless = organization.account("stackless")
        organization.install_build_roles(stackless)

        organization.faults.append(hang)
        found = check(organization)
        assert {found[near].verdict, found[far].verdict} == {Verdict.READY}
        assert found[stackless].verdict is Verdict.UNREACHABLE
        assert found[stackless].next_step.endswith("Could not look in ap-south-1 (ConnectTimeoutError).")

    @pytest.mark.slow
    def test_a_region_that_times_out_for_many_accounts_is_soon_asked_only_once_for_each(
        self, organization: MotoOrganization
    ) -> None:
        for number in range(16):
            organization.install_build_roles(organization.account(f"account-{number}"))

        organization.faults.append(hang)
        found = check(organization)
        assert {finding.verdict for finding in found.values()} == {Verdict.UNREACHABLE}
        attempts = [call for call in organization.asked("DescribeStacks") if call.region == "ap-south-1"]
        assert 16 <= len(attempts) < 16 * 5

    def test_what_nobody_thought_of_stops_no_other_account(
        self, organization: MotoOrganization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fine, strange = organization.builder("fine"), organization.builder("strange")
        of = Requirements.of

        def fail(requirements: Requirements, caller: Any) -> Finding:
            if caller.identity.account == strange:
                raise ZeroDivisionError("of\nall")
            return of(requirements, caller)

        monkeypatch.setattr(Requirements, "of", fail)
        found = check(organization)
        assert found[fine].verdict is Verdict.READY
        assert found[strange].verdict is Verdict.UNREACHABLE
        assert found[strange].next_step == "Report this: ZeroDivisionError: of all"

    def test_assuming_that_fails_otherwise_says_to_try_again(self, organization: MotoOrganization) -> None:
        account = organization.builder("one")
        organization.faults.append(
            lambda call: refusal("RegionDisabledException") if call.operation == "AssumeRole" else None
        )
        assert check(organization)[account].next_step == (
            f"Try again: Cannot assume arn:aws:iam::{account}:role/{ROLE} (RegionDisabledException): said"
            " AWS."
        )

    def test_without_credentials_nothing_begins(self, organization: MotoOrganization) -> None:
        account = organization.builder("one")
        organization.faults.append(lambda _: refusal("ExpiredToken"))
        members = [Member(account, "one", is_active=True)]
        with pytest.raises(AwsError, match="The AWS credentials have expired"):
            list(check_members(organization.aws, members, Requirements(BUILD_ROLES), ROLE, 1))

    def test_credentials_that_expire_meanwhile_are_no_account_s_fault(
        self, organization: MotoOrganization
    ) -> None:
        for number in range(9):
            organization.builder(f"account-{number}")
        assumed: list[str] = []

        def expire(call: Call) -> RawAnswer | None:
            if call.operation == "AssumeRole":
                assumed.append(account_of(call))
                return refusal("ExpiredToken") if len(assumed) > 3 else None
            return None

        organization.faults.append(expire)
        members = select(organization.aws, exclude=[organization.management_account]).active
        found: list[Finding] = []
        with pytest.raises(AwsError, match="The AWS credentials have expired"):
            found.extend(iter(check_members(organization.aws, members, Requirements(BUILD_ROLES), ROLE, 3)))
        assert {finding.verdict for finding in found} <= {Verdict.READY}
        assert len(assumed) <= 6


@pytest.mark.slow
class TestManyAtOnce:
    def test_an_account_that_does_not_answer_is_told_as_such(
        self, organization: MotoOrganization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fine, silent = organization.builder("fine"), organization.builder("silent")
        ended, of = threading.Event(), Requirements.of

        def wait(requirements: Requirements, caller: Any) -> Finding:
            if caller.identity.account == silent:
                ended.wait()
            return of(requirements, caller)

        monkeypatch.setattr(Requirements, "of", wait)
        monkeypatch.setattr(in_each, "LATE", 2)
        found = check(organization)
        ended.set()
        assert found[fine].verdict is Verdict.READY
        assert found[silent].verdict is Verdict.UNREACHABLE
        assert found[silent].next_step.startswith("Try again: AWS did not answer for this account within")

    def test_who_stops_listening_stops_the_checks(self, organization: MotoOrganization) -> None:
        for number in range(16):
            organization.builder(f"account-{number}")
        members = select(organization.aws).active
        organization.calls.clear()
        threads = set(threading.enumerate())
        checks = check_members(organization.aws, members, Requirements(BUILD_ROLES), ROLE, 2)
        next(checks)
        checks.close()
        for thread in set(threading.enumerate()) - threads:
            thread.join(10)
        assert len(organization.asked("AssumeRole")) < 10

    def test_neither_clients_nor_sessions_become_more_with_the_accounts(
        self, organization: MotoOrganization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[int] = []
        create = botocore.session.Session.create_client

        def count(self: Any, *arguments: Any, **options: Any) -> Any:
            made.append(1)
            return create(self, *arguments, **options)

        def clients_for_the_check() -> int:
            made.clear()
            check(organization)
            return len(made)

        def alive() -> int:
            gc.collect()
            return sum(isinstance(thing, BaseClient) for thing in gc.get_objects())

        for number in range(4):
            organization.builder(f"account-{number}")
        monkeypatch.setattr(botocore.session.Session, "create_client", count)
        few = clients_for_the_check()
        before = alive()
        monkeypatch.undo()
        for number in range(4, 12):
            organization.builder(f"account-{number}")
        monkeypatch.setattr(botocore.session.Session, "create_client", count)
        assert clients_for_the_check() == few
        assert alive() <= before


class TestWhoseCredentialsSign:
    @pytest.mark.server
    def test_each_call_is_signed_for_the_account_that_it_is_about(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server knows each account by its signature alone, and refuses a wrong one."""
        regions = ("us-east-1", "eu-west-1", "ap-southeast-2")
        accounts = [
            Account(f"{100000000000 + number}", version=f"1.25.{number}", region=regions[number % 3])
            for number in range(90)
        ]
        members = [Member(account.id, account.name, is_active=True) for account in accounts]
        with serving([*accounts, Account(MANAGEMENT_ACCOUNT)]) as server:
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            aws = sign_in(region="us-east-1")
            found = check_members(aws, members, Requirements(BUILD_ROLES), ROLE, 48)
            told = {f.account: (f.verdict, f.version, f.region, str(f.stack_id).split(":")[4]) for f in found}
        assert told == {
            account.id: (Verdict.READY, account.version, account.region, account.id) for account in accounts
        }

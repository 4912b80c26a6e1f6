"""Whatever AWS does to its calls, the role check ends in one sentence in time; trouble that passes is none.

The function's code runs as it stands in the template, in a process of its own. A fixed sample of the table,
with less time where nothing passes, runs with all tests; `make soak` takes all of it, with all the time.
"""

import itertools
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from custom_resource.role_check import ANSWER_TIME, DENIAL_TIME
from generator.stackery_role import FUNCTION_TIMEOUT
from tests import organization_server
from tests.custom_resource.cloudformation import Trouble, serve
from tests.e2e.faults import FOR_EVER, Fault, How, between
from tests.e2e.lambda_function import invoke
from tests.e2e.ministack import Account
from tests.private_packages.conftest import run_process

pytestmark = [pytest.mark.server, pytest.mark.slow]

ALL = "FAULTS" in os.environ
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
STACKERY = {
    "Conditions": {"Never": {"Fn::Equals": ["this", "that"]}},
    "Resources": {
        "Agent": {
            "Type": "Custom::StackeryAgentCommanderBootstrap",
            "Condition": "Never",
            "Properties": {"AgentVersion": "1.30.4"},
        },
        "Handle": HANDLE,
    },
}
"""A Stackery Role without an output Version, so that the check calls all that it ever calls."""
OWN = {
    "Resources": {"Handle": HANDLE},
    "Outputs": {"StackeryRoleVersion": {"Value": "1.26.0"}, "OrganizationId": {"Value": "o-lastdeployed"}},
}
REQUESTS = {
    "Create": "CREATE_IN_PROGRESS",
    "Update": "UPDATE_IN_PROGRESS",
    "Rollback": "UPDATE_ROLLBACK_IN_PROGRESS",
    "Delete": "DELETE_IN_PROGRESS",
}
"""What CloudFormation asks for, and the state of the stack that it asks for."""
HOWS: tuple[How, ...] = get_args(How)
NO_FAULT = Fault("denied", "none")
STACKS = "cloudformation:DescribeStacks"
ACTIONS = ("iam:GetRole", STACKS, "cloudformation:GetTemplate", "organizations:DescribeOrganization")


@dataclass(frozen=True)
class Case:
    fault: Fault
    request: str

    @property
    def timeout(self) -> float:
        """The function's time."""
        return FUNCTION_TIMEOUT if ALL or self.fault.seconds < FOR_EVER else ANSWER_TIME + 6

    def expected(self) -> tuple[str, float]:
        """Return how the answer must begin, and after how many seconds it may come."""
        how, action = self.fault.how, self.fault.action
        # An Update looks first whether it is a rollback, which then calls nothing more.
        of_own_stack = action == STACKS and self.request in ("Update", "Rollback")
        if self.request == "Delete" or (self.request == "Rollback" and not of_own_stack):
            return "SUCCESS", 0
        again = f"FAILED Try again, and if it stays, allow {action} in account"
        if how == "garbled" and not of_own_stack:  # no trouble that passes
            return "FAILED Install the Stackery Role" if action == STACKS else again, 0
        if self.fault.seconds < FOR_EVER:
            return "SUCCESS", 0
        all_of_it = self.timeout - ANSWER_TIME - 5
        if how == "denied":
            everywhere = " (denied in every Region)" if action == STACKS and not of_own_stack else ""
            patience = min(all_of_it, DENIAL_TIME) if self.request == "Create" else all_of_it
            return f"FAILED Allow {action}{everywhere} in account", patience
        if how == "garbled":
            return again, all_of_it
        return "FAILED Try again: AWS did not answer the role check in time. It changed nothing.", all_of_it


def cases() -> Iterator[Case]:
    if ALL:
        for how, action, seconds, request in itertools.product(HOWS, ACTIONS, (8, FOR_EVER), REQUESTS):
            yield Case(Fault(how, action, seconds), request)
        return
    for how, action in zip(HOWS, ACTIONS * 2, strict=True):
        yield Case(Fault(how, action, 1), "Create")
        yield Case(Fault(how, STACKS), "Rollback")
    yield Case(Fault("denied", "iam:GetRole"), "Create")
    yield Case(Fault("garbled", STACKS, 1), "Rollback")
    yield Case(Fault("silent", STACKS), "Delete")


def run(account: Account, own: str, case: Case) -> str:
    """Return a line of the table; what is wrong stands at its end."""
    kind = "Update" if case.request == "Rollback" else case.request
    with between(account.url, case.fault, REQUESTS[case.request]) as proxy, serve() as cloudformation:
        event = cloudformation.event(kind) | {"StackId": own}
        ran = invoke(event, Account(proxy.url, account.id).environment, case.timeout)
        [body] = [attempt.body for attempt in cloudformation.attempts]
    answer: dict[str, Any] = json.loads(body)
    told = answer["Status"] + (f" {answer['Reason']}" if answer["Status"] == "FAILED" else "")
    beginning, patience = case.expected()
    faults = {
        f"not {beginning}": not told.startswith(beginning),
        f"after less than {patience} s": ran.seconds < patience,
        "the answer is too long": len(body) >= 4096,
        "the function failed": ran.exit_code != 0,
        "a traceback": "Traceback" in ran.log + told,
        "the log has the address": "X-Amz-Signature" in ran.log,
    }
    wrong = "".join(f" <- {name}" for name, is_so in faults.items() if is_so)
    return f"{case.fault} {case.request:<8} {ran.seconds:5.1f} s  {told[:110]}{wrong}"


@pytest.fixture
def own(account: Account) -> str:
    """The id of the stack that holds the role check, in an account where it passes."""
    account.install_stackery_role(None)
    account.deploy("stackery", json.dumps(STACKERY))
    return str(account.deploy("private-packages", json.dumps(OWN))["StackId"])


def test_each_fault_ends_in_one_answer_in_time(account: Account, own: str) -> None:
    with ThreadPoolExecutor(48) as pool:  # they mostly wait
        table = list(pool.map(lambda case: run(account, own, case), cases()))
    print("", *table, sep="\n")
    assert [line for line in table if "<-" in line] == []


@dataclass(frozen=True)
class Delivery:
    """What meets the answer on its way, and the check before it."""

    trouble: Trouble
    times: float
    request: str
    fault: Fault = NO_FAULT

    def __str__(self) -> str:
        return f"{self.trouble:<13} {self.times:>3} times  {self.request:<6} {self.fault.how}"


def deliveries() -> Iterator[Delivery]:
    late = Fault("silent", "iam:GetRole")
    if ALL:
        for trouble, times, request in itertools.product(get_args(Trouble), (1, 4, 5, FOR_EVER), REQUESTS):
            yield Delivery(trouble, times, request)
        for trouble in get_args(Trouble):
            yield Delivery(trouble, 4, "Create", late)
        return
    for trouble, request in zip(
        get_args(Trouble), ("Create", "Update", "Delete", "Create", "Delete"), strict=True
    ):
        yield Delivery(trouble, 1, request)
    yield Delivery("redirects", 1, "Create", late)


def run_delivery(account: Account, own: str, case: Delivery) -> str:
    """Return a line of the table; a function that fails is run again, as Lambda does: three times at most."""
    kind = "Update" if case.request == "Rollback" else case.request
    timeout = FUNCTION_TIMEOUT if ALL or case.fault is NO_FAULT else ANSWER_TIME + 6
    log, runs, began = "", 0, time.monotonic()
    with between(account.url, case.fault, REQUESTS[case.request]) as proxy, serve() as cloudformation:
        cloudformation.always = case.times == FOR_EVER
        cloudformation.troubles = [case.trouble] * (1 if cloudformation.always else int(case.times))
        event = cloudformation.event(kind) | {"StackId": own}
        exit_code = 1
        while exit_code and runs < (3 if ALL or not cloudformation.always else 1):
            ran = invoke(event, Account(proxy.url, account.id).environment, timeout)
            exit_code, log, runs = ran.exit_code, log + ran.log, runs + 1
        attempts, accepted = cloudformation.attempts, cloudformation.accepted
    faults = {
        f"{len(accepted)} accepted": len(accepted) != (0 if case.times == FOR_EVER else 1),
        f"{len(attempts)} attempts": len(attempts) != min(case.times + 1, 5 * runs),
        "other answers": len({attempt.body for attempt in attempts}) != 1,
        f"{runs} runs": case.times < 5 and runs != 1,
        "the log has the address": "X-Amz-Signature" in log,
        "not told in the log": "CloudFormation did not take the answer" not in log,
    }
    wrong = "".join(f" <- {name}" for name, is_so in faults.items() if is_so)
    return f"{case}  {time.monotonic() - began:5.1f} s  {runs} runs, {len(attempts)} attempts{wrong}"


def test_each_answer_arrives_while_it_can_be_taken(account: Account, own: str) -> None:
    with ThreadPoolExecutor(48) as pool:
        table = list(pool.map(lambda case: run_delivery(account, own, case), deliveries()))
    print("", *table, sep="\n")
    assert [line for line in table if "<-" in line] == []


def test_a_request_that_comes_twice_is_answered_alike(account: Account, own: str) -> None:
    with serve() as cloudformation, ThreadPoolExecutor(2) as pool:
        event = cloudformation.event("Create") | {"StackId": own}
        list(pool.map(lambda _: invoke(event, account.environment), range(2)))
        first, second = (attempt.body for attempt in cloudformation.accepted)
    assert first == second
    assert json.loads(first)["Status"] == "SUCCESS"


def test_broken_tls_is_told_and_an_address_with_it_gets_no_answer(account: Account, own: str) -> None:
    """A server that speaks no TLS, at an address that begins with https."""
    with serve() as cloudformation, ThreadPoolExecutor(2) as pool:
        event = cloudformation.event("Delete")
        event["ResponseURL"] = event["ResponseURL"].replace("http:", "https:")
        unanswered = pool.submit(invoke, event, account.environment) if ALL else None
        tls = Account(account.url.replace("http:", "https:"), account.id).environment
        ran = invoke(cloudformation.event("Create") | {"StackId": own}, tls, ANSWER_TIME + 6)
        assert cloudformation.answer["Status"] == "FAILED"
        assert cloudformation.answer["Reason"].startswith("Try again")
        assert ran.exit_code == 0
        assert len(cloudformation.attempts) == 1
        if unanswered:
            assert unanswered.result().exit_code == 1
            assert "X-Amz-Signature" not in unanswered.result().log
            assert "did not take the answer: URLError" in unanswered.result().log


@pytest.mark.parametrize("how", HOWS if ALL else ["silent"])
def test_one_regions_trouble_does_not_hide_the_stack_in_another(account: Account, how: How) -> None:
    account.install_stackery_role("1.30.4", region="eu-west-1")
    fault = Fault(how, STACKS, regions=frozenset({"us-east-2"}))
    with between(account.url, fault) as proxy, serve() as cloudformation:
        invoke(cloudformation.event("Create"), Account(proxy.url, account.id).environment)
        assert cloudformation.answer["Data"]["StackId"].split(":")[3] == "eu-west-1"


class TestTheCommand:
    """Where a person waits, no trouble is waited for as long as in the function."""

    def test_a_fault_is_told_soon(self, account: Account, tmp_path: Path) -> None:
        def check(how: How) -> tuple[int, bytes, bool, bool]:
            with between(account.url, Fault(how, "iam:GetRole")) as proxy:
                environment = Account(proxy.url, account.id).environment
                ended = run_process("check", folder=tmp_path, env=environment, timeout=40)
            unread = b"Verdict       not reachable\n" in ended.stdout
            return ended.returncode, ended.stderr, unread, b"llow iam:GetRole in account" in ended.stdout

        hows = [how for how in HOWS if how not in ("silent", "dripping")]
        with ThreadPoolExecutor(len(hows)) as pool:
            assert set(pool.map(check, hows)) == {(1, b"", True, True)}

    def test_two_hundred_denials_cost_no_more_than_two_hundred_answers(self, tmp_path: Path) -> None:
        """They take about four seconds."""
        accounts = [organization_server.Account(f"{100000000000 + number}") for number in range(200)]
        with (
            organization_server.running(accounts) as server,
            between(server.url, Fault("denied", "iam:GetRole")) as proxy,
        ):
            environment = server.environment | {"AWS_ENDPOINT_URL": proxy.url}
            ended = run_process("check", "--organization", folder=tmp_path, env=environment, timeout=40)
        assert ended.returncode == 1
        assert b"200 not reachable" in ended.stdout
        assert proxy.calls["iam:GetRole"] == 200

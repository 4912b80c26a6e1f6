"""Whatever AWS does to a call, CloudFormation gets a sentence and never waits for one in vain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from custom_resource import role_check
from generator.stackery_role import FUNCTION_TIMEOUT
from tests.aws import Answer, Attempts, ErrorAnswer, RawAnswer
from tests.custom_resource.aws import ACCOUNT, ORGANIZATION, Account, role, stack, stack_id

Ask = Callable[..., dict[str, Any]]

URL = "https://aws.example.com/"
NOT_FOUND = (
    f"Install the Stackery Role 1.25.0 or newer in account {ACCOUNT}, or correct StackeryStackName or"
    " StackeryStackRegion: found no stack stackery in us-east-1"
)


@dataclass(frozen=True)
class Fault:
    """What AWS does, how the user is told in short, and how in full."""

    answer: Callable[[], Answer]
    code: str
    text: str

    def in_full(self, operation: str) -> str:
        return f"{self.code}: {self.text.format(operation=operation)}"


def aws_error(code: str, message: str) -> Fault:
    text = f"An error occurred ({code}) when calling the {{operation}} operation: {message}"
    return Fault(lambda: ErrorAnswer(code, message), code, text)


def connection_error(error: type[BotoCoreError], text: str) -> Fault:
    return Fault(lambda: Attempts([error(endpoint_url=URL)]), error.__name__, f'{text} "{URL}"')


FAULTS = [
    pytest.param(aws_error("Throttling", "Rate exceeded"), id="throttled"),
    pytest.param(aws_error("AccessDenied", "Not authorized"), id="denied"),
    pytest.param(aws_error("OptInRequired", "Not subscribed"), id="disabled"),
    pytest.param(aws_error("ValidationError", "Not a valid request"), id="refused as invalid"),
    pytest.param(
        connection_error(ConnectTimeoutError, "Connect timeout on endpoint URL:"), id="not reached in time"
    ),
    pytest.param(
        connection_error(ReadTimeoutError, "Read timeout on endpoint URL:"), id="not answered in time"
    ),
    pytest.param(
        connection_error(EndpointConnectionError, "Could not connect to the endpoint URL:"), id="unreachable"
    ),
    pytest.param(
        Fault(
            lambda: Attempts([ConnectionClosedError(endpoint_url=URL)]),
            "ConnectionClosedError",
            f'Connection was closed before we received a valid response from endpoint URL: "{URL}".',
        ),
        id="hung up",
    ),
]

MALFORMED = [
    pytest.param("<html><p>Please log in", id="a login page"),
    pytest.param("", id="nothing"),
    pytest.param("<Response><Result/></Response>", id="an answer without content"),
    pytest.param("<Response><GetRoleResult><Role/></GetRoleResult></Response>", id="a role without a name"),
]


def failed(answer: dict[str, Any]) -> str:
    assert answer["Status"] == "FAILED"
    return str(answer["Reason"])


def try_again(action: str, operation: str, fault: Fault) -> str:
    do = "Allow" if fault.code == "AccessDenied" else "Try again, and if it stays, allow"
    return f"{do} {action} in account {ACCOUNT}: {fault.in_full(operation)}"


@pytest.mark.parametrize("fault", FAULTS)
class TestCallThatFails:
    def test_get_role(self, ask: Ask, account: Account, fault: Fault) -> None:
        account.roles["stackery-deployer"] = fault.answer()
        assert failed(ask()) == try_again("iam:GetRole", "GetRole", fault)

    def test_get_template(self, ask: Ask, account: Account, fault: Fault) -> None:
        account.stacks["us-east-1"] = stack("us-east-1")
        account.templates[stack_id("us-east-1")] = fault.answer()
        assert failed(ask()) == try_again("cloudformation:GetTemplate", "GetTemplate", fault)

    @pytest.mark.parametrize("mode", ["Enforce", "Warn"])
    def test_describe_organization(self, ask: Ask, account: Account, fault: Fault, mode: str) -> None:
        account.organization = fault.answer()
        told = failed(ask(RoleCheck=mode))
        refusal = try_again("organizations:DescribeOrganization", "DescribeOrganization", fault)
        assert told == refusal.replace(f"{ACCOUNT}:", f"{ACCOUNT}, or set OrganizationId:")

    def test_describe_stacks_in_the_given_region(self, ask: Ask, account: Account, fault: Fault) -> None:
        account.stacks["us-east-1"] = fault.answer()
        told = failed(ask(StackeryStackRegion="us-east-1"))
        if fault.code == "AccessDenied":
            assert told.startswith(
                f"Allow cloudformation:DescribeStacks (denied in every Region) in account {ACCOUNT}: "
            )
        else:
            assert told == f"{NOT_FOUND}. Could not look in us-east-1 ({fault.code})."

    def test_describe_stacks_in_some_regions_where_another_has_the_stack(
        self, ask: Ask, account: Account, fault: Fault
    ) -> None:
        account.stacks = {region: fault.answer() for region in ("us-east-1", "us-west-2", "sa-east-1")}
        account.stacks["eu-west-3"] = stack("eu-west-3", Version="1.25.0")
        assert ask()["Data"]["StackId"] == stack_id("eu-west-3")

    def test_describe_stacks_in_some_regions_where_no_other_has_the_stack(
        self, ask: Ask, account: Account, fault: Fault
    ) -> None:
        account.stacks = {region: fault.answer() for region in ("us-west-2", "us-east-1", "sa-east-1")}
        assert failed(ask()) == (
            f"{NOT_FOUND} or any other Region of Stackery. Could not look in"
            f" sa-east-1 ({fault.code}), us-east-1 ({fault.code}), us-west-2 ({fault.code})."
        )

    def test_describe_the_own_stack_at_an_update(
        self, ask: Ask, account: Account, fault: Fault, pauses: list[float]
    ) -> None:
        """It may be a rollback, which a refusal would block: the answer comes at the end of the time."""
        account.own_stack = fault.answer()
        told = failed(ask("Update"))
        assert told == try_again("cloudformation:DescribeStacks", "DescribeStacks", fault)
        assert sum(pauses) >= 75

    def test_warn_goes_on(self, ask: Ask, account: Account, fault: Fault) -> None:
        account.stacks["us-east-1"] = fault.answer()
        data = ask(RoleCheck="Warn", StackeryStackRegion="us-east-1")["Data"]
        assert data["Status"].startswith("Warning: ")
        assert fault.code in data["Status"]
        assert data["OrganizationId"] == ORGANIZATION


@pytest.mark.parametrize("body", MALFORMED)
class TestMalformedAnswer:
    def test_get_role(self, ask: Ask, account: Account, body: str) -> None:
        account.roles["stackery-deployer"] = Attempts([RawAnswer(body)])
        told = failed(ask())
        assert told.startswith(f"Try again, and if it stays, allow iam:GetRole in account {ACCOUNT}: ")
        assert "ResponseParserError" in told or "KeyError" in told

    def test_get_template(self, ask: Ask, account: Account, body: str) -> None:
        account.stacks["us-east-1"] = stack("us-east-1")
        account.templates[stack_id("us-east-1")] = Attempts([RawAnswer(body)])
        told = failed(ask())
        assert told.startswith(
            f"Try again, and if it stays, allow cloudformation:GetTemplate in account {ACCOUNT}: "
        )

    def test_describe_organization(self, ask: Ask, account: Account, body: str) -> None:
        account.organization = Attempts([RawAnswer(body)])
        told = failed(ask())
        assert told.startswith(
            f"Try again, and if it stays, allow organizations:DescribeOrganization in account {ACCOUNT}, or"
        )

    def test_describe_stacks(self, ask: Ask, account: Account, body: str) -> None:
        account.stacks["us-east-1"] = Attempts([RawAnswer(body)])
        told = failed(ask(StackeryStackRegion="us-east-1"))
        assert told.startswith(f"{NOT_FOUND}. Could not look in us-east-1 (")

    def test_describe_stacks_where_another_region_has_the_stack(
        self, ask: Ask, account: Account, body: str
    ) -> None:
        account.stacks = {"us-east-1": Attempts([RawAnswer(body)])}
        account.stacks["us-east-2"] = stack("us-east-2", Version="1.25.0")
        assert ask()["Status"] == "SUCCESS"

    def test_describe_the_own_stack_at_an_update(
        self, ask: Ask, account: Account, body: str, pauses: list[float]
    ) -> None:
        account.own_stack = Attempts([RawAnswer(body)])
        told = failed(ask("Update"))
        assert told.startswith("Try again, and if it stays, allow cloudformation:DescribeStacks in account")
        assert sum(pauses) >= 75


@pytest.mark.parametrize(
    "member",
    [
        pytest.param("", id="without anything"),
        pytest.param("<StackName>stackery</StackName>", id="without an id"),
        pytest.param(f"<StackId>{stack_id('us-east-1')}</StackId><Outputs><member/></Outputs>",
                     id="with an output without a name"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_stack_that_lacks_what_it_must_have_is_refused(
    ask: Ask, account: Account, kind: str, member: str
) -> None:
    body = f"<R><DescribeStacksResult><Stacks><member>{member}</member></Stacks></DescribeStacksResult></R>"
    account.stacks["us-east-1"] = account.own_stack = Attempts([RawAnswer(body)])
    assert failed(ask(kind))


THROTTLED = RawAnswer(
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
    status=400,
)
FOUND = RawAnswer(
    "<R><GetRoleResult><Role><Path>/stackery/</Path><RoleName>stackery-deployer</RoleName></Role>"
    "</GetRoleResult></R>"
)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(THROTTLED, id="throttled"),
        pytest.param(ReadTimeoutError(endpoint_url=URL), id="not answered in time"),
        pytest.param(RawAnswer("", status=503), id="unavailable"),
    ],
)
class TestAttempts:
    def test_a_call_that_fails_twice_succeeds_at_the_third_attempt(
        self, ask: Ask, account: Account, trouble: Exception | RawAnswer
    ) -> None:
        account.roles["stackery-deployer"] = Attempts([trouble, trouble, FOUND])
        assert ask()["Status"] == "SUCCESS"

    def test_a_call_that_always_fails_is_tried_until_the_time_is_over(
        self, ask: Ask, account: Account, trouble: Exception | RawAnswer, pauses: list[float]
    ) -> None:
        account.roles["stackery-deployer"] = Attempts([trouble])
        assert failed(ask())
        # The handler, which these pauses do not really hold up, answers before.
        assert sum(pauses) >= 75


@pytest.mark.parametrize(("kind", "seconds"), [("Create", 40), ("Update", 75)])
def test_a_denial_is_waited_for_while_iam_may_still_spread(
    ask: Ask, account: Account, pauses: list[float], kind: str, seconds: int
) -> None:
    account.roles["stackery-deployer"] = ErrorAnswer("AccessDenied", "Not authorized")
    assert failed(ask(kind)).startswith(f"Allow iam:GetRole in account {ACCOUNT}: AccessDenied: ")
    assert seconds <= sum(pauses) < seconds + 4


def test_a_denial_in_one_region_alone_is_waited_for(ask: Ask, account: Account, pauses: list[float]) -> None:
    """IAM spreads to one Region before the other."""
    account.stacks = {"us-west-2": ErrorAnswer("AccessDenied", "Not authorized")}
    assert "found no stack" in failed(ask())
    assert sum(pauses) >= 30  # the clock also counts the time that the calls really take


def test_a_denial_that_passes_is_none(ask: Ask, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    denials = [ErrorAnswer("AccessDenied", "Not authorized")] * 3
    answer = Account.answer

    def answer_later(account: Account, operation: str, *arguments: Any) -> Any:
        return denials.pop() if operation == "GetRole" and denials else answer(account, operation, *arguments)

    monkeypatch.setattr(Account, "answer", answer_later)
    assert ask()["Status"] == "SUCCESS"
    assert account.asked("GetRole")


def test_where_a_person_waits_a_denial_is_an_answer(account: Account, pauses: list[float]) -> None:
    account.roles["stackery-deployer"] = ErrorAnswer("AccessDenied", "Not authorized")
    with pytest.raises(role_check.Refused, match=r"^Allow iam:GetRole"):
        role_check.require_build_roles(
            account.client("iam", region_name="us-east-1"), ["stackery/stackery-deployer"], ACCOUNT
        )
    assert pauses == []


def test_a_denial_everywhere_names_the_permission_first(ask: Ask, account: Account) -> None:
    denied = ErrorAnswer(
        "AccessDenied", "User: x is not authorized to perform: cloudformation:DescribeStacks"
    )
    account.stacks = dict.fromkeys(role_check.STACKERY_REGIONS, denied)
    told = failed(ask())
    assert told.startswith(
        f"Allow cloudformation:DescribeStacks (denied in every Region) in account {ACCOUNT}: AccessDenied: "
    )
    assert "found no stack" not in told


def test_no_call_is_waited_for_longer_than_the_function_has_time(ask: Ask, account: Account) -> None:
    account.roles["stackery-deployer"] = role("/stackery/", "stackery-deployer")
    ask("Update")
    configs: list[Any] = account.configs
    assert len(configs) == 4  # own stack, roles, stack, organization
    for config in configs:
        # As often as there is time for: the handler ends them.
        assert config.connect_timeout + config.read_timeout < FUNCTION_TIMEOUT - role_check.ANSWER_TIME
        assert config.retries == {"mode": "standard", "total_max_attempts": 30}


@pytest.mark.parametrize("missing", ["BuildRoles", "MinimumRoleVersion", "StackeryStackName", "RoleCheck"])
def test_a_property_that_is_missing_is_named(
    ask: Ask, account: Account, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.0.0")
    check = role_check.check

    def without(properties: dict[str, Any], *rest: Any) -> dict[str, str]:
        return check({key: value for key, value in properties.items() if key != missing}, *rest)

    monkeypatch.setattr(role_check, "check", without)
    assert failed(ask()) == f"Report this: KeyError: '{missing}'"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ZeroDivisionError("division by zero"), id="a bug"),
        pytest.param(MemoryError("no memory"), id="no memory"),
        pytest.param(RecursionError("too deep"), id="too deep a recursion"),
    ],
)
def test_an_unexpected_exception_is_answered_and_named(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: Any) -> dict[str, str]:
        raise error

    monkeypatch.setattr(role_check, "check", broken)
    assert failed(ask()) == f"Report this: {type(error).__name__}: {error}"

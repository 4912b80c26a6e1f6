"""What became of a stack set's instances, read from CloudFormation page by page."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.stack_sets.stack_set import StackSet
from tests.aws import Attempts, ErrorAnswer, RawAnswer
from tests.private_packages.aws.stack_sets import rollouts
from tests.private_packages.aws.stack_sets.rollouts import FORTY, NAMES, STACK_SET, account, paged, summary

Script = Callable[..., Any]
NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
THROTTLED = RawAnswer(
    f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>Throttling</Code>'
    "<Message>Rate exceeded</Message></Error><RequestId>x</RequestId></ErrorResponse>",
    400,
)
ONE = RawAnswer(
    f'<ListStackInstancesResponse xmlns="{NAMESPACE}"><ListStackInstancesResult><Summaries><member>'
    "<Account>111100000001</Account><Region>us-east-1</Region><Status>CURRENT</Status>"
    "<StackInstanceStatus><DetailedStatus>SUCCEEDED</DetailedStatus></StackInstanceStatus>"
    "</member></Summaries></ListStackInstancesResult></ListStackInstancesResponse>"
)
LIKE = f"""\
3 failed: Upgrade the Stackery Role in account … to version 1.25.0 or newer, then deploy again: \
stack stackery in us-east-1 has version …
2 failed: Install or upgrade the Stackery Role in account …: \
the account has no IAM role stackery/stackery-factory-role.
1 failed: Install the Stackery Role 1.25.0 or newer in account {account(8)}, \
or correct StackeryStackName or StackeryStackRegion: \
found no stack stackery in us-east-1 or any other Region of Stackery.
1 failed: RoleCheckFunction (AWS::Lambda::Function): Code storage limit exceeded.
1 failed: STS is not activated in this region for account:{account(10)}. \
Your account administrator can activate STS in this region using the IAM Console.
1 failed: {rollouts.DENIED}.
5 cancelled: Cancelled since failure tolerance has exceeded.
2 skipped: The account is suspended."""


def listed(scripted: Script, answer: Any, **script: Any) -> list[Instance]:
    aws, _ = scripted(ListStackInstances=answer, **script)
    return instances.list_all(StackSet(aws, STACK_SET), {})


def only(*arguments: Any, **fields: Any) -> Instance:
    return instances.read(summary(*arguments, **fields), {})


@pytest.mark.parametrize(
    ("detailed_status", "status", "outcome"),
    [
        ("SUCCEEDED", "CURRENT", "done"),
        ("SUCCEEDED", "OUTDATED", "waiting"),
        ("PENDING", "OUTDATED", "waiting"),
        ("RUNNING", "OUTDATED", "running"),
        ("RUNNING", "CURRENT", "running"),
        ("FAILED", "OUTDATED", "failed"),
        ("FAILED_IMPORT", "INOPERABLE", "failed"),
        ("INOPERABLE", "INOPERABLE", "failed"),
        ("CANCELLED", "OUTDATED", "cancelled"),
        ("SKIPPED_SUSPENDED_ACCOUNT", "OUTDATED", "skipped"),
        ("A_NEW_ONE", "CURRENT", "done"),
        ("A_NEW_ONE", "OUTDATED", "waiting"),
        ("A_NEW_ONE", "INOPERABLE", "failed"),
    ],
)
def test_each_status_of_cloudformation_is_an_outcome(detailed_status: str, status: str, outcome: str) -> None:
    assert only(1, detailed_status, Status=status).outcome == outcome


def test_every_detailed_status_of_the_service_model_is_known(scripted: Script) -> None:
    aws, _ = scripted()
    model = aws.client("cloudformation").meta.service_model
    known = {*instances._OUTCOMES, "SUCCEEDED"}
    assert known == set(model.shape_for("StackInstanceDetailedStatus").enum)


def test_an_instance_has_what_cloudformation_tells() -> None:
    found = instances.read(FORTY[24], NAMES)
    assert found == Instance(
        account=account(1),
        region="us-east-1",
        outcome=Outcome.FAILED,
        name="payments",
        unit=rollouts.UNIT,
        status="OUTDATED",
        detailed_status="FAILED",
        version="1.24.9",
        reason=f"Upgrade the Stackery Role in account {account(1)} to version 1.25.0 or newer, then deploy"
        " again: stack stackery in us-east-1 has version 1.24.9.",
        stack_id=FORTY[24]["StackId"],
    )


@pytest.mark.parametrize(
    ("detailed_status", "reason"),
    [
        ("FAILED", "CloudFormation gives no reason: look at the stack's events in the account."),
        ("CANCELLED", "Cancelled, and CloudFormation gives no reason."),
        ("SKIPPED_SUSPENDED_ACCOUNT", "The account is suspended."),
        ("PENDING", ""),
        ("SUCCEEDED", ""),
    ],
)
def test_what_cloudformation_does_not_explain_is_told_all_the_same(detailed_status: str, reason: str) -> None:
    assert only(1, detailed_status).reason == reason


def test_an_entry_without_any_detail_is_read_too() -> None:
    assert instances.read({}, {}) == Instance(
        "", "", Outcome.FAILED, reason=instances._UNTOLD[Outcome.FAILED]
    )


def test_the_causes_come_first_and_the_done_last(scripted: Script) -> None:
    found = listed(scripted, paged(FORTY))
    assert [each.outcome for each in found] == [
        *["failed"] * 9,
        *["cancelled"] * 5,
        "running",
        "waiting",
        *["skipped"] * 2,
        *["done"] * 22,
    ]
    assert [each.account for each in found[:9]] == [
        account(number) for number in (1, 2, 3, 5, 6, 7, 8, 9, 10)
    ]
    assert instances.count(found) == {
        "failed": 9,
        "cancelled": 5,
        "running": 1,
        "waiting": 1,
        "skipped": 2,
        "done": 22,
    }


def test_regions_of_an_account_stand_together(scripted: Script) -> None:
    answer = paged([summary(number, "FAILED", region=region) for region in "ba" for number in (2, 1)])
    assert [(each.account, each.region) for each in listed(scripted, answer)] == [
        (account(1), "a"),
        (account(1), "b"),
        (account(2), "a"),
        (account(2), "b"),
    ]


@pytest.mark.parametrize("size", [1, 7, 40, 100])
def test_all_pages_are_read(scripted: Script, size: int) -> None:
    aws, session = scripted(ListStackInstances=paged(FORTY, size))
    assert len(instances.list_all(StackSet(aws, STACK_SET, "DELEGATED_ADMIN"), {})) == 40
    assert len(session.sent) == -(-40 // size)
    for _, parameters in session.sent:
        assert parameters["CallAs"] == "DELEGATED_ADMIN"
        assert parameters["MaxResults"] == 100


@pytest.mark.slow
def test_throttling_is_waited_out(scripted: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    attempts = Attempts([THROTTLED, THROTTLED, ONE])
    assert [each.outcome for each in listed(scripted, attempts)] == ["done"]
    assert (attempts.made, len(slept) >= 2) == (3, True)


@pytest.mark.slow
def test_throttling_without_end_is_told(scripted: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(AwsError, match=r"list_stack_instances .* \(Throttling\): Rate exceeded"):
        listed(scripted, Attempts([THROTTLED]))


def test_like_reasons_are_one_group_the_causes_first_and_the_largest_of_them(scripted: Script) -> None:
    groups = instances.group(listed(scripted, paged(FORTY)))
    found = [f"{len(group.instances)} {group.outcome}: {group.reason}" for group in groups]
    assert "\n".join(found) == LIKE
    assert groups[0].accounts == [account(1), account(2), account(3)]
    assert groups[0].regions == ["us-east-1"]


def test_what_is_done_has_no_reason_to_be_grouped_by() -> None:
    assert instances.group([only(1, "SUCCEEDED", "No updates are to be performed.")]) == []


def test_the_same_words_of_a_cause_and_of_a_casualty_are_two_groups() -> None:
    found = instances.group([only(1, "CANCELLED", "Stopped."), only(2, "FAILED", "Stopped.")])
    assert [group.outcome for group in found] == ["failed", "cancelled"]


def test_a_group_names_an_account_and_a_region_once() -> None:
    several = [only(1, "FAILED", "No.", region=region) for region in ("us-east-1", "eu-west-1")]
    [group] = instances.group([*several, only(2, "FAILED", "No.", region="eu-west-1")])
    assert group.accounts == [account(1), account(2)]
    assert group.regions == ["eu-west-1", "us-east-1"]


def test_account_names_come_from_organizations_on_one_line(scripted: Script) -> None:
    aws, session = scripted(
        ListAccounts=rollouts.listed_accounts({account(1): "pay\tments", account(2): "b"})
    )
    assert instances.account_names(aws) == {account(1): "pay ments", account(2): "b"}
    assert [operation for operation, _ in session.sent] == ["ListAccounts"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
def test_who_may_not_list_accounts_sees_their_numbers_only(scripted: Script, code: str) -> None:
    aws, _ = scripted(ListAccounts=ErrorAnswer(code))
    assert instances.account_names(aws) == {}

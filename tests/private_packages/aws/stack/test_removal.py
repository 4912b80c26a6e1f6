"""What a stack has, or has left, when it is taken away."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from generator import names
from private_packages.aws.errors import StackError
from private_packages.aws.stack.leftovers import STACK_TAG
from private_packages.aws.stack.removal import holdings, schedule_deletion
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_health import KEY, NO_STACK, stacks
from tests.private_packages.aws.stack.test_leftovers import arn, secret

ALIAS = KEY.replace("key/1", "alias/x")
TAGS = [{"TagKey": names.TAG, "TagValue": "x"}, {"TagKey": STACK_TAG, "TagValue": "packages"}]
LATER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def account(scripted: Callable[..., Any]) -> Callable[..., Any]:
    """An account in which the stack is gone and one secret with its key is left."""

    def account(**answers: Any) -> Any:
        script: dict[str, Any] = {
            "DescribeStacks": NO_STACK,
            "ListSecrets": {"SecretList": [secret("/npm", KmsKeyId=KEY), secret("/mine", "x", Tags=[])]},
            "DescribeKey": {"KeyMetadata": {"KeyId": "1", "Arn": KEY, "KeyState": "Enabled"}},
            "ListAliases": {"Aliases": [{"AliasName": "alias/x", "AliasArn": ALIAS}]},
            "ListResourceTags": {"Tags": TAGS},
            "ListStackSets": {"Summaries": []},
            "DeleteSecret": {},
            "ScheduleKeyDeletion": {},
        }
        return scripted(**script | answers)

    return account


def test_what_is_left_is_found_by_the_tag_and_its_key_by_the_secret(account: Callable[..., Any]) -> None:
    aws, session = account()
    found = holdings(aws, "packages")
    assert found.description is None
    assert [each.name for each in found.secrets] == ["/npm"]
    assert found.key
    assert (found.key.arn, found.key.others) == (KEY, [])
    schedule_deletion(aws, found, 14)
    sent = dict(session.sent)
    assert sent["DeleteSecret"] == {"SecretId": arn("/npm"), "RecoveryWindowInDays": 14}
    assert sent["ScheduleKeyDeletion"] == {"KeyId": KEY, "PendingWindowInDays": 14}


@pytest.mark.parametrize("named", [KEY, "1", "alias/x", ALIAS])
def test_a_key_that_encrypts_others_is_not_scheduled(account: Callable[..., Any], named: str) -> None:
    mine = secret("/mine", Tags=[], KmsKeyId=named)
    aws, session = account(ListSecrets={"SecretList": [secret("/npm", KmsKeyId=KEY), mine]})
    found = holdings(aws, "packages")
    assert found.key
    assert found.key.others == ["/mine"]
    schedule_deletion(aws, found, 14)
    assert "ScheduleKeyDeletion" not in dict(session.sent)


def test_what_is_scheduled_already_is_left_so(account: Callable[..., Any]) -> None:
    metadata = {"KeyId": "1", "Arn": KEY, "KeyState": "PendingDeletion", "DeletionDate": LATER}
    aws, session = account(
        ListSecrets={"SecretList": [secret("/npm", KmsKeyId=KEY, DeletedDate=LATER)]},
        DescribeKey={"KeyMetadata": metadata},
    )
    schedule_deletion(aws, holdings(aws, "packages"), 14)
    assert not {"DeleteSecret", "ScheduleKeyDeletion"} & set(dict(session.sent))


def test_the_stack_sets_of_this_project_are_named(account: Callable[..., Any]) -> None:
    ours = {"StackSetName": "role-check", "Description": f"Checks {names.RELEASE_MARK}0.1.0)"}
    aws, _ = account(ListStackSets={"Summaries": [ours, {"StackSetName": "other"}]})
    assert holdings(aws, "packages").stack_sets == ["role-check"]
    aws, _ = account(ListStackSets=ErrorAnswer("AccessDenied"))
    assert holdings(aws, "packages").stack_sets == ()


def test_a_stack_that_is_being_changed_is_refused(account: Callable[..., Any]) -> None:
    aws, _ = account(DescribeStacks=stacks("UPDATE_IN_PROGRESS"))
    with pytest.raises(StackError, match=r"^Wait until it has ended, then run the same command again"):
        holdings(aws, "packages")


def test_a_stack_of_another_template_is_refused(account: Callable[..., Any]) -> None:
    aws, _ = account(DescribeStacks=stacks(Outputs=[]))
    with pytest.raises(StackError, match=r"^Choose another --stack-name"):
        holdings(aws, "packages")
    aws, _ = account(DescribeStacks=stacks(Outputs=[], Description=f"Tokens {names.RELEASE_MARK}0.1.0)"))
    assert holdings(aws, "packages").description


def test_a_key_that_nothing_says_the_stack_made_is_not_scheduled(account: Callable[..., Any]) -> None:
    aws, session = account(ListResourceTags={"Tags": [{"TagKey": STACK_TAG, "TagValue": "packages"}]})
    found = holdings(aws, "packages")
    assert found.key
    assert found.key.keeper == "nothing says that this stack made it"
    schedule_deletion(aws, found, 14)
    assert "ScheduleKeyDeletion" not in dict(session.sent)


def test_what_another_stack_has_by_now_is_not_touched(account: Callable[..., Any]) -> None:
    """Whatever the tags say: they may be those of the stack that made it."""
    two = stacks(
        StackName="two",
        Outputs=[
            {"OutputKey": "KeyArn", "OutputValue": KEY},
            {"OutputKey": "NpmSecretArn", "OutputValue": arn("/npm")},
        ],
    )
    aws, _ = account(DescribeStacks=lambda asked: NO_STACK if "StackName" in asked else two)
    aws.session._all_stacks = lambda: two
    found = holdings(aws, "packages")
    assert (found.secrets, found.key) == ([], None)

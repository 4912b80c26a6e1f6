"""A change set: made, waited for, read page by page, and gone again unless it was executed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack.change_set import READY_SECONDS, Action, Change, DesiredStack, prepared
from tests.aws import Attempts, ErrorAnswer, RawAnswer
from tests.private_packages.aws.stack.test_events import STACK_ID, stack

CHANGE_SET_ID = "arn:aws:cloudformation:us-east-1:111122223333:changeSet/x/1"
pytestmark = pytest.mark.usefixtures("pauses")
TEMPLATE = '{"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}'
REQUEST = DesiredStack(
    stack_name="packages",
    is_new=False,
    template=TEMPLATE,
    parameters={"Token": "not-a-real-token", "Recheck": "now"},
    kept=["Name"],
    description="By a test",
)
NEW = replace(REQUEST, is_new=True, kept=[])
READY = {"Status": "CREATE_COMPLETE", "Changes": []}
NO_STACK = ErrorAnswer("ValidationError", "Stack with id packages does not exist")
UNDER_REVIEW = stack("REVIEW_IN_PROGRESS")
LOCKED = ErrorAnswer(
    "ValidationError", f"Stack:{STACK_ID} is in UPDATE_IN_PROGRESS state and can not be updated."
)


def resource_change(name: str, action: str = "Add", **fields: Any) -> dict[str, Any]:
    found = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::KMS::Key", **fields}
    return {"Type": "Resource", "ResourceChange": found}


@pytest.fixture
def cloud(scripted: Callable[..., Any]) -> Callable[..., Any]:
    def cloud(**script: Any) -> Any:
        healthy = {
            "CreateChangeSet": {"Id": CHANGE_SET_ID, "StackId": STACK_ID},
            "DescribeChangeSet": READY,
            "DescribeEvents": {"OperationEvents": []},
            "ListHookResults": {"HookResults": []},
            "DeleteChangeSet": {},
            "ExecuteChangeSet": {},
            "DeleteStack": {},
        }
        return scripted(**healthy | script)

    return cloud


def called(session: Any) -> list[str]:
    return [operation for operation, _ in session.sent]


def interrupt(_: dict[str, Any]) -> Any:
    raise KeyboardInterrupt


def test_it_asks_for_what_is_given_and_keeps_the_rest(cloud: Callable[..., Any]) -> None:
    aws, session = cloud()
    with prepared(aws, REQUEST) as change_set:
        change_set.execute()
    _, asked = session.sent[0]
    assert asked["ChangeSetName"].startswith("private-packages-2")
    del asked["ChangeSetName"]
    assert asked == {
        "StackName": "packages",
        "ChangeSetType": "UPDATE",
        "Description": "By a test",
        "Capabilities": ["CAPABILITY_IAM"],
        "TemplateBody": TEMPLATE,
        "Parameters": [
            {"ParameterKey": "Name", "UsePreviousValue": True},
            {"ParameterKey": "Token", "ParameterValue": "not-a-real-token"},
            {"ParameterKey": "Recheck", "ParameterValue": "now"},
        ],
    }
    execution = dict(session.sent)["ExecuteChangeSet"]
    assert execution["ChangeSetName"] == CHANGE_SET_ID
    assert execution["DisableRollback"] is False
    assert execution["ClientRequestToken"].startswith("private-packages-")
    assert called(session) == ["CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"]


def test_no_repr_shows_a_token() -> None:
    assert "not-a-real-token" not in repr(REQUEST)


def test_it_waits_and_reads_all_pages(cloud: Callable[..., Any], pauses: list[float]) -> None:
    aws, _ = cloud(
        DescribeChangeSet=[
            {"Status": "CREATE_PENDING"},
            {"Status": "CREATE_IN_PROGRESS"},
            {"Status": "CREATE_COMPLETE", "Changes": [resource_change("A")], "NextToken": "2"},
            {"Status": "CREATE_COMPLETE", "Changes": [resource_change("B")]},
        ]
    )
    with prepared(aws, REQUEST) as change_set:
        assert [change.logical_id for change in change_set.changes] == ["A", "B"]
    assert pauses == [0.25, 0.5]


def test_it_does_not_wait_for_ever(cloud: Callable[..., Any], pauses: list[float]) -> None:
    aws, session = cloud(DescribeChangeSet={"Status": "CREATE_IN_PROGRESS"})
    with pytest.raises(StackError, match="Try again later"), prepared(aws, REQUEST):
        pass
    assert READY_SECONDS <= sum(pauses) < READY_SECONDS + 5
    assert called(session)[-1] == "DeleteChangeSet"


@pytest.mark.parametrize(
    ("found", "change"),
    [
        (resource_change("A"), Change(Action.ADD, "A", "AWS::KMS::Key")),
        (
            resource_change(
                "A",
                "Modify",
                Replacement="False",
                Details=[
                    {"Target": {"Attribute": "Properties", "Name": "KeyPolicy"}},
                    {"Target": {"Attribute": "Properties", "Name": "KeyPolicy"}, "Evaluation": "Dynamic"},
                    {"Target": {"Attribute": "Metadata"}},
                ],
            ),
            Change(Action.CHANGE, "A", "AWS::KMS::Key", ("KeyPolicy", "Metadata")),
        ),
        (
            resource_change("A", "Modify", Replacement="True", PolicyAction="ReplaceAndRetain"),
            Change(Action.REPLACE, "A", "AWS::KMS::Key", stays=True),
        ),
        (
            resource_change("A", "Modify", Replacement="Conditional"),
            Change(Action.MAY_REPLACE, "A", "AWS::KMS::Key"),
        ),
        (resource_change("A", "Dynamic"), Change(Action.MAY_REPLACE, "A", "AWS::KMS::Key")),
        (
            resource_change("A", "Remove", PolicyAction="Delete"),
            Change(Action.REMOVE, "A", "AWS::KMS::Key", stays=False),
        ),
    ],
)
def test_what_becomes_of_a_resource(cloud: Callable[..., Any], found: Any, change: Change) -> None:
    aws, _ = cloud(DescribeChangeSet=READY | {"Changes": [found]})
    with prepared(aws, REQUEST) as change_set:
        assert change_set.changes == [change]


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information.",
        "No updates are to be performed.",
    ],
)
def test_no_changes_are_no_failure(cloud: Callable[..., Any], reason: str) -> None:
    aws, session = cloud(DescribeChangeSet={"Status": "FAILED", "StatusReason": reason})
    with prepared(aws, REQUEST) as change_set:
        assert (change_set.is_empty, change_set.changes) == (True, [])
    assert called(session) == ["CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet"]


def test_a_change_of_nothing_but_outputs_is_a_change(cloud: Callable[..., Any]) -> None:
    aws, _ = cloud()
    with prepared(aws, REQUEST) as change_set:
        assert (change_set.is_empty, change_set.changes) == (False, [])


def test_what_cannot_be_computed_says_why(cloud: Callable[..., Any]) -> None:
    aws, session = cloud(DescribeChangeSet={"Status": "FAILED", "StatusReason": "Because of this."})
    with pytest.raises(StackError) as refused, prepared(aws, REQUEST):
        pass
    assert str(refused.value) == "CloudFormation cannot compute the changes: Because of this."
    assert called(session)[2:] == ["DescribeEvents", "ListHookResults", "DeleteChangeSet"]


def test_what_validation_says_is_read_before_the_change_set_is_deleted(cloud: Callable[..., Any]) -> None:
    event = {"EventId": "1", "LogicalResourceId": "Key", "ResourceType": "AWS::KMS::Key"}
    said = {"ValidationStatus": "FAILED", "ValidationStatusReason": "Not this."}
    aws, _ = cloud(
        DescribeChangeSet={"Status": "FAILED", "StatusReason": "Validation failed."},
        DescribeEvents={"OperationEvents": [event | said]},
    )
    with pytest.raises(StackError, match=r"Validation failed\. Key \(AWS::KMS::Key\): Not this\. Correct"):
        prepared(aws, REQUEST).__enter__()


UPLOADED = replace(REQUEST, template_url="https://s3/x")


@pytest.mark.parametrize(
    ("uploaded", "found"),
    [("A: 1\n", "A: 1\n"), ("A: 1\n", "A: 1"), ('{"A": [1], "B": 2}', '{"A": [1], "B": 2}')],
)
def test_what_was_uploaded_is_what_cloudformation_has(
    cloud: Callable[..., Any], uploaded: str, found: str
) -> None:
    aws, session = cloud(GetTemplate={"TemplateBody": found})
    with prepared(aws, replace(UPLOADED, template=uploaded)):
        pass
    assert dict(session.sent)["GetTemplate"]["ChangeSetName"] == CHANGE_SET_ID
    assert "StackName" not in dict(session.sent)["GetTemplate"]


@pytest.mark.parametrize(
    ("uploaded", "found"),
    [("A: 1\n", "A: 2\n"), ("A: 1\n", "A:  1\n"), ('{"A": 1}', '{"A": 2}'), ("A: 1", '{"A": 1}')],
)
def test_what_somebody_put_in_its_place_is_refused(
    cloud: Callable[..., Any], uploaded: str, found: str
) -> None:
    aws, session = cloud(GetTemplate={"TemplateBody": found})
    with (
        pytest.raises(StackError, match=r"^CloudFormation has found another template in the bucket than"),
        prepared(aws, replace(UPLOADED, template=uploaded)),
    ):
        pass
    assert called(session)[-1] == "DeleteChangeSet"


class TestWhatIsNotExecuted:
    def test_is_deleted_with_the_stack_that_was_made_for_it(self, cloud: Callable[..., Any]) -> None:
        aws, session = cloud(DescribeStacks=[NO_STACK, UNDER_REVIEW])
        with prepared(aws, NEW):
            pass
        assert called(session)[-3:] == ["DeleteChangeSet", "DescribeStacks", "DeleteStack"]
        assert session.sent[-1][1] == {"StackName": STACK_ID}

    def test_leaves_a_stack_that_was_there_before(self, cloud: Callable[..., Any]) -> None:
        aws, session = cloud(DescribeStacks=UNDER_REVIEW)
        with prepared(aws, NEW):
            pass
        assert "DeleteStack" not in called(session)

    def test_leaves_a_stack_that_somebody_else_has_deployed_since(self, cloud: Callable[..., Any]) -> None:
        aws, session = cloud(DescribeStacks=[NO_STACK, stack("CREATE_IN_PROGRESS")])
        with prepared(aws, NEW):
            pass
        assert "DeleteStack" not in called(session)

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, StackError])
    def test_is_deleted_whatever_happens(self, cloud: Callable[..., Any], error: type[BaseException]) -> None:
        aws, session = cloud(DescribeStacks=[NO_STACK, UNDER_REVIEW])
        with pytest.raises(error), prepared(aws, NEW):
            raise error
        assert called(session)[-1] == "DeleteStack"

    def test_a_failing_deletion_does_not_hide_what_happened(self, cloud: Callable[..., Any]) -> None:
        aws, _ = cloud(DeleteChangeSet=ErrorAnswer("AccessDenied"))
        with pytest.raises(StackError, match="first"), prepared(aws, REQUEST):
            raise StackError("first")

    def test_a_failing_deletion_is_told_where_nothing_else_is(self, cloud: Callable[..., Any]) -> None:
        aws, _ = cloud(DeleteChangeSet=ErrorAnswer("AccessDenied"))
        refusal = pytest.raises(AwsError, match="May not delete the change set")
        with refusal, prepared(aws, REQUEST):
            pass

    def test_is_looked_for_even_where_the_answer_got_lost(self, cloud: Callable[..., Any]) -> None:
        aws, session = cloud(
            DescribeStacks=[NO_STACK, UNDER_REVIEW],
            CreateChangeSet=interrupt,
        )
        with pytest.raises(KeyboardInterrupt), prepared(aws, NEW):
            pass
        assert called(session)[-1] == "DeleteStack"


class TestAnotherOperation:
    SENTENCE = r"^Wait until it has ended, then run the same command again: another operation holds the stack"

    def test_that_holds_the_stack_at_first(self, cloud: Callable[..., Any]) -> None:
        aws, _ = cloud(CreateChangeSet=LOCKED)
        with pytest.raises(StackError, match=self.SENTENCE), prepared(aws, REQUEST):
            pass

    def test_that_was_faster_than_the_answer_to_the_question(self, cloud: Callable[..., Any]) -> None:
        obsolete = ErrorAnswer(
            "InvalidChangeSetStatus",
            "ChangeSet [x] cannot be executed in its current execution status of [OBSOLETE]",
        )
        aws, session = cloud(ExecuteChangeSet=obsolete)
        with pytest.raises(StackError, match=self.SENTENCE), prepared(aws, REQUEST) as change_set:
            change_set.execute()
        assert called(session)[-1] == "DeleteChangeSet"


def test_a_refused_execution_is_deleted(cloud: Callable[..., Any]) -> None:
    aws, session = cloud(ExecuteChangeSet=ErrorAnswer("AccessDenied"))
    refusal = pytest.raises(AwsError, match="May not change the stack packages")
    with refusal, prepared(aws, REQUEST) as change_set:
        change_set.execute()
    assert called(session)[-1] == "DeleteChangeSet"


def test_an_execution_of_which_nobody_knows_is_left_alone(cloud: Callable[..., Any]) -> None:
    aws, session = cloud(ExecuteChangeSet=interrupt)
    with pytest.raises(KeyboardInterrupt), prepared(aws, REQUEST) as change_set:
        change_set.execute()
    assert called(session)[-1] == "ExecuteChangeSet"


@pytest.mark.parametrize(
    "lost",
    [
        Attempts([ReadTimeoutError(endpoint_url="https://cloudformation.example")]),
        Attempts([RawAnswer("<html>Bad gateway</html>", 502)]),
        ErrorAnswer("ServiceUnavailable"),
    ],
    ids=["nothing", "a proxy's page", "busy"],
)
def test_an_execution_whose_answer_is_lost_is_left_alone(cloud: Callable[..., Any], lost: Any) -> None:
    """CloudFormation may have begun: deleting the change set, or the stack with it, could undo that."""
    aws, session = cloud(ExecuteChangeSet=lost, DescribeStacks=UNDER_REVIEW)
    unknown = pytest.raises(StackError, match=r"Whether CloudFormation has begun is not known: look with")
    with unknown, prepared(aws, NEW) as change_set:
        change_set.execute()
    assert change_set.is_executed
    assert called(session)[-1] == "ExecuteChangeSet"


def modified(name: str, kind: str, replacement: str, **detail: str) -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": "X", "RequiresRecreation": detail.pop("recreation", "Never")}
    details = [{"Target": target, **detail}]
    return resource_change(name, "Modify", ResourceType=kind, Replacement=replacement, Details=details)


def test_what_only_follows_another_resource_is_left_out(cloud: Callable[..., Any]) -> None:
    """CloudFormation lists each secret for its KmsKeyId whenever the key changes."""
    follows = {"Evaluation": "Dynamic", "ChangeSource": "ResourceAttribute"}
    changes = [
        modified("Secret", "AWS::SecretsManager::Secret", "False", **follows),
        modified("Direct", "AWS::SecretsManager::Secret", "False", Evaluation="Static"),
        modified("Grave", "AWS::SecretsManager::Secret", "Conditional", recreation="Always", **follows),
    ]
    aws, _ = cloud(DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": changes})
    with prepared(aws, REQUEST) as change_set:
        assert [change.logical_id for change in change_set.changes] == ["Direct", "Grave"]


def test_the_role_check_is_never_replaced(cloud: Callable[..., Any]) -> None:
    """Its function answers with the same physical id each time, which CloudFormation cannot know."""
    change = modified("StackeryRole", "Custom::StackeryRole", "Conditional", recreation="Conditionally")
    aws, _ = cloud(DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": [change]})
    with prepared(aws, REQUEST) as change_set:
        assert [each.action for each in change_set.changes] == [Action.CHANGE]

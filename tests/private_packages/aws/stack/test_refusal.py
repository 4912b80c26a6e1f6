"""What validation and Hooks say of a change set that they refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.stack.refusal import why
from tests.aws import Answer, ErrorAnswer

CHANGE_SET = "arn:aws:cloudformation:us-east-1:111122223333:changeSet/x/1"
NO_EVENTS: Answer = {"OperationEvents": []}
NO_RESULTS: Answer = {"HookResults": []}
DENIED = ErrorAnswer("AccessDenied")
UNREAD = "What it says besides may not be read: get"
PATH = "/Resources/GitHubPackagesSecret/Properties/Name"
TOO_LONG = "expected maxLength: 512, actual: 600"
OF_A_PROPERTY = {
    "EventId": "1",
    "EventType": "VALIDATION_ERROR",
    "LogicalResourceId": "GitHubPackagesSecret",
    "ResourceType": "AWS::SecretsManager::Secret",
    "ValidationName": "PROPERTY_VALIDATION",
    "ValidationStatus": "FAILED",
    "ValidationStatusReason": TOO_LONG,
    "ValidationPath": PATH,
    "ValidationFailureMode": "FAIL",
}
CORRECT = "Correct it in repositories.yaml or with --parameter, then deploy again."


def summary(**changes: str) -> dict[str, Any]:
    found = {"HookResultId": "1" * 36, "FailureMode": "FAIL", "Status": "HOOK_COMPLETE_FAILED"}
    return found | {"TypeName": "Acme::Keys::Check"} | changes


def result(**changes: Any) -> Answer:
    return {"TypeName": "Acme::Keys::Check", "HookStatusReason": "Keys must be tagged."} | changes


OF_A_RESOURCE = {
    "TargetType": "RESOURCE",
    "TargetTypeName": "AWS::KMS::Key",
    "TargetId": "Key",
    "Action": "CREATE",
}
NOTES = [
    {
        "AnnotationName": "Tagged",
        "Status": "FAILED",
        "StatusMessage": "No tag Owner",
        "RemediationMessage": "Add one.",
    },
    {"AnnotationName": "Rotated", "Status": "PASSED", "StatusMessage": "Fine"},
]
ASK = "Change what it refuses, or ask who owns the Hook."


@pytest.mark.parametrize(
    ("answers", "sentences"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"DescribeEvents": {"OperationEvents": [OF_A_PROPERTY]}},
            [f"GitHubPackagesSecret (AWS::SecretsManager::Secret), {PATH}: {TOO_LONG}. {CORRECT}"],
            id="a property",
        ),
        pytest.param(
            {
                "DescribeEvents": [
                    {"OperationEvents": [{"EventId": "0", "EventType": "STACK_EVENT"}], "NextToken": "2"},
                    {
                        "OperationEvents": [
                            OF_A_PROPERTY | {"ValidationFailureMode": "WARN"},
                            {
                                "EventId": "2",
                                "LogicalResourceId": "Secret",
                                "ResourceType": "T",
                                "ValidationStatus": "FAILED",
                                "ValidationName": "NAME_CONFLICT_VALIDATION",
                            },
                        ]
                    },
                ]
            },
            [f"Secret (T): NAME_CONFLICT_VALIDATION. {CORRECT}"],
            id="a name on another page, after what only warns",
        ),
        pytest.param(
            {"ListHookResults": {"HookResults": [summary()]}, "GetHookResult": result(Target=OF_A_RESOURCE)},
            [f"The Hook Acme::Keys::Check refuses Key (AWS::KMS::Key): Keys must be tagged. {ASK}"],
            id="a Hook about a resource",
        ),
        pytest.param(
            {
                "ListHookResults": [
                    {
                        "HookResults": [
                            summary(FailureMode="WARN"),
                            summary(Status="HOOK_COMPLETE_SUCCEEDED"),
                        ],
                        "NextToken": "2",
                    },
                    {"HookResults": [summary(Status="HOOK_FAILED")]},
                ],
                "GetHookResult": result(Annotations=NOTES),
            },
            ["The Hook Acme::Keys::Check refuses: Keys must be tagged; Tagged: No tag Owner. Add one."],
            id="a Hook on another page that says what to do",
        ),
        pytest.param(
            {
                "ListHookResults": {"HookResults": [summary()]},
                "GetHookResult": {"TypeName": "Acme::Keys::Check"},
            },
            [f"The Hook Acme::Keys::Check refuses: it gives no reason. {ASK}"],
            id="a Hook that says nothing",
        ),
        pytest.param(
            {"DescribeEvents": DENIED, "ListHookResults": DENIED},
            [
                f"{UNREAD} cloudformation:DescribeEvents.",
                f"{UNREAD} cloudformation:ListHookResults and cloudformation:GetHookResult.",
            ],
            id="who may not read it",
        ),
        pytest.param({"DescribeEvents": ErrorAnswer("ValidationError")}, [], id="a service without it"),
    ],
)
def test_each_refusal_is_a_sentence(
    scripted: Callable[..., Any], answers: dict[str, Any], sentences: list[str]
) -> None:
    aws, session = scripted(**{"DescribeEvents": NO_EVENTS, "ListHookResults": NO_RESULTS} | answers)
    assert why(aws, CHANGE_SET) == sentences
    asked = dict(session.sent)
    assert asked["DescribeEvents"]["ChangeSetName"] == CHANGE_SET
    assert "StackName" not in asked["DescribeEvents"]
    assert asked["ListHookResults"]["TargetId"] == CHANGE_SET

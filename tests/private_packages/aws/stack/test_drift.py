"""What somebody changed by other means than the stack."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.stack.drift import MAXIMUM_LOOKS, PAUSE, Difference, DriftedResource, detect
from tests.aws import Answer, ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.stack import test_comparison

Make = Callable[..., tuple[Aws, Scripted]]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STACK_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/x/1"


def looked(state: str, **more: str) -> dict[str, Any]:
    answer = {"StackId": STACK_ID, "StackDriftDetectionId": "1" * 36, "Timestamp": NOW}
    return answer | {"DetectionStatus": state} | more


def drifted(name: str, state: str, *differences: tuple[str, str]) -> dict[str, Any]:
    return {
        "StackId": STACK_ID,
        "LogicalResourceId": name,
        "ResourceType": "AWS::SecretsManager::Secret",
        "StackResourceDriftStatus": state,
        "Timestamp": NOW,
        "ExpectedProperties": '{"SecretString": "not-a-real-token"}',
        "ActualProperties": '{"SecretString": "not-a-real-token-2"}',
        "PropertyDifferences": [
            {
                "PropertyPath": path,
                "ExpectedValue": "not-a-real-token",
                "ActualValue": "not-a-real-token-2",
                "DifferenceType": kind,
            }
            for path, kind in differences
        ],
    }


IN_SYNC = looked("DETECTION_COMPLETE", StackDriftStatus="IN_SYNC")
DRIFTED = looked("DETECTION_COMPLETE", StackDriftStatus="DRIFTED")
GOING_ON = looked("DETECTION_IN_PROGRESS")
SAME = [drifted(name, "IN_SYNC") for name in test_comparison.NOT_COMPARED]


def script(organization: str = "", **changes: Any) -> dict[str, ScriptEntry]:
    return {
        **test_comparison.script(organization),
        "DetectStackDrift": {"StackDriftDetectionId": "1" * 36},
        "DescribeStackDriftDetectionStatus": IN_SYNC,
        "DescribeStackResourceDrifts": {"StackResourceDrifts": SAME},
    } | changes


def test_nothing_drifted(scripted: Make, pauses: list[float]) -> None:
    aws, _ = scripted(**script())
    found = detect(aws, "x")
    assert pauses == []
    assert (found.status, found.reason, found.resources, found.problems) == ("IN_SYNC", "", [], [])


def test_what_differs_is_named_without_its_values(scripted: Make) -> None:
    pages: list[Answer] = [
        {
            "StackResourceDrifts": [drifted("A", "MODIFIED", ("/SecretString", "NOT_EQUAL"))],
            "NextToken": "2",
        },
        {"StackResourceDrifts": [drifted("B", "DELETED"), drifted("C", "UNKNOWN"), *SAME]},
    ]
    aws, session = scripted(
        **script(DescribeStackDriftDetectionStatus=DRIFTED, DescribeStackResourceDrifts=pages)
    )
    found = detect(aws, "x")
    kind = "AWS::SecretsManager::Secret"
    assert found.resources == [
        DriftedResource("A", kind, "MODIFIED", [Difference("/SecretString", "NOT_EQUAL")]),
        DriftedResource("B", kind, "DELETED", []),
        DriftedResource("C", kind, "UNKNOWN", []),
    ]
    assert found.problems == ["A, B drifted from the template: undo the change by hand"]
    assert "not-a-real-token" not in repr(found)
    assert ("DescribeStackResourceDrifts", {"StackName": "x", "NextToken": "2"}) in session.sent


def test_it_waits_for_the_end_and_tells_how_long(scripted: Make, pauses: list[float]) -> None:
    told: list[int] = []
    aws, _ = scripted(**script(DescribeStackDriftDetectionStatus=[GOING_ON, GOING_ON, IN_SYNC]))
    assert detect(aws, "x", told.append).status == "IN_SYNC"
    assert (told, pauses) == ([0, PAUSE], [PAUSE, PAUSE])


def test_it_does_not_wait_for_ever(scripted: Make, pauses: list[float]) -> None:
    aws, _ = scripted(**script(DescribeStackDriftDetectionStatus=GOING_ON))
    found = detect(aws, "x")
    assert found.reason.startswith("CloudFormation still looks for drift of the stack x after 10 minutes")
    assert found.problems[0] == "whether the stack drifted is not known"
    assert len(pauses) == MAXIMUM_LOOKS


def test_what_could_not_be_found_out_is_told(scripted: Make) -> None:
    failed = looked("DETECTION_FAILED", DetectionStatusReason="Failed to detect drift on resources [Key]")
    aws, _ = scripted(**script(DescribeStackDriftDetectionStatus=failed))
    found = detect(aws, "x")
    assert (found.status, found.reason) == ("UNKNOWN", "Failed to detect drift on resources [Key]")
    assert found.problems == ["whether the stack drifted is not known"]


@pytest.mark.parametrize(
    "operation", ["DetectStackDrift", "DescribeStackDriftDetectionStatus", "DescribeStackResourceDrifts"]
)
def test_not_being_allowed_is_told(scripted: Make, operation: str) -> None:
    answers: dict[str, Any] = {operation: ErrorAnswer("AccessDenied", "because so")}
    aws, _ = scripted(**script(**answers))
    found = detect(aws, "x")
    assert found.status == "UNKNOWN"
    assert found.reason.startswith("May not detect the drift of the stack x: get the permission")


def test_what_nobody_has_compared_is_listed(scripted: Make) -> None:
    """Keys and policies are not among what CloudFormation compares, whatever it says of the stack."""
    unsupported = [drifted("Key", "UNSUPPORTED"), drifted("RoleCheckFunction", "NOT_CHECKED")]
    aws, _ = scripted(**script(DescribeStackResourceDrifts={"StackResourceDrifts": unsupported}))
    found = detect(aws, "x")
    left = ["RoleCheckLogGroup", "RoleCheckFunction", "GitHubPackagesSecret"]
    assert (found.status, sorted(found.not_compared)) == ("IN_SYNC", sorted(left))
    assert found.problems == [f"{', '.join(found.not_compared)}: not compared with the template"]


def test_without_the_template_what_cloudformation_left_out_is_listed(scripted: Make) -> None:
    for drifts, left in (([drifted("Key", "UNSUPPORTED")], ["Key"]), (SAME, ["policies"])):
        answers: dict[str, Any] = {"DescribeStackResourceDrifts": {"StackResourceDrifts": drifts}}
        aws, _ = scripted(**script(**answers, GetTemplate=ErrorAnswer("AccessDenied")))
        assert detect(aws, "x").not_compared == left


def test_policies_that_somebody_changed_need_attention(scripted: Make) -> None:
    aws, _ = scripted(**script(ListAliases={"Aliases": []}))
    found = detect(aws, "x")
    assert found.policies == ["The key no longer has the alias alias/private-packages."]
    assert found.problems == ["policies or the alias are not the template's: undo the change by hand"]

"""Whether somebody has changed what the stack made, by other means than the stack."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack import comparison

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import DescribeStackResourceDriftsInputTypeDef

UNKNOWN: Final = "UNKNOWN"
"""As CloudFormation calls it where it could not find out."""
PAUSE = 3
"""Seconds between two looks at a detection, which CloudFormation says may take several minutes."""
_TOLD = ("IN_SYNC", "MODIFIED", "DELETED")
"""The statuses of resources that CloudFormation has compared."""
_UNDO = "undo the change by hand"  # deploying the same template again changes nothing
MAXIMUM_LOOKS = 200
"""After ten minutes it is given up; CloudFormation goes on with it."""


@dataclass(frozen=True)
class Difference:
    """A property that is not as the stack made it. Its values are not kept: one may be a token."""

    path: str
    kind: str
    """ADD, REMOVE or NOT_EQUAL."""


@dataclass(frozen=True)
class DriftedResource:
    """A resource that is not as the stack made it, or of which CloudFormation does not say that it is."""

    logical_id: str
    resource_type: str
    status: str
    """MODIFIED or DELETED; UNKNOWN, NOT_CHECKED or UNSUPPORTED where that could not be found out."""
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Drift:
    """What a detection found."""

    status: str
    """IN_SYNC, DRIFTED, or UNKNOWN."""
    reason: str
    """Why something could not be found out; empty where all could."""
    resources: Sequence[DriftedResource]
    policies: Sequence[str] = ()
    """What of policies and the key's alias would have to change to be as the template says."""
    not_compared: Sequence[str] = ()
    """The logical ids of what nobody has compared with the template."""

    @property
    def problems(self) -> list[str]:
        """What needs attention."""
        if self.status == "DRIFTED":
            names = ", ".join(each.logical_id for each in self.resources if each.status in _TOLD)
            found = [f"{names} drifted from the template: {_UNDO}"]
        else:
            found = ["whether the stack drifted is not known"] if self.status == UNKNOWN else []
        found += [f"policies or the alias are not the template's: {_UNDO}"] if self.policies else []
        if self.not_compared:
            found.append(f"{', '.join(self.not_compared)}: not compared with the template")
        return found


def detect(
    aws: Aws,
    stack_name: str,
    tell: Callable[[int], None] = lambda _seconds: None,
) -> Drift:
    """Let CloudFormation compare the stack's resources with its template, and compare what it leaves out.

    What hinders CloudFormation is the reason.

    Args:
        aws: the stack's account and Region.
        stack_name: the stack.
        tell: is called before each pause with the seconds since the beginning.
    """
    try:
        found = _detect(aws, stack_name, tell)
    except (AwsError, StackError) as error:
        found = Drift(UNKNOWN, str(error), [])
    told = {each.logical_id for each in found.resources if each.status in _TOLD}
    left = [each.logical_id for each in found.resources if each.status not in _TOLD]
    found = replace(found, resources=[each for each in found.resources if each.status != "IN_SYNC"])
    try:
        compared = comparison.compare(aws, stack_name)
    except (AwsError, StackError):
        return replace(found, not_compared=left or ["policies"])
    left = [each for each in compared.resources if each not in told and each not in compared.compared]
    return replace(found, policies=compared.differences, not_compared=left)


def _detect(aws: Aws, stack_name: str, tell: Callable[[int], None]) -> Drift:
    cloudformation = aws.client("cloudformation")
    with asking(f"detect the drift of the stack {stack_name}"):
        detection = cloudformation.detect_stack_drift(StackName=stack_name)["StackDriftDetectionId"]
        for look in range(MAXIMUM_LOOKS):
            answer = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
            if answer["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                break
            tell(look * PAUSE)
            time.sleep(PAUSE)
        else:
            raise StackError(
                f"CloudFormation still looks for drift of the stack {stack_name} after"
                f" {MAXIMUM_LOOKS * PAUSE // 60} minutes: try again later."
            )
        resources = list(_resources(cloudformation, stack_name))
    return Drift(
        status=answer.get("StackDriftStatus", UNKNOWN),
        reason=answer.get("DetectionStatusReason", ""),
        resources=resources,
    )


def _resources(cloudformation: "CloudFormationClient", stack_name: str) -> Iterator[DriftedResource]:
    asked: DescribeStackResourceDriftsInputTypeDef = {"StackName": stack_name}
    while True:
        page = cloudformation.describe_stack_resource_drifts(**asked)
        for drift in page["StackResourceDrifts"]:
            yield DriftedResource(
                logical_id=drift["LogicalResourceId"],
                resource_type=drift["ResourceType"],
                status=drift["StackResourceDriftStatus"],
                differences=[
                    Difference(difference["PropertyPath"], difference["DifferenceType"])
                    for difference in drift.get("PropertyDifferences", [])
                ],
            )
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]

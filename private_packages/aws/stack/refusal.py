"""Why CloudFormation refused a change set before it made anything: the reason is not in the change set.

Since November 2025 CloudFormation validates the properties of a change set, looks whether names are free, and
lets Hooks judge. What validation says is an event of the change set, by its ARN; of Hooks there are results.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from private_packages.aws.aws import DENIED, Aws, asking
from private_packages.aws.errors import AwsError
from private_packages.aws.text import one_line

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        GetHookResultOutputTypeDef,
        ListHookResultsInputTypeDef,
        OperationEventTypeDef,
    )

_VALIDATION = "Correct it in repositories.yaml or with --parameter, then deploy again"
_HOOK = "Change what it refuses, or ask who owns the Hook"


def why(aws: Aws, change_set_id: str) -> list[str]:
    """Return a sentence for each thing that validation or a Hook refused, with what to do.

    What cannot be found out is told as such, never raised: that a change set failed matters more.

    Args:
        aws: the stack's account and Region.
        change_set_id: the ARN of a change set that failed and is still there.
    """
    found: list[str] = []
    for look, permissions in (
        (_validation, "cloudformation:DescribeEvents"),
        (_hooks, "cloudformation:ListHookResults and cloudformation:GetHookResult"),
    ):
        try:
            found += look(aws, change_set_id)
        except AwsError as error:
            if error.code in DENIED:
                found.append(f"What it says besides may not be read: get {permissions}.")
    return found


def _validation(aws: Aws, change_set_id: str) -> Iterator[str]:
    pages = aws.client("cloudformation").get_paginator("describe_events")
    with asking("read the events of the change set"):
        for page in pages.paginate(ChangeSetName=change_set_id):
            for event in page["OperationEvents"]:
                refuses = event.get("ValidationStatus") == "FAILED"
                if refuses and event.get("ValidationFailureMode", "FAIL") == "FAIL":
                    yield _of_validation(event)


def _of_validation(event: "OperationEventTypeDef") -> str:
    what = f"{event.get('LogicalResourceId', '')} ({event.get('ResourceType', '')})"
    where = f", {event['ValidationPath']}" if event.get("ValidationPath") else ""
    said = event.get("ValidationStatusReason") or event.get("ValidationName", "")
    return f"{what}{where}: {_text(said)}. {_VALIDATION}."


def _hooks(aws: Aws, change_set_id: str) -> Iterator[str]:
    cloudformation = aws.client("cloudformation")
    asked: ListHookResultsInputTypeDef = {"TargetType": "CHANGE_SET", "TargetId": change_set_id}
    while True:
        with asking("read the results of the Hooks"):
            page = cloudformation.list_hook_results(**asked)
        for summary in page.get("HookResults", []):
            failed = summary["Status"] in ("HOOK_COMPLETE_FAILED", "HOOK_FAILED")
            if failed and summary.get("FailureMode", "FAIL") == "FAIL":
                with asking("read the result of a Hook"):
                    result = cloudformation.get_hook_result(HookResultId=summary["HookResultId"])
                yield _of_hook(result)
        if "NextToken" not in page:
            return
        asked["NextToken"] = page["NextToken"]


def _of_hook(result: "GetHookResultOutputTypeDef") -> str:
    target = result.get("Target", {})
    kind = f" ({target['TargetTypeName']})" if "TargetTypeName" in target else ""
    what = f" {target['TargetId']}{kind}" if target.get("TargetType") == "RESOURCE" else ""
    said = [result.get("HookStatusReason", "")]
    advice = []
    for note in result.get("Annotations", []):
        if note.get("Status") == "FAILED":
            said.append(f"{note.get('AnnotationName', '')}: {note.get('StatusMessage', '')}")
            advice += [note.get("RemediationMessage", ""), note.get("RemediationLink", "")]
    reasons = "; ".join(filter(None, map(_text, said))) or "it gives no reason"
    step = "; ".join(filter(None, map(_text, advice))) or _HOOK
    return f"The Hook {result.get('TypeName', '')} refuses{what}: {reasons}. {step}."


def _text(said: str) -> str:
    return one_line(said, 500).strip(".: ")

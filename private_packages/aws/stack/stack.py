"""The deployed stack of the template `private-packages`."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from generator import names
from private_packages import invocation
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, StackError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


def find(aws: Aws, stack_name: str) -> "StackTypeDef | None":
    """Return the stack's description as CloudFormation gives it, or None where there is no such stack.

    Raises:
        AwsError: AWS cannot be asked.
    """
    cloudformation = aws.client("cloudformation")
    try:
        with asking(f"read the stack {stack_name} in {aws.region}"):
            return cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in str(error):
            return None
        raise


def outputs(stack: "StackTypeDef") -> dict[str, str]:
    """Return the outputs of a stack that was described."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def get(aws: Aws, stack_name: str) -> "StackTypeDef":
    """Return the stack's description as CloudFormation gives it.

    Raises:
        StackError: there is no such stack.
        AwsError: AWS cannot be asked.
    """
    stack = find(aws, stack_name)
    if stack is None:
        raise StackError(
            f"There is no stack {stack_name} in {aws.region}: correct --stack-name, --region or --profile."
        )
    return stack


def template(aws: Aws, stack_name: str, change_set: str | None = None) -> str:
    """Return the template of a stack, or of a change set, given by its ARN, as it was handed over.

    Raises:
        AwsError: AWS cannot be asked, or there is no such stack.
    """
    of: dict[str, str] = {"ChangeSetName": change_set} if change_set else {"StackName": stack_name}
    with asking(f"read the template of the stack {stack_name}"):
        answer = aws.client("cloudformation").get_template(**of, TemplateStage="Original")
    body: object = answer["TemplateBody"]
    # JSON comes as a document.
    return body if isinstance(body, str) else json.dumps(body, indent=2)


def tags_of(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the tags of a stack, a stack set or a secret, as AWS describes them, by their keys."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def is_taken_over(description: "StackTypeDef") -> bool:
    """Return whether it was made by the first step of an import, and the second is still to come."""
    return description.get("Description", "").startswith(names.TAKEN_OVER)


def secret_arns(aws: Aws, description: "StackTypeDef", repository_ids: Iterable[str]) -> dict[str, str]:
    """Return the ARN of each repository's secret, by the repository's id, from the outputs of a stack.

    Raises:
        StackError: it lacks an output.
    """
    found = outputs(description)
    wanted = {name: names.secret_arn_output(name) for name in repository_ids}
    missing = [output for output in wanted.values() if output not in found]
    if missing and is_taken_over(description):
        deploy = invocation.command("deploy", stack_name=description["StackName"])
        raise StackError(
            f"The stack {description['StackName']} in {aws.region} has taken over key and secrets, the rest"
            f" is missing: `{deploy}`."
        )
    if missing:
        raise StackError(
            f"Stack {description['StackName']} in {aws.region} ({description['StackStatus']}) has no output"
            f" {', '.join(missing)}: deploy a template made from the same configuration there first."
        )
    return {name: found[output] for name, output in wanted.items()}

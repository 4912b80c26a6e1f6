"""What can be done with a stack in the state it is in."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

from private_packages import invocation
from private_packages.aws.aws import Aws
from private_packages.aws.errors import StackError
from private_packages.aws.stack import events, protection, stack
from private_packages.aws.stack.change_set import changing
from private_packages.aws.stack.events import Event

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackSetTypeDef, StackTypeDef

_MENDS = {
    "CREATE_FAILED": "delete-stack",
    "ROLLBACK_FAILED": "delete-stack",
    "DELETE_FAILED": "delete-stack",
    "UPDATE_FAILED": "rollback-stack",
    "UPDATE_ROLLBACK_FAILED": "continue-update-rollback",
}
"""The command of `aws cloudformation` that leads out of each state that no change set leads out of."""


SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
"""The statuses of a stack whose last operation succeeded and is over."""


class State(Enum):
    """What a stack's state means for a deployment."""

    NEW = auto()
    """There is no stack, or one that only has change sets."""
    BUSY = auto()
    """An operation is going on."""
    REMAINS = auto()
    """Of a first deployment that failed: nothing but a name, which must be deleted."""
    DEPLOYED = auto()


def state_of(aws: Aws, description: "StackTypeDef | None") -> State:
    """Return what the state of a stack, as `stack.find` gives it, means.

    Raises:
        StackError: the stack must be mended first, or is none of this template's.
    """
    status = description["StackStatus"] if description else "REVIEW_IN_PROGRESS"
    if description is None or status == "REVIEW_IN_PROGRESS":
        return State.NEW
    if status.endswith("_IN_PROGRESS"):
        return State.BUSY
    if status == "ROLLBACK_COMPLETE":
        return State.REMAINS
    name = description["StackName"]
    if status in _MENDS:
        command = invocation.aws_command(
            f"cloudformation {_MENDS[status]}", region=aws.region, stack_name=name
        )
        raise StackError(
            f"Repair the stack {name} in {aws.region} first, which is {status}: see its events for the cause,"
            f" remove that, then run `{command}`."
        )
    # Else the diff would be: remove all of somebody's.
    if "KeyArn" not in stack.outputs(description) and not stack.is_taken_over(description):
        raise of_another_template(aws, name)
    return State.DEPLOYED


def of_another_template(aws: Aws, name: str) -> StackError:
    """Return the refusal of a stack that is none of this project's."""
    return StackError(
        f"Choose another --stack-name: the stack {name} in {aws.region} was not deployed from"
        " private-packages.yaml."
    )


def parameters_of(description: "StackTypeDef | StackSetTypeDef | None") -> dict[str, str]:
    """Return the values of the parameters of a stack or stack set; those of NoEcho ones are asterisks."""
    found = description.get("Parameters", []) if description else []
    return {parameter["ParameterKey"]: parameter.get("ParameterValue", "") for parameter in found}


def delete(aws: Aws, description: "StackTypeDef") -> Iterator[Event]:
    """Delete a stack, also a protected one; its events come while they are asked for.

    Raises:
        StackError: the deletion failed.
        AwsError: AWS cannot be asked, or refuses.
    """
    name, stack_id = description["StackName"], description["StackId"]
    since = events.latest(aws, stack_id)
    with protection.lifted(aws, description), changing(aws, name, f"delete the stack {name}"):
        aws.client("cloudformation").delete_stack(StackName=stack_id)
    yield from events.follow(aws, stack_id, since)
    status = stack.get(aws, stack_id)["StackStatus"]
    if status != "DELETE_COMPLETE":
        raise StackError(
            f"The stack {name} in {aws.region} could not be deleted, it is {status}: see its events."
        )

"""Termination protection: CloudFormation deletes no stack that has it, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, StackError, UserError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


def is_on(description: "StackTypeDef | None") -> bool:
    """Return whether a stack that was described is protected; one that is not there is not."""
    return bool(description and description.get("EnableTerminationProtection"))


def turn(aws: Aws, description: "StackTypeDef", *, on: bool) -> None:
    """Turn a stack's protection on or off.

    Raises:
        AwsError: AWS cannot be asked, or refuses.
    """
    what = f"turn the termination protection of the stack {description['StackName']} {'on' if on else 'off'}"
    with asking(what):
        aws.client("cloudformation").update_termination_protection(
            StackName=description["StackId"], EnableTerminationProtection=on
        )


@contextmanager
def lifted(aws: Aws, description: "StackTypeDef") -> Iterator[None]:
    """Turn a stack's protection off for a call that deletes it, and on again where that is refused.

    Raises:
        StackError: the call was refused, and the protection is off now.
        AwsError: AWS cannot be asked, or refuses to turn it off.
    """
    if not is_on(description):
        yield
        return
    turn(aws, description, on=False)
    try:
        yield
    except UserError as error:
        try:
            turn(aws, description, on=True)
        except AwsError as other:
            raise StackError(f"{error} Its termination protection is off now: {other}") from error
        raise

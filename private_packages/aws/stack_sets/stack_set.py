"""A stack set, as every call names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from private_packages import invocation
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        StackInstanceSummaryTypeDef,
        StackSetOperationSummaryTypeDef,
        StackSetTypeDef,
    )

CallAs = Literal["SELF", "DELEGATED_ADMIN"]

_SENTENCES = {
    "OperationInProgressException": (
        "Another operation runs on the stack set {name}: see what runs with `{watch}`."
    ),
    "StaleRequestException": "Somebody else changed the stack set {name} at the same time: try again.",
    "NameAlreadyExistsException": "Somebody else made a stack set {name} at the same time: try again.",
    "StackSetNotFoundException": (
        "There is no stack set {name} in {region}: correct --name, --region or --profile."
    ),
    "StackSetNotEmptyException": "The stack set {name} has instances again: try again.",
}


@dataclass(frozen=True)
class StackSet:
    """A stack set in the Region of its administrator's AWS."""

    aws: Aws
    name: str
    call_as: CallAs = "SELF"
    """DELEGATED_ADMIN in an account that the management account has made a delegated administrator."""

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return self.aws.client("cloudformation")

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call an operation of CloudFormation that concerns this stack set.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        try:
            with asking(f"call {operation} for the stack set {self.name}"):
                answer: dict[str, Any] = getattr(self._cloudformation, operation)(
                    StackSetName=self.name, CallAs=self.call_as, **parameters
                )
        except AwsError as error:
            if error.code in _SENTENCES:
                sentence = _SENTENCES[error.code].format(
                    name=self.name, region=self.aws.region, watch=invocation.command("rollout watch")
                )
                raise AwsError(sentence, error.code) from error
            raise
        return answer

    def answers(self, operation: str, **parameters: object) -> Iterator[list[dict[str, Any]]]:
        """Return what a list operation lists, a list for each call that it takes, asked for as it is used.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        token: dict[str, str] = {}
        while True:
            answer = self.call(operation, **parameters, **token)
            yield answer["Summaries"]
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    @overload
    def pages(
        self, operation: Literal["list_stack_instances"], **parameters: object
    ) -> "Iterator[StackInstanceSummaryTypeDef]": ...

    @overload
    def pages(
        self, operation: Literal["list_stack_set_operations"], **parameters: object
    ) -> "Iterator[StackSetOperationSummaryTypeDef]": ...

    def pages(self, operation: str, **parameters: object) -> Iterator[Any]:
        """Return the entries of all pages of a list operation, asked for page by page as they are used.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        for entries in self.answers(operation, **parameters):
            yield from entries

    def describe(self) -> "StackSetTypeDef | None":
        """Return the stack set as CloudFormation describes it, or None where there is none.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        try:
            description: StackSetTypeDef = self.call("describe_stack_set")["StackSet"]
        except AwsError as error:
            if error.code == "StackSetNotFoundException":
                return None
            raise
        return None if description.get("Status") == "DELETED" else description

"""A stack set, as every call names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rollout.aws import Aws, asking

CallAs = Literal["SELF", "DELEGATED_ADMIN"]


@dataclass(frozen=True)
class StackSet:
    """A stack set in the Region of its administrator's AWS."""

    aws: Aws
    name: str
    call_as: CallAs = "SELF"
    """DELEGATED_ADMIN in an account that the management account has made a delegated administrator."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation of CloudFormation that concerns this stack set.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        with asking(f"call {operation} for the stack set {self.name}"):
            answer: dict[str, Any] = getattr(self.aws.client("cloudformation"), operation)(
                StackSetName=self.name, CallAs=self.call_as, **parameters
            )
        return answer

    def pages(self, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Return the entries of all pages of a list operation, asked for page by page as they are used.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        token: dict[str, str] = {}
        while True:
            answer = self.call(operation, **parameters, **token)
            yield from answer["Summaries"]
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

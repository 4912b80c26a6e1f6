"""Which stack has which key and which secrets now, whatever made them.

Tags tell who made them: they stay when a secret is left behind, and whether they change on AWS when another
stack takes it over was not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from generator import names
from private_packages.aws.aws import Aws, asking
from private_packages.aws.stack import stack


@dataclass(frozen=True)
class Owners:
    """The stacks of this project in an account and Region, by what they have; read when it is first asked."""

    aws: Aws

    def of(self, *identifiers: str) -> str | None:
        """Return the stack that has what is called so: an ARN, a key's id, a secret's name; None for none.

        Raises:
            AwsError: AWS cannot be asked.
        """
        found = (self._by_identifier.get(each) for each in identifiers)
        return next((each for each in found if each), None)

    @cached_property
    def _by_identifier(self) -> Mapping[str, str]:
        cloudformation = self.aws.client("cloudformation")
        found: dict[str, str] = {}
        with asking("look which stacks there are"):
            pages = list(cloudformation.get_paginator("describe_stacks").paginate())
        for description in (each for page in pages for each in page["Stacks"]):
            name, outputs = description["StackName"], stack.outputs(description)
            if "KeyArn" in outputs:
                found |= dict.fromkeys((outputs["KeyArn"], *names.secret_arns(outputs).values()), name)
            # It has no outputs yet.
            elif stack.is_taken_over(description):
                with asking(f"list what the stack {name} has"):
                    resources = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
                found |= {
                    each["PhysicalResourceId"]: name for each in resources if "PhysicalResourceId" in each
                }
        return found

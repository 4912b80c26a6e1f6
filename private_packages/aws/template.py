"""A template as AWS gets it: text, with what has to be known about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator import names, short_forms
from private_packages.aws.errors import TemplateError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import CapabilityType


@dataclass(frozen=True)
class TemplateText:
    """A template of this project."""

    name: str
    """One of names.TEMPLATES."""
    body: str
    description: str
    version: str
    """The release that made it."""
    parameters: Mapping[str, Mapping[str, Any]]
    """The section Parameters, as CloudFormation reads it."""

    @property
    def hidden(self) -> frozenset[str]:
        """The parameters with NoEcho: they hold tokens."""
        return frozenset(name for name, declared in self.parameters.items() if declared.get("NoEcho"))

    @property
    def defaults(self) -> dict[str, str]:
        """The value of each parameter that is not given one."""
        return {name: str(declared.get("Default", "")) for name, declared in self.parameters.items()}

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.body.encode())

    @property
    def capabilities(self) -> "Sequence[CapabilityType]":
        """What CloudFormation wants to hear before it takes it."""
        return capabilities(self.body)

    def require_size(self, remedy: str) -> None:
        """Refuse a template that CloudFormation does not take in a call.

        Args:
            remedy: what to do about it, to complete the sentence.

        Raises:
            TemplateError: it is too large.
        """
        if self.size > names.TEMPLATE_BYTES:
            raise TemplateError(
                f"The template {self.name} has {self.size:,} bytes, but CloudFormation takes"
                f" {names.TEMPLATE_BYTES:,} in a call: {remedy}"
            )

    def fault(self, parameter: str, value: str) -> str:
        """Return what CloudFormation would not take of a parameter's value; empty where it takes it.

        The sentence does not repeat the value, which may be a token.
        """
        declared = self.parameters[parameter]
        allowed = declared.get("AllowedValues")
        if allowed and value not in allowed:
            return f"takes {' or '.join(allowed)} only."
        # Of a list, each entry has to match.
        entries = value.split(",") if declared.get("Type") == "CommaDelimitedList" else [value]
        pattern = declared.get("AllowedPattern", ".*")
        if not all(re.fullmatch(pattern, each, re.ASCII | re.DOTALL) for each in entries):
            return str(declared["ConstraintDescription"])
        if len(value.encode()) > names.VALUE_BYTES:
            return f"give a value of {names.VALUE_BYTES:,} bytes at most."
        return ""


def capabilities(body: str) -> "Sequence[CapabilityType]":
    """Return what CloudFormation wants to hear before it takes a template: that it may make IAM's resources.

    Raises:
        UnreadableTemplateError: it is no template.
    """
    resources = short_forms.load(body).get("Resources", {})
    makes_roles = any(resource["Type"].startswith("AWS::IAM::") for resource in resources.values())
    return ["CAPABILITY_IAM"] if makes_roles else []

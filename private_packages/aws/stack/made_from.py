"""What a stack was made from, as its template says: the configuration, without any token."""

import json

from generator import names
from generator.configuration import Configuration
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import StackError


def configuration_of(aws: Aws, stack_name: str) -> Configuration | None:
    """Return the configuration that a deployed stack was made from; None where its template does not say.

    Templates say so since 0.2.0. GetTemplateSummary gives the section Metadata as JSON.

    Raises:
        StackError: a release made it whose configuration this one cannot read.
        AwsError: AWS cannot be asked, or there is no such stack.
    """
    with asking(f"read what the stack {stack_name} was made from"):
        answer = aws.client("cloudformation").get_template_summary(StackName=stack_name)
    try:
        section = json.loads(answer.get("Metadata") or "{}").get(names.MADE_FROM)
        return None if section is None else Configuration.model_validate(section["Configuration"])
    # pydantic's errors are ValueErrors, and so are those of JSON.
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StackError(
            f"The stack {stack_name} in {aws.region} says what it was made from in a way that this release"
            " does not know: use the release that deployed it, or give its configuration with --config."
        ) from error

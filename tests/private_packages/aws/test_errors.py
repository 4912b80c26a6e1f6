"""Errors whose messages users act on."""

import pytest

from private_packages.aws import errors
from private_packages.aws.errors import AwsError, UserError

OWN = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, UserError)]


@pytest.mark.parametrize("kind", OWN)
def test_a_command_tells_each_as_a_sentence(kind: type[UserError]) -> None:
    """So none of them ends in a traceback: see `LazyGroup.invoke`."""
    assert str(kind("Try again.")) == "Try again."


def test_what_aws_said_comes_with_the_sentence() -> None:
    error = AwsError("May not read it.", "AccessDenied", "User: x is not authorized")
    assert (str(error), error.code, error.said) == (
        "May not read it.",
        "AccessDenied",
        "User: x is not authorized",
    )
    assert not error.is_network
    assert AwsError("AWS cannot be asked.", is_network=True).is_network

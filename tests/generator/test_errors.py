"""What the generator raises is told to its user as one sentence."""

import inspect

import pytest

from generator import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_knows_all_errors_by_their_base(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.GeneratorError)
    assert str(kind("repositories.yaml: is missing.")) == "repositories.yaml: is missing."

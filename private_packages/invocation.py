"""The commands that this project tells its users to run next: whole, so that they can be pasted.

What leads a command to the same place (stack, account, Region, configuration, stack set) is taken over from
the invocation at hand. A program that calls this package without a command gets the commands alone.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_AWS = ("profile", "region")
_STACK = ("stack_name", *_AWS)
_TOKEN = ("stack_name", "config", *_AWS)
_STACK_SET = ("template", "name", "self_managed", *_AWS)

LEADING = {
    "check": ("config", "stack_name", *_AWS),
    "deploy": _TOKEN,
    "hook": _TOKEN,
    "rollout remove": _STACK_SET,
    "rollout start": ("config", "stack_name", *_STACK_SET),
    "rollout status": _STACK_SET,
    "rollout stop": _STACK_SET,
    "rollout watch": _STACK_SET,
    "status": _STACK,
    "token check": _TOKEN,
    "token roll-back": _TOKEN,
    "token set": _TOKEN,
    "token versions": _TOKEN,
    "verify": _TOKEN,
}
"""The options of each command that lead it to a place."""

Words = Sequence[str]
"""An option as it is given, such as --stack-name and tokens."""


@dataclass(frozen=True)
class Invocation:
    """A command as its user gave it."""

    name: str = ""
    """Without the program's own: token set."""
    options: Mapping[str, Words] = field(default_factory=dict)
    """Those that were given, and the arguments, by the names of their parameters."""


_at_hand: ContextVar[Invocation] = ContextVar("invocation", default=Invocation())  # noqa: B039 - it is frozen


@contextmanager
def running(invocation: Invocation) -> Iterator[None]:
    """Let this be the invocation at hand."""
    before = _at_hand.set(invocation)
    try:
        yield
    finally:
        _at_hand.reset(before)


def command(name: str, /, *arguments: str, **places: str | None) -> str:
    """Return a command that goes on where the invocation at hand is.

    Args:
        name: one of LEADING.
        arguments: what else it is to get: arguments, and options as they are written.
        places: values of leading options that are known better than from the invocation; those that are None
            or that the command does not take are left out.
    """
    words = ["private-packages", *name.split(), *arguments]
    for option in LEADING[name]:
        if option in places:
            value = places[option]
            words += [] if value is None else [f"--{option.replace('_', '-')}", value]
        else:
            words += _at_hand.get().options.get(option, ())
    return shlex.join(words)


def aws_command(operation: str, /, *, region: str | None, **options: str | Words | None) -> str:
    """Return a command of the AWS CLI, with the profile of the invocation at hand.

    Args:
        operation: the service and what to do, as the CLI has them: kms enable-key.
        region: where; None for a service that has no Regions.
        options: their values by their names, with _ for -; None for one that takes no value, several for one
            that takes as many.
    """
    words = ["aws", *operation.split()]
    for option, value in (options | ({"region": region} if region else {})).items():
        values = [value] if isinstance(value, str) else value or ()
        words += [f"--{option.replace('_', '-')}", *values]
    return shlex.join([*words, *_at_hand.get().options.get("profile", ())])


def again(*without: str) -> str:
    """Return the invocation at hand once more, without the options of these names."""
    given = _at_hand.get()
    words = ["private-packages", *given.name.split()]
    for option, values in given.options.items():
        words += () if option in without else values
    return shlex.join(words)

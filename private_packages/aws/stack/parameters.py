"""The parameters of a stack: what it has, what it is given, and what that changes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

HIDDEN = "(hidden)"
"""Shown in place of a value that CloudFormation does not show, either."""


@dataclass(frozen=True)
class ParameterChange:
    """What becomes of one parameter; a value is None where the stack does not have the parameter."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Parameters:
    """The values of a template's parameters for one stack."""

    defaults: Mapping[str, str]
    """All parameters of the template."""
    hidden: Collection[str]
    """Those with NoEcho."""
    deployed: Mapping[str, str]
    """What the stack has, empty where it is new; of the hidden ones only the names count."""
    given: Mapping[str, str] = field(repr=False)
    """What it is given now."""

    @property
    def kept(self) -> list[str]:
        """The parameters that keep the value that the stack has."""
        return [name for name in self.defaults if name in self.deployed and name not in self.given]

    def value(self, name: str) -> str:
        """Return what a parameter, none of the hidden ones, will be."""
        return {**self.defaults, **self.deployed, **self.given}[name]

    def changes(self) -> Iterator[ParameterChange]:
        """Return what becomes of each parameter, but of those that stay as they are, or are new and empty."""
        for name in self.defaults:
            if name in self.hidden:
                before = HIDDEN if name in self.deployed else None
                after = HIDDEN if self.given.get(name) else ""
                if name in self.given or before is None:
                    yield ParameterChange(name, before, after)
            elif self.deployed.get(name, "") != self.value(name):
                yield ParameterChange(name, self.deployed.get(name), self.value(name))
        for name in self.deployed:
            if name not in self.defaults:
                yield ParameterChange(name, HIDDEN, None)

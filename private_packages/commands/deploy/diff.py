"""A change set as a diff that people read before they agree to it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from private_packages.aws.stack.change_set import Action, Change, grave
from private_packages.aws.stack.parameters import HIDDEN, ParameterChange

_MARKS = {
    Action.ADD: ("+", "green"),
    Action.CHANGE: ("~", "yellow"),
    Action.REPLACE: ("!", "bold red"),
    Action.MAY_REPLACE: ("!", "bold red"),
    Action.REMOVE: ("-", "red"),
}

_CONSEQUENCES = {
    "AWS::KMS::Key": (
        "The secrets are encrypted with a new key. The old one stays in the account, at its monthly price;"
        " what names it by its ARN must name the new one."
    ),
    "AWS::SecretsManager::Secret": (
        "Builds read a new secret with a new ARN: make each hook anew. It holds the token that this stack was"
        " given last, or none, but not what was put into the old one since. The old one stays, closed to the"
        " builds."
    ),
}
"""What it means that a resource of a type is replaced, where it means work for people."""


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many resources are added, changed, and so on."""
    found = Counter(change.action for change in changes)
    return {action.value: found[action] for action in Action}


def print_diff(console: Console, changes: Sequence[Change], parameters: Sequence[ParameterChange]) -> None:
    """Print what becomes of each resource and each parameter, and how many there are."""
    width = max((len(change.logical_id) for change in changes), default=0)
    kind = max((len(change.resource_type) for change in changes), default=0)
    if changes:
        console.print(Text("Resources", style="bold"))
    for change in changes:
        _print_hanging(console, _resource(change, width, kind), 6)
        if change in grave([change]):
            _print_hanging(console, Text(f"    {_CONSEQUENCES[change.resource_type]}", style="red"), 4)
    if parameters:
        console.print(Text("Parameters", style="bold"))
        width = max(len(parameter.name) for parameter in parameters)
        for parameter in parameters:
            _print_hanging(console, _parameter(parameter, width), 6)
    found = Counter(change.action for change in changes)
    console.print(", ".join(_count(found)) + ".")


def _print_hanging(console: Console, text: Text, indent: int) -> None:
    """Print text; where it does not fit on a line, the further lines are indented."""
    console.print(Text("\n" + " " * indent).join(text.wrap(console, console.width - indent)))


def _count(found: Counter[Action]) -> Iterator[str]:
    for action in Action:
        if found[action] or action is not Action.MAY_REPLACE:
            yield f"{found[action]} {action.in_words}"


def _resource(change: Change, width: int, kind: int) -> Text:
    mark, style = _MARKS[change.action]
    notes = [", ".join(change.properties)] if change.properties else []
    if change.action in (Action.REPLACE, Action.MAY_REPLACE):
        notes.append(f"{change.action.in_words} by a new one")
    if change.stays is not None:
        of_what = "" if change.action is Action.REMOVE else "the old one "
        notes.append(f"{of_what}{'stays in the account' if change.stays else 'is deleted'}")
    line = f"  {mark} {change.logical_id:{width}}  {change.resource_type:{kind}}  {'; '.join(notes)}"
    return Text(line.rstrip(), style=style)


def _parameter(parameter: ParameterChange, width: int) -> Text:
    before, after = parameter.before, parameter.after
    if after is None:
        return Text(f"  - {parameter.name}", style="red")
    if before is None:
        return Text(f"  + {parameter.name:{width}}  {_shown(after)}", style="green")
    change = HIDDEN if after == HIDDEN else f"{_shown(before)} → {_shown(after)}"
    return Text(f"  ~ {parameter.name:{width}}  {change}", style="yellow")


def _shown(value: str) -> str:
    return value or "(empty)"

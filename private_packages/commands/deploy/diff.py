"""A change set as a diff that people read before they agree to it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from private_packages.aws.stack.access import AccessChange
from private_packages.aws.stack.change_set import Action, Change, grave
from private_packages.aws.stack.parameters import HIDDEN, ParameterChange
from private_packages.aws.stack.resource_import import Import
from private_packages.commands.printing import aligned

_MARKS = {
    Action.ADD: ("+", "green"),
    Action.CHANGE: ("~", "yellow"),
    Action.REPLACE: ("!", "bold red"),
    Action.MAY_REPLACE: ("!", "bold red"),
    Action.REMOVE: ("-", "red"),
    Action.IMPORT: ("=", "cyan"),
}
_STYLES = dict(_MARKS.values())

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


def print_imports(console: Console, imports: Sequence[Import]) -> None:
    """Print what is taken over, and what it is."""
    if imports:
        console.print(Text("Taken over, as it is", style="bold"))
    for each in imports:
        value = {None: "", True: "with a value; ", False: "without a value; "}[each.has_value]
        policy = f"{each.openness}, replaced by the template's policy"
        _print_row(console, "=", [each.name, f"{value}{policy}"], "cyan")


def print_diff(
    console: Console,
    changes: Sequence[Change],
    parameters: Sequence[ParameterChange],
    access: Sequence[AccessChange] = (),
) -> None:
    """Print who gains and loses access, what becomes of each resource and parameter, and how many these are.

    What needs consent comes first.
    """
    print_access(console, access)
    if changes:
        console.print(Text("Resources", style="bold"))
    rows = aligned([_resource(change) for change in changes])
    for change, (mark, *cells) in zip(changes, rows, strict=True):
        _print_row(console, mark, cells, _MARKS[change.action][1])
        if change in grave([change]):
            _print_hanging(console, Text(f"    {_CONSEQUENCES[change.resource_type]}", style="red"), 4)
    if parameters:
        console.print(Text("Parameters", style="bold"))
    for mark, *cells in aligned([_parameter(parameter) for parameter in parameters]):
        _print_row(console, mark, cells, _STYLES[mark])
    found = Counter(change.action for change in changes)
    console.print(", ".join(_count(found)) + ".")


def print_access(console: Console, access: Sequence[AccessChange]) -> None:
    """Print who gains and who loses access, where somebody does."""
    if access:
        console.print(Text("Access", style="bold"))
    for each in access:
        mark, style = ("+", "green") if each.is_gain else ("~", "yellow")
        if each.needs_consent:
            mark, style = "!", "red"
        _print_row(console, mark, [each.sentence], style)


def _print_hanging(console: Console, text: Text, indent: int) -> None:
    """Print text; where it does not fit on a line, the further lines are indented."""
    console.print(Text("\n" + " " * indent).join(text.wrap(console, console.width - indent)))


def _count(found: Counter[Action]) -> Iterator[str]:
    for action in Action:
        if found[action] or action not in (Action.MAY_REPLACE, Action.IMPORT):
            yield f"{found[action]} {action.in_words}"


def _resource(change: Change) -> list[str]:
    notes = [", ".join(change.properties)] if change.properties else []
    if change.action in (Action.REPLACE, Action.MAY_REPLACE):
        notes.append(f"{change.action.in_words} by a new one")
    if change.stays is not None:
        of_what = "" if change.action is Action.REMOVE else "the old one "
        notes.append(f"{of_what}{'stays in the account' if change.stays else 'is deleted'}")
    return [_MARKS[change.action][0], change.logical_id, change.resource_type, "; ".join(notes)]


def _parameter(parameter: ParameterChange) -> list[str]:
    before, after = parameter.before, parameter.after
    if after is None:
        return ["-", parameter.name, ""]
    if before is None:
        return ["+", parameter.name, _shown(after)]
    return ["~", parameter.name, HIDDEN if after == HIDDEN else f"{_shown(before)} → {_shown(after)}"]


def _print_row(console: Console, mark: str, cells: Sequence[str], style: str) -> None:
    _print_hanging(console, Text(f"  {mark} {'  '.join(cells)}".rstrip(), style=style), 6)


def _shown(value: str) -> str:
    return value or "(empty)"

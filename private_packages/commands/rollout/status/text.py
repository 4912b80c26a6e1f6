"""The report for people: in lines, which a terminal cuts to its width and a pipe gets whole."""

import textwrap
from collections.abc import Iterator, Sequence

import click
from rich.cells import set_cell_size
from rich.console import Console

from private_packages import invocation
from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.printing import aligned, width

COLOURS = {
    Outcome.FAILED: "red",
    Outcome.CANCELLED: "yellow",
    Outcome.RUNNING: "cyan",
    Outcome.WAITING: "cyan",
    Outcome.SKIPPED: "magenta",
    Outcome.DONE: "green",
}
CASUALTIES = "Nothing is wrong there: fix the causes and start again."
_MOST_GROUPS = 20
_MOST_ACCOUNTS = 6
_MARGIN = 18
"""Where a reason begins, after the number of instances and their outcome."""


def render(overview: Overview, console: Console) -> str:
    """Return what is printed, for the width and the colours of this console."""
    # A table of rich takes a millisecond a row, and there can be ten thousand.
    lines = [
        f"Stack set {overview.stack_set} in {overview.region}: {_summary(overview)}",
        *_reasons(overview.groups, console),
        *_rows(overview.instances, console),
    ]
    return "\n".join(lines)


def _summary(overview: Overview) -> str:
    order = [Outcome.DONE, *(outcome for outcome in Outcome if outcome is not Outcome.DONE)]
    parts = [f"{overview.counts[outcome]:,} {outcome}" for outcome in order if overview.counts[outcome]]
    return ", ".join(parts) or f"no instances yet: begin with `{invocation.command('rollout start')}`"


def _reasons(groups: Sequence[ReasonGroup], console: Console) -> Iterator[str]:
    # A Region or an ARN is read as one word, hyphens or not.
    wrapper = textwrap.TextWrapper(max(console.width - _MARGIN, 40), break_on_hyphens=False)
    for group in groups[:_MOST_GROUPS]:
        notes = [CASUALTIES] if group.outcome is Outcome.CANCELLED else []
        texts = [group.reason, *notes, _where(group)]
        first, *others = [line for text in texts for line in wrapper.wrap(text)]
        count = f"{len(group.instances):>6,} "
        yield ""
        yield count + _coloured(group.outcome.ljust(_MARGIN - len(count)), group.outcome, console) + first
        yield from (" " * _MARGIN + line for line in others)
    if len(groups) > _MOST_GROUPS:
        yield ""
        yield f"Reasons not shown here, but in the lines below: {len(groups) - _MOST_GROUPS:,}."


def _where(group: ReasonGroup) -> str:
    names = {instance.account: instance.name for instance in group.instances}
    labels = [f"{account} ({name})" if name else account for account, name in names.items()]
    return f"{some(labels, _MOST_ACCOUNTS)}; {', '.join(group.regions)}"


def _rows(instances: Sequence[Instance], console: Console) -> Iterator[str]:
    if not instances:
        return
    names = ("outcome", "account", "name", "region", "version")
    columns = {name: [getattr(instance, name) for instance in instances] for name in names}
    shown = {name: [name.upper(), *values] for name, values in columns.items() if any(values)}
    table = aligned(list(zip(*shown.values(), strict=True)))
    reasons = ["REASON", *(instance.reason for instance in instances)]
    head, *lines = (
        _cut("  ".join([*cells, reason]).rstrip(), console)
        for cells, reason in zip(table, reasons, strict=True)
    )
    status = len(table[0][0])
    yield ""
    yield head
    for instance, line in zip(instances, lines, strict=True):
        yield _coloured(line[:status], instance.outcome, console) + line[status:]


def _cut(line: str, console: Console) -> str:
    if width(line) <= console.width:
        return line
    return set_cell_size(line, console.width - 1).rstrip() + "…"


def _coloured(text: str, outcome: Outcome, console: Console) -> str:
    if console.color_system is None or console.no_color:
        return text
    return click.style(text, fg=COLOURS[outcome])


def some(names: Sequence[str], most: int) -> str:
    """Return the first names and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown

"""The report for people: in lines, which a terminal cuts to its width and a pipe gets whole."""

import textwrap
from collections.abc import Iterator, Sequence

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console

from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup
from private_packages.commands.rollout.status.report import Report, some

COLOURS = {
    Outcome.FAILED: "red",
    Outcome.CANCELLED: "yellow",
    Outcome.RUNNING: "cyan",
    Outcome.WAITING: "cyan",
    Outcome.SKIPPED: "magenta",
    Outcome.DONE: "green",
}
CASUALTIES = "Nothing is wrong there: mend the causes and start again."
_MOST_GROUPS = 20
_MOST_ACCOUNTS = 6
_MARGIN = 18
"""Where a reason begins, after the number of instances and their outcome."""


def render(report: Report, console: Console) -> str:
    """Return what is printed, for the width and the colours of this console."""
    # A table of rich takes a millisecond a row, and there can be ten thousand.
    lines = [
        f"Stack set {report.stack_set} in {report.region}: {_summary(report)}",
        *_reasons(report.groups, console),
        *_rows(report.instances, console),
    ]
    return "\n".join(lines)


def _summary(report: Report) -> str:
    order = [Outcome.DONE, *(outcome for outcome in Outcome if outcome is not Outcome.DONE)]
    parts = [f"{report.counts[outcome]:,} {outcome}" for outcome in order if report.counts[outcome]]
    return ", ".join(parts) or "no instances yet: begin with `private-packages rollout start`"


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
    shown = {name: _aligned([name.upper(), *values]) for name, values in columns.items() if any(values)}
    reasons = ["REASON", *(instance.reason for instance in instances)]
    head, *lines = (
        _cut("  ".join(cells).rstrip(), console) for cells in zip(*shown.values(), reasons, strict=True)
    )
    width = len(shown["outcome"][0])
    yield ""
    yield head
    for instance, line in zip(instances, lines, strict=True):
        yield _coloured(line[:width], instance.outcome, console) + line[width:]


def _aligned(values: Sequence[str]) -> list[str]:
    width = max(map(_width, values))
    return [value + " " * (width - _width(value)) for value in values]


def _cut(line: str, console: Console) -> str:
    if _width(line) <= console.width:
        return line
    return set_cell_size(line, console.width - 1).rstrip() + "…"


def _width(text: str) -> int:
    # Most text is ASCII, which need not be measured letter by letter.
    return len(text) if text.isascii() else cell_len(text)


def _coloured(text: str, outcome: Outcome, console: Console) -> str:
    if console.color_system is None or console.no_color:
        return text
    return click.style(text, fg=COLOURS[outcome])

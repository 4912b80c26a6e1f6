"""The report as a page: one file that needs no network, for whoever opens it in a browser."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status.text import CASUALTIES, some

_OPEN_GROUPS = 12
_MOST_ACCOUNTS = 12
_BAR = 1000
_BODY = 50
"""How many rows lie in one tbody, which is laid out as a whole when it comes in sight."""
_DETAILS = {"INOPERABLE": "inoperable", "FAILED_IMPORT": "import failed"}
"""CloudFormation's status, where it says more than what an outcome is called."""


@dataclass(frozen=True)
class _Column:
    """A column of the table, named for the field of an instance that it shows."""

    name: str
    title: str
    width: str


_COLUMNS = (
    _Column("outcome", "Status", "6.5rem"),
    _Column("account", "Account", "7rem"),
    _Column("name", "Name", "minmax(0, 2fr)"),
    _Column("unit", "OU", "9.5rem"),
    _Column("region", "Region", "8rem"),
    _Column("version", "Stackery Role", "7.5rem"),
    _Column("reason", "Reason", "minmax(0, 7fr)"),
)


def render(overview: Overview, made: datetime) -> str:
    """Return the page.

    Args:
        overview: what to show.
        made: when that was read from AWS, in UTC.
    """
    columns = _columns(overview.instances)
    style = _file("page.css") + f":root {{ --columns: {' '.join(column.width for column in columns)}; }}\n"
    script = _file("page.js")
    return Template(_file("page.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        title=escape(f"{_verdict(overview).rstrip('.')}: {overview.stack_set}"),
        stack_set=escape(overview.stack_set),
        region=escape(overview.region),
        account=escape(overview.account),
        made_iso=made.isoformat(timespec="seconds"),
        made=f"{made.day} {made:%B %Y, %H:%M} UTC",
        verdict=_verdict(overview),
        bar=_bar(overview),
        counts="\n".join(_counts(overview)),
        reasons="\n".join(_reasons(overview.groups)),
        options="\n".join(f'<option value="{each}">{_title(each)}</option>' for each in Outcome),
        heads="\n".join(_heads(columns)),
        rows="\n".join(_bodies(overview, columns)),
    )


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return what names this text, and no other, in a content security policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _title(outcome: Outcome) -> str:
    return outcome.capitalize()


def _verdict(overview: Overview) -> str:
    counts, total = overview.counts, f"{overview.total:,}"
    if not overview.total:
        return "There are no instances yet."
    for outcome in (Outcome.FAILED, Outcome.CANCELLED):
        if counts[outcome]:
            return f"{counts[outcome]:,} of {total} {outcome}."
    if overview.is_complete:
        return (
            f"Done in all {total}."
            if counts[Outcome.DONE] == overview.total
            else "Done in all that are open."
        )
    return f"{counts[Outcome.DONE]:,} of {total} done, the others are under way."


def _bar(overview: Overview) -> str:
    """Return the shares of the outcomes as a picture, in which even one of thousands is to be seen."""
    shares = {outcome: max(number / overview.total * _BAR, 6) for outcome, number in _present(overview)}
    scale, left, parts = _BAR / (sum(shares.values()) or 1), 0.0, []
    for outcome, share in shares.items():
        width = share * scale
        parts.append(f'<rect class="{outcome}" x="{left:.1f}" width="{max(width - 2, 1):.1f}" height="10"/>')
        left += width
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def _counts(overview: Overview) -> Iterator[str]:
    for outcome, number in _present(overview):
        yield f'<li class="{outcome}"><span class="status"><b>{number:,}</b> {outcome}</span></li>'


def _present(overview: Overview) -> Iterable[tuple[Outcome, int]]:
    return [(outcome, number) for outcome, number in overview.counts.items() if number]


def _reasons(groups: Sequence[ReasonGroup]) -> Iterator[str]:
    if not groups:
        return
    yield '<section aria-labelledby="reasons-title">'
    yield '<h2 id="reasons-title">Reasons</h2>'
    yield from _cards(groups[:_OPEN_GROUPS], 0)
    if rest := groups[_OPEN_GROUPS:]:
        yield f'<details class="more"><summary>{len(rest):,} more reasons</summary>'
        yield from _cards(rest, _OPEN_GROUPS)
        yield "</details>"
    yield "</section>"


def _cards(groups: Sequence[ReasonGroup], first: int) -> Iterator[str]:
    yield '<ol class="reasons">'
    for rank, group in enumerate(groups, first):
        note = f'<p class="where">{CASUALTIES}</p>' if group.outcome is Outcome.CANCELLED else ""
        yield (
            f'<li class="{group.outcome}"><p class="number">{len(group.instances):,}</p>'
            f'<div><p class="status">{_title(group.outcome)}</p>'
            f'<p class="text">{escape(group.reason)}</p>{note}'
            f'<p class="where">{escape(_where(group))}</p>'
            f'<button type="button" data-group="{rank}" aria-pressed="false" hidden>Show only these</button>'
            "</div></li>"
        )
    yield "</ol>"


def _where(group: ReasonGroup) -> str:
    names = {instance.account: instance.name or instance.account for instance in group.instances}
    accounts = "1 account" if len(names) == 1 else f"{len(names):,} accounts"
    return f"{accounts} in {', '.join(group.regions)}: {some(list(names.values()), _MOST_ACCOUNTS)}"


def _columns(instances: Sequence[Instance]) -> list[_Column]:
    """Return the columns that have something to show."""
    return [column for column in _COLUMNS if any(getattr(each, column.name) for each in instances)]


def _heads(columns: Sequence[_Column]) -> Iterator[str]:
    for column in columns:
        sorting = ' aria-sort="ascending"' if column.name == "outcome" else ""
        yield f'<th scope="col" class="{_class(column)}"{sorting}>{column.title}</th>'


def _class(column: _Column) -> str:
    return "status" if column.name == "outcome" else column.name


def _bodies(overview: Overview, columns: Sequence[_Column]) -> Iterator[str]:
    ranks = {id(instance): rank for rank, each in enumerate(overview.groups) for instance in each.instances}
    for first in range(0, len(overview.instances), _BODY):
        yield '<tbody role="rowgroup">'
        for instance in overview.instances[first : first + _BODY]:
            yield _row(instance, columns, ranks.get(id(instance)))
        yield "</tbody>"


def _row(instance: Instance, columns: Sequence[_Column], group: int | None) -> str:
    of_group = "" if group is None else f' data-group="{group}"'
    cells = "".join(f'<td class="{_class(column)}">{_cell(instance, column)}</td>' for column in columns)
    return f'<tr class="{instance.outcome}"{of_group}>{cells}</tr>'


def _cell(instance: Instance, column: _Column) -> str:
    if column.name != "outcome":
        return escape(getattr(instance, column.name))
    detail = _DETAILS.get(instance.detailed_status, "")
    return _title(instance.outcome) + (f"<small>{detail}</small>" if detail else "")

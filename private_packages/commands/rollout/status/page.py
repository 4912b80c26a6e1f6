"""The report as a page: one file that needs no network, for whoever opens it in a browser."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup
from private_packages.aws.stack_sets.overview import Overview
from private_packages.aws.stack_sets.plan import plural
from private_packages.commands.rollout.status.steps import Step, Who, next_step
from private_packages.commands.rollout.status.text import some

_OPEN_GROUPS = 12
_MOST_ACCOUNTS = 12
_BAR = 1000
_BODY = 60
"""How many rows lie in one tbody, which is laid out as a whole when it comes in sight: full rows of cards."""
_STATES = {
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "waiting",
    Outcome.RUNNING: "waiting",
    Outcome.WAITING: "waiting",
    Outcome.SKIPPED: "suspended",
    Outcome.DONE: "ready",
}
"""What an outcome is to the account's owner: the worst first, which is an account's as a whole."""
_RANKS = {state: rank for rank, state in enumerate(dict.fromkeys(_STATES.values()))}
_DETAILS = {"INOPERABLE": "inoperable", "FAILED_IMPORT": "import failed"}
"""CloudFormation's status, where it says more than what an outcome is called."""
_TITLES = {
    "status": "Status",
    "account": "Account",
    "unit": "Organizational unit",
    "region": "Region",
    "version": "Stackery Role",
    "step": "Next step",
}
"""The columns of the table."""
_IN_COMMON = ("unit", "region", "version")
_Cell = tuple[str, str]
"""A text, and a smaller one below it."""


def render(overview: Overview, last: Operation | None, paths: Mapping[str, str], made: datetime) -> str:
    """Return the page.

    Args:
        overview: what to show, with all its instances.
        last: the newest operation; None where there is none.
        paths: of organizational units, by their ids, as far as they are known.
        made: when that was read from AWS, in UTC.
    """
    is_over = not (last and last.is_open)
    steps = [next_step(each.outcome, each.reason, is_over=is_over) for each in overview.instances]
    rows = [_cells(each, step, paths) for each, step in zip(overview.instances, steps, strict=True)]
    style, script = _file("page.css"), _file("page.js")
    groups = [group for group in overview.groups if group.outcome is not Outcome.SKIPPED]
    headline = _headline(overview.instances)
    return Template(_file("page.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        headline=headline,
        stack_set=escape(overview.stack_set),
        region=escape(overview.region),
        account=escape(overview.account),
        made_iso=made.isoformat(timespec="seconds"),
        made=f"{made.day} {made:%B %Y, %H:%M} UTC",
        lead=" ".join(_lead(overview.instances, steps, last)),
        counts="\n".join(_counts(overview.instances)),
        reasons="\n".join(_reasons(groups, is_over=is_over)),
        table="\n".join(_table(overview.instances, groups, rows)),
    )


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return what names this text, and no other, in a content security policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _headline(instances: Sequence[Instance]) -> str:
    """Return how many accounts are ready, in all their Regions."""
    states: dict[str, str] = {}
    for each in instances:  # the worst first
        states.setdefault(each.account, _STATES[each.outcome])
    counts = Counter(states.values())
    ready, total = counts["ready"], len(states)
    if not total:
        return "No accounts yet"
    if ready + counts["suspended"] < total:
        return f"{ready:,} of {_accounts(total)} ready"
    return f"All {_accounts(ready)} ready" + (f", {counts['suspended']:,} suspended" if ready < total else "")


def _lead(instances: Sequence[Instance], steps: Sequence[Step], last: Operation | None) -> Iterator[str]:
    """Tell how the rollout ended, if it has, and what is left to whom."""
    if last and last.is_open:
        yield "The rollout is going on."
    elif last:
        yield "The rollout was stopped." if last.status == "STOPPED" else "The rollout has ended."
    left: dict[Who, set[str]] = {}
    for each, step in zip(instances, steps, strict=True):
        left.setdefault(step.who, set()).add(each.account)
    left.pop(Who.NOBODY, None)
    if left:
        first, *others = [who for who in Who if who in left]
        parts = [
            f"{_accounts(len(left[first]))} to {first}",
            *(f"{len(left[who]):,} to {who}" for who in others),
        ]
        yield f"Left: {', '.join(parts)}."
    elif instances and not (last and last.is_open):
        yield "Nothing is left to do."
    if Who.OWNER in left:
        yield "Owners: take the next step of your account, then tell whoever sent you this page."


def _accounts(number: int) -> str:
    return f"{number:,} {plural('account', number)}"


def _counts(instances: Sequence[Instance]) -> Iterator[str]:
    """Yield a picture of the states, in which even one of thousands is to be seen, and their numbers."""
    if not instances:
        return
    counts = dict.fromkeys(_RANKS, 0) | Counter(_STATES[each.outcome] for each in instances)
    shares = {state: max(number / len(instances) * _BAR, 6) for state, number in counts.items() if number}
    scale, left, parts = _BAR / sum(shares.values()), 0.0, []
    for state, share in shares.items():
        width = share * scale
        parts.append(f'<rect class="{state}" x="{left:.1f}" width="{max(width - 2, 1):.1f}" height="10"/>')
        left += width
    yield f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
    yield f'{"".join(parts)}</svg>\n<ul class="chips" aria-label="Status">'
    yield f'<li data-state=""><span><b>{len(instances):,}</b> in all</span></li>'
    for state, number in counts.items():
        if number or state != "suspended":
            yield f'<li class="{state}" data-state="{state}">'
            yield f'<span class="status"><b>{number:,}</b> {state}</span></li>'
    yield "</ul>"


def _reasons(groups: Sequence[ReasonGroup], *, is_over: bool) -> Iterator[str]:
    if not groups:
        return
    yield '<section aria-labelledby="left-title">'
    yield '<h2 id="left-title">What is left</h2>'
    yield from _cards(groups[:_OPEN_GROUPS], 0, is_over=is_over)
    if rest := groups[_OPEN_GROUPS:]:
        yield f'<details class="more"><summary>{len(rest):,} more</summary>'
        yield from _cards(rest, _OPEN_GROUPS, is_over=is_over)
        yield "</details>"
    yield "</section>"


def _cards(groups: Sequence[ReasonGroup], first: int, *, is_over: bool) -> Iterator[str]:
    yield '<ol class="reasons">'
    for rank, group in enumerate(groups, first):
        step = next_step(group.outcome, group.reason, is_over=is_over)
        yield (
            f'<li class="{_STATES[group.outcome]}" data-group="{rank}">'
            f'<p class="number">{len(group.instances):,}</p>'
            f'<div><h3>{escape(step.do)}</h3><p class="text">{escape(step.found)}</p>'
            f'<p class="where">{escape(_where(group))}</p></div></li>'
        )
    yield "</ol>"


def _where(group: ReasonGroup) -> str:
    names = {instance.account: instance.name or instance.account for instance in group.instances}
    return (
        f"{_accounts(len(names))} in {', '.join(group.regions)}: {some(list(names.values()), _MOST_ACCOUNTS)}"
    )


def _cells(instance: Instance, step: Step, paths: Mapping[str, str]) -> dict[str, _Cell]:
    """Return what stands in the columns; a text, and a smaller one below it."""
    state, name = _STATES[instance.outcome].capitalize(), instance.name
    return {
        "status": (state, _DETAILS.get(instance.detailed_status, "")),
        "account": (name, instance.account) if name else (instance.account, ""),
        "unit": (paths.get(instance.unit, instance.unit), ""),
        "region": (instance.region, ""),
        "version": (instance.version, ""),
        "step": (step.do, step.found),
    }


def _table(
    instances: Sequence[Instance], groups: Sequence[ReasonGroup], rows: Sequence[Mapping[str, _Cell]]
) -> Iterator[str]:
    """Yield the table of the instances, above it what is the same in all of them."""
    if not rows:
        yield '<p class="empty">Accounts stand here as soon as the rollout has come to them.</p>'
        return
    values = {name: {row[name] for row in rows} for name in _TITLES}
    differing = [
        name
        for name in _TITLES
        if name == "account" or (len(values[name]) > (len(rows) > 1) and values[name] != {("", "")})
    ]
    common = [
        f"{_TITLES[name]} {text}"
        for name in _IN_COMMON
        if name not in differing and (text := rows[0][name][0])
    ]
    ranks = {id(instance): rank for rank, each in enumerate(groups) for instance in each.instances}
    if common:
        yield f'<p class="common">The same for all: {escape("; ".join(common))}.</p>'
    yield '<table id="instances"><thead role="rowgroup"><tr>'
    for name in differing:
        sorting = ' aria-sort="ascending"' if name == "status" else ""
        yield f'<th scope="col" class="{name}"{sorting}>{_TITLES[name]}</th>'
    yield "</tr></thead>"
    for first in range(0, len(rows), _BODY):
        yield '<tbody role="rowgroup">'
        for instance, row in zip(instances[first : first + _BODY], rows[first : first + _BODY], strict=True):
            group = f' data-group="{ranks[id(instance)]}"' if id(instance) in ranks else ""
            cells = "".join(_cell(name, *row[name]) for name in differing)
            yield f'<tr class="{_STATES[instance.outcome]}"{group}>{cells}</tr>'
        yield "</tbody>"
    yield "</table>"


def _cell(name: str, text: str, small: str) -> str:
    # A path may end its line after any of its names.
    content = escape(text).replace("/", "/<wbr>" if name == "unit" else "/") + (
        f"<small>{escape(small)}</small>" if small else ""
    )
    if name == "account":
        return f'<th scope="row" class="account">{content}</th>'
    # Which the narrow form of the page shows beside it.
    title = f' data-title="{_TITLES[name]}"' if name == "version" else ""
    return f'<td class="{name}"{title}>{content}</td>'

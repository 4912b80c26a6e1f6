"""What comes next in an account, in the words of its owner."""

import re
from dataclasses import dataclass
from enum import StrEnum

from private_packages.aws.stack_sets.instances import Outcome


class Who(StrEnum):
    """Whose the next step is."""

    OWNER = "their owners"
    ORGANIZATION = "the organization's administrators"
    ROLLOUT = "whoever runs the rollout"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Step:
    """The next step in an account."""

    who: Who
    do: str
    """One sentence to the account's owner."""
    found: str = ""
    """What it follows from, in the words of the role check or of AWS; empty where there is nothing to say."""


_ROLE_CHECK = re.compile(
    r"(?P<do>(?:Allow|Create|Install|Upgrade) .+?) in account (?P<more>[^:]+): (?P<found>.+)"
)
"""A refusal of the role check. What it tells whoever deploys, after a comma, is not the owner's matter."""
_VERSION = re.compile(r"\S+( to version [^,]+)")
_KNOWN = (
    (
        r"service control policy|resource control policy",
        Who.ORGANIZATION,
        "Ask the organization's administrators to allow it: a policy of theirs denies it.",
    ),
    (
        r"^(?:Report this|Set OrganizationId|Deploy into|Try again)|Rate exceeded|Throttling",
        Who.ROLLOUT,
        "Nothing to do here: whoever runs the rollout sees to it.",
    ),
    (
        r"STS is not activated",
        Who.OWNER,
        "Activate STS in this Region: in the IAM console, under Account settings.",
    ),
    (
        r"[Ll]imit ?[Ee]xceeded|[Qq]uota",
        Who.OWNER,
        "Free what is not needed in the account, or ask AWS for a higher quota.",
    ),
)


def next_step(outcome: Outcome, reason: str, *, is_over: bool) -> Step:
    """Return what comes next.

    Args:
        outcome: what became of the instance.
        reason: why, as an instance or a group of them says it.
        is_over: whether the rollout's operations have ended.
    """
    if outcome is Outcome.FAILED:
        return _after_failure(reason)
    if outcome is Outcome.DONE:
        return Step(Who.NOBODY, "Nothing to do.")
    if outcome is Outcome.SKIPPED:
        return Step(Who.NOBODY, "Nothing to do while the account is suspended.")
    if is_over or outcome is Outcome.CANCELLED:
        return Step(Who.ROLLOUT, "Nothing to do here: whoever runs the rollout starts it again.", reason)
    return Step(Who.NOBODY, "Nothing to do: the rollout is on its way.", reason)


def _after_failure(reason: str) -> Step:
    for pattern, who, do in _KNOWN:
        if re.search(pattern, reason):
            return Step(who, do, reason)
    if said := _ROLE_CHECK.fullmatch(reason):
        version = _VERSION.match(said["more"])
        found = said["found"]
        return Step(Who.OWNER, f"{said['do']}{version[1] if version else ''}.", found[0].upper() + found[1:])
    return Step(Who.OWNER, "Mend in the account what AWS tells here.", reason)

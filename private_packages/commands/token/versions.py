"""How subcommands show the versions of a secret: which and when, never their values."""

from collections.abc import Sequence
from typing import Any

from private_packages.aws.tokens.secret import Version
from private_packages.commands.printing import UNKNOWN, ago, iso, moment

_SHORT = 8
"""So many characters of a version's id are enough to tell a few versions apart."""


def line(version: Version) -> str:
    """Return a version in one line."""
    created = f"{moment(version.created)} ({ago(version.created)})" if version.created else f"time {UNKNOWN}"
    return f"{version.id[:_SHORT]}  {created}  {', '.join(sorted(version.stages))}"


def lines(versions: Sequence[Version] | None) -> list[str]:
    """Return a line for each version; None where they may not be known."""
    if versions is None:
        return ["  may not be read"]
    return [f"  {line(version)}" for version in versions] or ["  no value yet"]


def document(version: Version) -> dict[str, Any]:
    """Return a version as JSON has it."""
    return {
        "version_id": version.id,
        "stages": sorted(version.stages),
        "created": iso(version.created),
    }

"""How subcommands show a time."""

from datetime import UTC, datetime

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def ago(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago a time is, in its largest unit."""
    seconds = int(((now or datetime.now(UTC)) - then).total_seconds())
    for unit, length in _UNITS:
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def moment(time: datetime) -> str:
    """Return a time for people, to the minute."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def iso(time: datetime | None) -> str | None:
    """Return a time for programs."""
    return time.astimezone(UTC).isoformat() if time else None

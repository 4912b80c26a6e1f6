"""The day on which a token ends: in the id of the secret's version, which a hook gets with the value.

docs/decisions/028 says why there. A version that others stored has an id without a day.
"""

import base64
import json
import re
from datetime import UTC, date, datetime
from uuid import uuid4

from private_packages.aws.errors import TokenError

WARNING_DAYS = 14
"""So many days before its end a token needs attention; hook.bash warns from then on, too."""
_LONGEST_YEARS = 10


def today() -> date:
    """Return today's date, in UTC as all days here."""
    return datetime.now(UTC).date()


def version_id(day: date) -> str:
    """Return an id for a new version whose token ends on this day.

    PutSecretValue takes 32 to 64 characters as its ClientRequestToken, and its reference recommends a UUID:
    that is its beginning, and it has 55.
    """
    return f"{uuid4()}-expires-{day}"


def of_version(id_: str) -> date | None:
    """Return the day that the id of a version says; None where it says none."""
    found = re.search(r"-expires-(\d{4}-\d\d-\d\d)$", id_, re.ASCII)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def of_jwt(token: str) -> date | None:
    """Return the day of a JSON Web Token's `exp` (RFC 7519, 4.1.4); None where it is none, or has no end."""
    if not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token, re.ASCII):
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(f"{token.split('.')[1]}=="))
        seconds = payload.get("exp") if isinstance(payload, dict) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return None
        return datetime.fromtimestamp(seconds, UTC).date()
    # No base64, no JSON, or a time that no calendar has.
    except (ValueError, OverflowError, OSError, RecursionError):
        return None


def parse(text: str) -> date:
    """Return the day that somebody gave for a token which is to be stored.

    Raises:
        TokenError: it is no date, is past, or is so far away that it must be a mistake.
    """
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if not day:
        raise TokenError("write the day on which the token ends as YYYY-MM-DD: 2027-02-01.")
    if why := fault(day):
        raise TokenError(why)
    return day


def fault(day: date) -> str:
    """Return why a token that is to be stored cannot be said to end on this day; empty where it can."""
    if day.year > today().year + _LONGEST_YEARS:
        return f"{day} is more than {_LONGEST_YEARS} years away: correct it, or leave it out for no end."
    if day < today():
        return f"{day} is past: give the day on which the token is going to end."
    return ""


def refuse_past(day: date | None) -> None:
    """Refuse a token that ended before today; None stands for an end that is not known.

    Raises:
        TokenError: it did.
    """
    if day and day < today():
        raise TokenError(f"The token {told(day)}: give one that has not ended. Nothing was changed.")


def told(day: date) -> str:
    """Return what completes "the token …"."""
    days = (day - today()).days
    count = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    if days > 0:
        return f"ends on {day}, in {count}"
    return f"ended on {day}, {count} ago" if days else f"ends on {day}, today"


def is_near(day: date) -> bool:
    """Return whether an end needs attention: it is near, or past."""
    return (day - today()).days <= WARNING_DAYS

"""What a registry says of a token, asked as the package manager of the repository asks it.

The token goes into the header Authorization alone, by https alone, to the host of the repository's url, or
of GitHub Packages to GitHub's API. No redirect to another host is followed. Of what is answered nothing is
shown but a status and a date.
"""

import base64
import json
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.message import Message
from enum import StrEnum
from http.client import HTTPException
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from generator.configuration import Repository
from generator.hooks import maven, pip
from private_packages.aws.text import hide, one_line
from private_packages.aws.tokens.token import Token

GITHUB = "https://api.github.com/user"
_GITHUB_END = "GitHub-Authentication-Token-Expiration"
"""github.blog/changelog/2021-07-26-expiration-options-for-personal-access-tokens; google/go-github#2031."""
_GITLAB_END = "/api/v4/personal_access_tokens/self"
"""docs.gitlab.com/api/personal_access_tokens; a deploy token is none of these, and refused there."""
_WHOAMI = "-/whoami"
"""What `npm whoami` asks, which wants a username in the answer."""
_USERNAMES = {"pip": pip.DEFAULT_USERNAME, "maven": maven.DEFAULT_USERNAME}
_SECONDS = 10
"""For connecting, and for each part of an answer."""
_ALL_SECONDS = 60
"""For all: an answer may come in ever so many parts."""
_MOST = 100_000
"""Bytes of an answer that are read."""


class Verdict(StrEnum):
    """What a registry makes of a token."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """What a registry said."""

    verdict: Verdict
    host: str
    explanation: str
    """What completes "HOST …"."""
    expires: date | None = None
    """The day on which the token ends, in UTC; None where the registry does not say."""


@dataclass(frozen=True)
class _Response:
    status: int
    headers: Message = field(default_factory=Message)
    body: bytes = b""
    names_nobody: bool = False
    """Whether it is no more than what verdaccio says to a token that it does not know: HTTP 200 and {}."""
    is_foreign: bool = False
    """Whether no registry of npm answers so: with the page of a proxy, perhaps, on which to sign in."""

    @property
    def refuses(self) -> bool:
        return self.status in (401, 403) or self.names_nobody

    @property
    def lets_in(self) -> bool:
        """Whether it is what somebody gets who need not, or need no more, say who it is."""
        return not self.refuses and not self.is_foreign and not 300 <= self.status < 400

    @property
    def document(self) -> dict[str, Any] | None:
        """The JSON object in it; None where it has none."""
        with suppress(ValueError, RecursionError):
            document = json.loads(self.body)
            return document if isinstance(document, dict) else None
        return None

    def said(self, key: str) -> str:
        """Return a text of the JSON in it; empty where it has none."""
        said = (self.document or {}).get(key)
        return said if isinstance(said, str) else ""


def ask(repository: Repository, token: Token) -> Answer:
    """Ask the registry of a repository whether it accepts this token, and until when."""
    hide([token.value])
    found: list[Answer] = []
    hiding = copy_context()  # which tokens are to be hidden is known to this thread alone
    # Nothing but another thread lets itself be left alone with what goes on and on.
    asking = Thread(target=lambda: found.append(hiding.run(_asked, repository, token)), daemon=True)
    asking.start()
    asking.join(_ALL_SECONDS)
    said = f"cannot be asked: it did not end its answer within {_ALL_SECONDS} seconds"
    return found[0] if found else Answer(Verdict.UNREACHABLE, urlsplit(repository.url).netloc, said)


def _asked(repository: Repository, token: Token) -> Answer:
    url, bearer = repository.address.url, f"Bearer {token.value}"
    if repository.address.host.endswith(".pkg.github.com"):
        answer, response = _ask(GITHUB, bearer)
        return replace(answer, expires=_day_of_github(response.headers.get(_GITHUB_END, "")))
    gitlab, is_gitlab, _ = url.partition("/api/v4/")
    if is_gitlab:
        answer, response = _ask(f"{gitlab}{_GITLAB_END}", bearer)
        if answer.verdict in (Verdict.ACCEPTED, Verdict.UNREACHABLE):
            return replace(answer, expires=_day_of_gitlab(response.said("expires_at")))
    if repository.manager in _USERNAMES:
        user = repository.username or _USERNAMES[repository.manager]
        return _ask(url, f"Basic {base64.b64encode(f'{user}:{token.value}'.encode()).decode()}")[0]
    return _ask(f"{url}{_WHOAMI}", bearer)[0]


def _ask(url: str, authorization: str) -> tuple[Answer, _Response]:
    """Ask with the token, and where that is not refused, without: what anybody may ask proves nothing."""
    host = urlsplit(url).netloc
    try:
        response = _get(url, {"Authorization": authorization})
        asked_anybody = response.lets_in and response.status not in (429, *range(500, 600))
        needs_none = asked_anybody and _get(url, {}).lets_in
    # Whatever a connection, a certificate, a proxy or an answer that is no HTTP makes of it.
    except (OSError, HTTPException, ValueError) as error:
        # What urllib wraps it in says no more.
        why = one_line(getattr(error, "reason", error), 300).rstrip(".")
        said = f"cannot be asked: {why}"
        return Answer(Verdict.UNREACHABLE, host, said), _Response(0)
    status = f"(HTTP {response.status})"
    if needs_none:
        verdict, said = (
            Verdict.UNKNOWN,
            f"answers {status} without a token as well, which tells nothing of it",
        )
    elif asked_anybody:
        verdict, said = Verdict.ACCEPTED, "accepts the token"
    elif response.refuses:
        verdict, said = Verdict.REFUSED, f"refuses the token {status}"
    elif response.is_foreign:
        verdict, said = Verdict.UNKNOWN, f"does not answer {status} as npm's registries do"
    elif 300 <= response.status < 400:
        said = f"sends on {status} to another host, which gets no token, or in a circle"
        verdict = Verdict.UNKNOWN
    else:
        verdict, said = Verdict.UNKNOWN, f"does not tell now {status}: try again later"
    return Answer(verdict, host, said), response


def _get(url: str, headers: Mapping[str, str]) -> _Response:
    request = urllib.request.Request(url, headers={"User-Agent": "private-packages", **headers})  # noqa: S310
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=_SECONDS) as answer:
            found = _Response(answer.status, answer.headers, answer.read(_MOST))
            if not url.endswith(_WHOAMI) or found.said("username"):
                return found
            return replace(found, names_nobody=found.document is not None, is_foreign=found.document is None)
    except HTTPError as error:
        with error:
            return _Response(error.code, error.headers)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows to the same host only: urllib would take the token along to any."""

    def redirect_request(self, req: urllib.request.Request, *arguments: Any) -> urllib.request.Request | None:
        """Return the next request; None where there is none to make."""
        if urlsplit(arguments[-1])[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, *arguments)


def _day_of_github(said: str) -> date | None:
    with suppress(ValueError):
        time = datetime.strptime(said.replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z")
        return time.astimezone(UTC).date()
    return None


def _day_of_gitlab(said: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(said)
    return None

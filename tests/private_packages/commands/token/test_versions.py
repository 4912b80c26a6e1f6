"""How the versions of a secret are shown, and `private-packages token versions`."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from private_packages.aws.tokens import expiry
from private_packages.aws.tokens.secret import Version
from private_packages.commands.token.versions import document, line, lines
from tests.private_packages.aws.tokens.test_stored_token import ARN, DENIED, NO_SECRET, NOW, OLD, THEN
from tests.private_packages.commands.token.calls import Aws, call, refused

CREATED = datetime(2026, 2, 1, tzinfo=UTC)
SHOW = ("token", "versions", "GitHubPackages")
ENDS = "33333333-3333-3333-3333-333333333333-expires-2027-02-01"
VERSION = Version("22222222-aaaa", ["AWSPREVIOUS", "AWSCURRENT"], CREATED)


def test_a_version_is_a_line() -> None:
    assert line(VERSION).startswith("22222222  2026-02-01 00:00 UTC (")
    assert line(VERSION).endswith(" ago)  AWSCURRENT, AWSPREVIOUS")
    assert line(Version("22222222", ["AWSCURRENT"], None)) == "22222222  time unknown  AWSCURRENT"


def test_no_versions_and_versions_that_may_not_be_seen_are_told_apart() -> None:
    assert lines([]) == ["  no value yet"]
    assert lines(None) == ["  may not be read"]
    assert lines([VERSION]) == [f"  {line(VERSION)}"]


def test_a_version_for_programs() -> None:
    assert document(VERSION) == {
        "version_id": "22222222-aaaa",
        "stages": ["AWSCURRENT", "AWSPREVIOUS"],
        "created": "2026-02-01T00:00:00+00:00",
        "expires": None,
    }


@pytest.fixture
def _november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "today", lambda: date(2026, 11, 27))


@pytest.mark.usefixtures("_november")
def test_a_version_tells_when_its_token_ends() -> None:
    found = Version(ENDS, ["AWSCURRENT"], None)
    assert line(found) == "33333333  time unknown  AWSCURRENT, ends on 2027-02-01, in 66 days"
    assert document(found)["expires"] == date(2027, 2, 1)


def pages(parameters: dict[str, Any]) -> dict[str, Any]:
    """All versions, those without stage too, on two pages."""
    assert parameters["IncludeDeprecated"] is True
    if "NextToken" not in parameters:
        old = {"VersionId": OLD, "CreatedDate": THEN, "VersionStages": ["AWSPREVIOUS"]}
        return {"Versions": [{"VersionId": "4" * 32, "CreatedDate": THEN}, old], "NextToken": "more"}
    assert parameters["NextToken"] == "more"
    read = {"VersionId": ENDS, "CreatedDate": NOW, "VersionStages": ["AWSCURRENT"], "LastAccessedDate": NOW}
    return {"Versions": [read]}


@pytest.mark.usefixtures("_november")
def test_all_versions_are_shown_the_newest_first(aws: Aws) -> None:
    aws(ListSecretVersionIds=pages)
    secret, *shown = call(*SHOW).stdout.splitlines()
    assert secret == f"Secret: {ARN}"
    assert [(each.split()[0], each.partition(" ago)  ")[2]) for each in shown] == [
        ("33333333", "AWSCURRENT, ends on 2027-02-01, in 66 days, last read 2026-02-01"),
        ("44444444", "no stage, never read"),
        ("11111111", "AWSPREVIOUS, never read"),
    ]


def test_json(aws: Aws) -> None:
    aws(ListSecretVersionIds=pages)
    found = json.loads(call(*SHOW, "--output", "json").stdout)
    assert (found["id"], found["secret_arn"]) == ("GitHubPackages", ARN)
    assert found["versions"][0] == {
        "version_id": ENDS,
        "stages": ["AWSCURRENT"],
        "created": "2026-02-01T00:00:00+00:00",
        "expires": "2027-02-01",
        "last_accessed": "2026-02-01T00:00:00+00:00",
    }


def test_a_secret_without_versions(aws: Aws) -> None:
    aws(ListSecretVersionIds={"Versions": []})
    assert call(*SHOW).stdout == f"Secret: {ARN}\n  no value yet\n"


def test_what_aws_refuses_is_told(aws: Aws) -> None:
    aws(ListSecretVersionIds=DENIED)
    assert refused(*SHOW).startswith("Error: May not list the versions of the secret arn:")
    aws(ListSecretVersionIds=NO_SECRET)
    assert refused(*SHOW).startswith("Error: Cannot list the versions of the secret arn:")

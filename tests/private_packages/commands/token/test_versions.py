"""How the versions of a secret are shown."""

from datetime import UTC, datetime

from private_packages.aws.tokens.secret import Version
from private_packages.commands.token.versions import document, line, lines

CREATED = datetime(2026, 2, 1, tzinfo=UTC)
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
    }

"""How subcommands print."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from private_packages.commands.printing import ago, aligned, csv_table, iso, moment, width

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1, hours=23), "1 day ago"),
        (timedelta(days=1_500), "1,500 days ago"),
    ],
)
def test_how_long_ago(passed: timedelta, text: str) -> None:
    assert ago(NOW - passed, NOW) == text


def test_a_time_is_shown_in_utc() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert (moment(east), iso(east)) == ("2026-01-01 00:00 UTC", "2026-01-01T00:00:00+00:00")
    assert iso(None) is None


def test_a_table_is_aligned_by_what_a_terminal_shows() -> None:
    rows = aligned([("name", "id"), ("漢字", "1"), ("é", "22")])
    assert rows == [["name", "id"], ["漢字", "1 "], ["é   ", "22"]]
    assert {width("".join(row)) for row in rows} == {6}


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "\uff1dHYPERLINK(1)"])
def test_what_others_wrote_is_no_formula(text: str) -> None:
    assert csv_table(["name", "version"], [{"name": text, "version": None}]) == f"name,version\n'{text},\n"

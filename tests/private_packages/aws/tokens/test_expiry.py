"""The day on which a token ends: kept in a version's id, read from a JSON Web Token, said by a person."""

import base64
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.errors import TokenError
from private_packages.aws.tokens import expiry

TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "today", lambda: TODAY)


def jwt(payload: Any) -> str:
    """A JSON Web Token; a payload that is text stands in it as it is."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    parts = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg": "x"}', text)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


@given(st.dates(date(1970, 1, 1)))
def test_the_id_of_a_version_says_the_day_and_is_one_that_aws_takes(day: date) -> None:
    id_ = expiry.version_id(day)
    assert expiry.of_version(id_) == day
    assert 32 <= len(id_) <= 64
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-expires-\d{4}-\d\d-\d\d", id_)


def test_no_two_versions_have_the_same_id() -> None:
    assert expiry.version_id(TODAY) != expiry.version_id(TODAY)


@given(st.text(max_size=64))
def test_any_other_id_says_none(id_: str) -> None:
    assert expiry.of_version(id_) is None


@pytest.mark.parametrize(
    "day", ["2027-02-30", "2027-13-01", "2027-2-1", "20270201", "٢٠٢٧-02-01", "2027-02-01 "]
)
def test_an_id_with_no_day_of_the_calendar_says_none(day: str) -> None:
    assert expiry.of_version(f"6a11c6eb-7f19-415c-aa12-2fb3af443cca-expires-{day}") is None


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)))  # noqa: DTZ001 - given a zone below
def test_a_json_web_token_ends_on_the_day_of_its_exp(time: datetime) -> None:
    time = time.replace(tzinfo=UTC)
    for seconds in (time.timestamp(), int(time.timestamp())):
        assert expiry.of_jwt(jwt({"sub": "ü", "exp": seconds})) == time.date()


@pytest.mark.parametrize(
    "token",
    [
        *("", "ghp_x", "a.b.c", "a..c", f"{jwt({'exp': 1})}.x.y", f"{jwt({'exp': 1})} "),
        *(jwt({}), jwt({"exp": None}), jwt({"exp": "1800000000"}), jwt({"exp": True}), jwt([1]), jwt("x")),
        *(jwt('{"exp": NaN}'), jwt('{"exp": 1e999}'), jwt('{"exp": 1e20}'), jwt(f'{{"exp": 1{"0" * 5000}}}')),
        *(jwt("[" * 100_000), "é.é.é"),
    ],
    ids=range(18),
)
def test_what_is_none_or_has_no_end_is_told_apart(token: str) -> None:
    assert expiry.of_jwt(token) is None


@given(st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", fullmatch=True) | st.text())
def test_any_text_may_be_asked_for_its_end(token: str) -> None:
    expiry.of_jwt(token)


@given(st.integers(0, 365 * 9))
def test_a_day_to_come_is_taken(days: int) -> None:
    day = TODAY + timedelta(days)
    assert expiry.parse(str(day)) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2027-02-30", "write the day on which the token ends as YYYY-MM-DD: 2027-02-01."),
        ("01.02.2027", "write the day"),
        ("20270201", "write the day"),
        ("2027-W05-1", "write the day"),
        ("", "write the day"),
        ("2026-11-26", "2026-11-26 is past: give the day on which the token is going to end."),
        ("2207-02-01", "2207-02-01 is more than 10 years away: correct it, or leave it out for no end."),
    ],
)
def test_what_is_no_day_to_come_is_refused(text: str, message: str) -> None:
    with pytest.raises(TokenError) as refused:
        expiry.parse(text)
    assert str(refused.value).startswith(message)


def test_only_a_token_that_has_ended_is_refused() -> None:
    for day in (None, TODAY, date(2099, 1, 1)):
        expiry.refuse_past(day)
    with pytest.raises(TokenError, match=r"^The token ended on 2026-11-26, 1 day ago: give one that has not"):
        expiry.refuse_past(date(2026, 11, 26))


def test_today_is_a_day_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert expiry.today() in (datetime.now(UTC).date(), (datetime.now(UTC) - timedelta(minutes=1)).date())

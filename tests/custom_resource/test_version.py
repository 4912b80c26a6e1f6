"""Versions are ordered by the rules of semver.org, and what is no version is refused."""

from typing import Any

import pytest
import semver
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_resource.role_check import Refused, parse, require_version
from tests.custom_resource.aws import stack

STACK = stack("us-east-1")["Stacks"][0]

# Few values, so that two versions often agree in all but one place; and now and then any value.
_numbers = st.one_of(st.integers(0, 2), st.integers(0, 10**30)).map(str)
_texts = st.one_of(
    st.sampled_from(["a", "b", "rc", "RC", "-", "--1", "1a", "0a", "cj"]),
    st.from_regex(r"[0-9]{0,3}[A-Za-z-][0-9A-Za-z-]{0,5}", fullmatch=True),
)
_prereleases = st.lists(st.one_of(_numbers, _texts), max_size=3).map(".".join)
_builds = st.lists(st.from_regex(r"[0-9A-Za-z-]{1,6}", fullmatch=True), max_size=3).map(".".join)


def _version(core: list[str], prerelease: str, build: str) -> str:
    return ".".join(core) + ("-" + prerelease if prerelease else "") + ("+" + build if build else "")


versions = st.builds(_version, st.lists(_numbers, min_size=3, max_size=3), _prereleases, _builds)


def sign(left: tuple[Any, ...] | None, right: tuple[Any, ...] | None) -> int:
    assert left is not None
    assert right is not None
    return (left > right) - (left < right)


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(versions, versions)
@example("1.0.0-alpha", "1.0.0-alpha.1")
@example("1.0.0-alpha.1", "1.0.0-alpha.beta")
@example("1.0.0-beta.2", "1.0.0-beta.11")
@example("1.0.0-rc.1", "1.0.0")
@example("1.0.0-9", "1.0.0-10")
@example("1.0.0-9", "1.0.0--")
def test_any_two_versions_are_ordered_as_the_semver_package_orders_them(left: str, right: str) -> None:
    assert sign(parse(left), parse(right)) == semver.Version.parse(left).compare(right)


def test_the_example_of_semver_org_is_in_order() -> None:
    ordered = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0"
    )
    keys = [parse(text) for text in ordered.split()]
    assert keys == sorted(keys, key=lambda key: key or ())
    assert len({str(key) for key in keys}) == len(keys)


@settings(deadline=None, max_examples=300)
@given(st.builds("1.2.{}".format, st.text("012aA.-+", max_size=12)))
def test_a_full_version_is_accepted_where_the_semver_package_accepts_it(text: str) -> None:
    assert (parse(text) is not None) == semver.Version.is_valid(text)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.text("0123456789.-+vV rc\n", max_size=30), versions))
@example("\ud800")
@example("\u0661.2.3")
def test_any_text_is_either_a_version_or_refused_with_itself(text: str) -> None:
    if parse(text):
        return
    with pytest.raises(Refused) as refusal:
        require_version(text, "0", STACK)
    assert str(refusal.value).endswith(", which is not a version.")
    if text.isascii() and text.isprintable() and len(text) <= 100:
        assert f" has version {text}, which" in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("1.25.0+build.7", "1.25.0", id="build metadata does not count"),
        pytest.param("1.25.0-rc.1+a", "1.25.0-rc.1+b", id="build metadata of a pre-release does not count"),
        pytest.param("v1.25.0", "1.25.0", id="a leading v does not count"),
        pytest.param("1.25", "1.25.0", id="a missing patch is 0"),
        pytest.param("2", "2.0.0", id="a missing minor and patch are 0"),
        pytest.param("v2-rc.1+x", "2.0.0-rc.1", id="a missing minor and patch before a pre-release are 0"),
    ],
)
def test_two_ways_to_write_a_version_are_equal(one: str, other: str) -> None:
    assert parse(one) is not None
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("version", "minimum"),
    [
        pytest.param("1.25.0", "1.25.0", id="exactly the minimum"),
        pytest.param("1.25.1", "1.25.0", id="a newer patch"),
        pytest.param("1.100.0", "1.25.0", id="numbers are compared as numbers and not as text"),
        pytest.param("2.0.1", "1.25.0", id="a newer major with a smaller minor"),
        pytest.param("1.30.4-cj", "1.25.0", id="a pre-release of a newer version"),
        pytest.param("1.25.0", "1.25.0-rc.1", id="a release where its pre-release is enough"),
        pytest.param("1.25.0+1", "1.25.0+2", id="the minimum with other build metadata"),
        pytest.param("1.25.0", "1.25", id="a minimum without a patch"),
    ],
)
def test_new_enough(version: str, minimum: str) -> None:
    require_version(version, minimum, STACK)


@pytest.mark.parametrize(
    ("version", "minimum"),
    [
        pytest.param("1.24.9", "1.25.0", id="an older minor with a larger patch"),
        pytest.param("0.99.99", "1.25.0", id="an older major"),
        pytest.param("1.9.0", "1.25.0", id="numbers are compared as numbers and not as text"),
        pytest.param("1.25.0-rc.1", "1.25.0", id="a pre-release of the minimum"),
        pytest.param("1.25.0-rc.9", "1.25.0-rc.10", id="an older pre-release"),
        pytest.param("1", "1.25.0", id="a major alone"),
    ],
)
def test_too_old(version: str, minimum: str) -> None:
    with pytest.raises(Refused) as refusal:
        require_version(version, minimum, STACK)
    assert str(refusal.value) == (
        f"Upgrade the Stackery Role in account 111122223333 to version {minimum} or newer, then deploy again:"
        f" stack stackery in us-east-1 has version {version}."
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" ", id="a blank"),
        pytest.param("none", id="a word"),
        pytest.param("v", id="a v alone"),
        pytest.param("V1.25.0", id="a capital v"),
        pytest.param("vv1.25.0", id="two v"),
        pytest.param("=1.25.0", id="an equals sign before"),
        pytest.param(" 1.25.0", id="a blank before"),
        pytest.param("1.25.0 ", id="a blank after"),
        pytest.param("1.25.0\n", id="a newline after"),
        pytest.param("1.25.0\r\n", id="a carriage return and newline after"),
        pytest.param("1.25.0\x00", id="a zero byte after"),
        pytest.param("1. 25.0", id="a blank within"),
        pytest.param("01.25.0", id="a leading zero in the major"),
        pytest.param("1.025.0", id="a leading zero in the minor"),
        pytest.param("1.25.00", id="a leading zero in the patch"),
        pytest.param("1.25.0-01", id="a leading zero in a number of the pre-release"),
        pytest.param("1.2.3.4", id="four numbers"),
        pytest.param("1..3", id="a number missing between two dots"),
        pytest.param("1.25.", id="a dot at the end"),
        pytest.param(".25.0", id="a dot at the start"),
        pytest.param("-1.25.0", id="a negative number"),
        pytest.param("+1.25.0", id="a plus sign before"),
        pytest.param("1_0.25.0", id="an underscore between digits"),
        pytest.param("1.25.0-", id="a hyphen without a pre-release"),
        pytest.param("1.25.0-a..b", id="an empty identifier in the pre-release"),
        pytest.param("1.25.0-a_b", id="an underscore in the pre-release"),
        pytest.param("1.25.0-ä", id="a letter beyond ASCII in the pre-release"),
        pytest.param("1.25.0+", id="a plus sign without build metadata"),
        pytest.param("1.25.0+a+b", id="build metadata twice"),
        pytest.param("1.25.x", id="a placeholder for the patch"),
        pytest.param("1e3.0.0", id="an exponent"),
        pytest.param("0x1.0.0", id="a hexadecimal number"),
        pytest.param("\u0661.\u0662\u0665.\u0660", id="Arabic digits"),
        pytest.param("1.2\u0665.0", id="an Arabic digit after another digit"),
        pytest.param("1.25.0-1\u0665", id="an Arabic digit in the pre-release"),
        pytest.param("1.25.0+1\u0665", id="an Arabic digit in the build metadata"),
        pytest.param("\uff11.25.0", id="a full-width digit"),
        pytest.param("1.25.\u00b2", id="a superscript digit"),
        pytest.param("\u2460.0.0", id="a digit in a circle"),
        pytest.param("9" * 5000, id="a number of 5,000 digits"),
        pytest.param("1.25.0-" + "a" * 250, id="a pre-release that makes it longer than 256 characters"),
        pytest.param("1.25.0-" + "a." * 100_000, id="a very long text that almost matches"),
    ],
)
def test_not_a_version(text: str) -> None:
    assert parse(text) is None


def test_a_version_of_256_characters_is_still_one() -> None:
    assert parse("1.25.0-" + "a" * 249) is not None

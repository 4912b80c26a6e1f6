"""Whom patterns of build roles admit: no wildcard stands for a slash, and no pattern keeps out another's."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.configuration import Configuration
from tests.policies.cases import JUDGES, find_judge
from tests.policies.deployment import WHOLE_ORGANIZATION, as_generated
from tests.policies.specification import READ, Row, role

# So few letters that roles often come close to a pattern.
PARTS = st.text("aB*?", min_size=1, max_size=4)
PATTERNS = st.lists(
    st.lists(PARTS, min_size=1, max_size=3).map("/".join).filter(lambda each: re.search("[aB][*?]*$", each)),
    min_size=1,
    max_size=4,
    unique=True,
)
STAND_INS = st.lists(
    st.sampled_from(["", "a", "B", "b", "ab", "/", "a/", "/a", "a/B"]), min_size=12, max_size=12
)
Case = tuple[Sequence[str], Sequence[str]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw patterns, and roles that are like them but for what stands where a wildcard does."""
    patterns = draw(PATTERNS)
    roles = []
    for pattern in patterns * 2:
        pieces = re.split("[*?]", pattern)
        roles.append(
            "".join(map("".join, zip(pieces, [*draw(STAND_INS)[: len(pieces) - 1], ""], strict=True)))
        )
    return patterns, [each for each in roles if re.fullmatch("(?:[aBb]+/)*[aBb]+", each)]


def is_meant(patterns: Sequence[str], path_and_name: str) -> bool:
    """Return whether one of the patterns means this role, by what docs/configuration.md says."""
    wildcards = {"*": "[^/]*", "?": "[^/]"}
    return any(
        re.fullmatch("".join(wildcards.get(letter, letter) for letter in pattern), path_and_name)
        for pattern in patterns
    )


@pytest.mark.server
@pytest.mark.parametrize("judge", JUDGES)
@settings(max_examples=25, deadline=None, phases=[Phase.generate])  # each case in itself is small
@given(cases=st.lists(cases(), min_size=20, max_size=20))
def test_a_role_is_admitted_where_a_pattern_means_it(judge: str, cases: Sequence[Case]) -> None:
    trials = {}
    for number, (patterns, roles) in enumerate(cases):
        try:
            fields = WHOLE_ORGANIZATION.model_dump(exclude_none=True)
            configured = Configuration(**fields | {"role_check": "none", "build_roles": patterns})
        except ValidationError:
            continue
        rows = [Row(role(each, each), READ, is_meant(patterns, each)) for each in roles]
        trials[str(number)] = (as_generated(configured).secret, rows)
    assume(trials)
    for verdicts in find_judge(judge)(trials).values():
        assert {str(row): allowed for row, allowed in verdicts.items()} == {
            str(row): row.allowed for row in verdicts
        }


def test_the_cases_are_of_both_kinds_and_some_admit_what_another_pattern_would_shut_out() -> None:
    patterns = ["a*", "a/B", "a/?"]
    assert [each for each in ("aB", "a", "a/B", "a/b", "a/b/a", "ab/a") if is_meant(patterns, each)] == [
        *("aB", "a", "a/B", "a/b"),
    ]

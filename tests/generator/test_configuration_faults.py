"""How the parts of a message are worded; which fault gives which is told in test_configuration_file.py."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.configuration_faults import explain, explain_yaml, shown


@given(st.text() | st.none() | st.integers())
def test_only_a_word_is_shown(name: object) -> None:
    is_word = isinstance(name, str) and name.isascii() and name.replace("_", "").replace("-", "").isalpha()
    assert shown(name) == "(not shown)" or (is_word and shown(name) == name)


@pytest.mark.parametrize(
    ("problem", "fix"),
    [
        ("found character '\\t' that cannot start any token", "indent with blanks, not with tabs"),
        ("found duplicate anchor 'ghp_token'; first occurrence", "found duplicate anchor; first occurrence"),
        ("something new", "something new"),
    ],
)
def test_what_is_not_yaml(problem: str, fix: str) -> None:
    assert explain_yaml(yaml.MarkedYAMLError(problem=problem)) == fix


def test_a_kind_of_fault_that_is_new_to_this_project_is_told_in_the_words_of_pydantic() -> None:
    fault = {"loc": ("repositories", 0, "index"), "type": "new_kind", "msg": "is odd"}
    assert explain(fault, {"repositories": [{"id": "Acme"}]}) == "repository 1 (Acme), field index: is odd"

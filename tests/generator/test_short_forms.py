"""A template's text is read as CloudFormation reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.configuration import DEFAULT
from generator.document import render
from generator.errors import UnreadableTemplateError
from generator.short_forms import load
from generator.templates import TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_our_own_templates_come_back(name: str, form: Any) -> None:
    template = TEMPLATES[name](DEFAULT)
    assert load(render(template, form)) == template.to_dict()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Key", {"Ref": "Key"}),
        ("!GetAtt Key.Arn", {"Fn::GetAtt": ["Key", "Arn"]}),
        ("!GetAtt [Key, Arn]", {"Fn::GetAtt": ["Key", "Arn"]}),
        ("!If [A, !Ref B, !Ref AWS::NoValue]", {"Fn::If": ["A", {"Ref": "B"}, {"Ref": "AWS::NoValue"}]}),
        ("!Transform {Name: X}", {"Fn::Transform": {"Name": "X"}}),
        ("!Condition A", {"Condition": "A"}),
        ("2012-10-17", "2012-10-17"),
        ("{Null: {a: true}}", {"Null": {"a": True}}),
    ],
)
def test_short_forms_are_written_out(text: str, value: Any) -> None:
    assert load(f"A: {text}\n") == {"A": value}


@given(
    st.dictionaries(
        st.text("ab", min_size=1), st.recursive(st.booleans() | st.integers() | st.text("ab:!{"), st.lists)
    )
)
def test_json_is_what_it_is(document: Any) -> None:
    assert load(json.dumps(document)) == document


@pytest.mark.parametrize("text", ["a: [", "- a", ""])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTemplateError, match=r"^The template of the stack is no "):
        load(text)

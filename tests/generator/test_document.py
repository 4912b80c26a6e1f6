"""The text of a template: always the same, readable, exactly what was meant, and never too large."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from troposphere import Ref, Template
from troposphere.sns import Topic

from generator import document, names, templates
from generator.configuration import DEFAULT, ORGANIZATION_PATH, SECRET_NAME, Configuration, Repository
from generator.errors import TemplateTooLargeError
from tests import ROOT
from tests.generator.cloudformation import read
from tests.generator.conftest import GOLDEN, LARGE, RICH, text_of

FORMATS: list[document.Format] = ["yaml", "json"]

DESCRIPTIONS = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=300)
    | st.text(" :#'\"-{}[]&*!|>%@`,?\\~=<yesno0123456789.", min_size=1)
    | st.sampled_from(["yes", "null", "~", "1.0", "2020-01-01", "=", "<<", "- a", "a: b", "a #b", "!Ref x"])
)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Any configuration that is accepted."""
    count = draw(st.integers(1, 3))
    secrets = draw(
        st.lists(st.from_regex(SECRET_NAME, fullmatch=True), min_size=count, max_size=count, unique=True)
    )
    repositories = tuple(
        Repository(
            id=f"{draw(st.sampled_from(['A', 'y', 'On', 'null', 'Key']))}{number}",
            manager=draw(st.sampled_from(["npm", "pip", "maven"])),
            url="https://a.example/" + draw(st.text("aZ09-._~:@!$&'()*+,;=%/[]{}|\"<>\\^`", max_size=30)),
            secret=secret,
            description=draw(DESCRIPTIONS.map(str.strip).filter(bool)),
        )
        for number, secret in enumerate(secrets)
    )
    paths = draw(st.lists(st.from_regex(ORGANIZATION_PATH, fullmatch=True), max_size=2))
    return Configuration(
        repositories=repositories,
        organization_paths=tuple(paths),
        block_public_policy=draw(st.booleans()),
    )


@pytest.mark.slow
@settings(max_examples=15)
@given(configurations())
def test_the_text_says_exactly_what_troposphere_was_told(configured: Configuration) -> None:
    for make in templates.TEMPLATES.values():
        template = make(configured)
        assert read(document.render(template, "yaml")) == template.to_dict()
        assert json.loads(document.render(template, "json")) == template.to_dict()


ONE_LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n")) | st.text(
    "a:#'\"- \t\r\\%é\u2028\x85"
)


@settings(max_examples=60)
@given(ONE_LINE, ONE_LINE)
def test_any_line_of_text_is_escaped_as_yaml_needs(description: str, name: str) -> None:
    template = Template(Description=description)
    template.add_resource(Topic("Topic", DisplayName=name, TopicName=Ref("AWS::StackName")))
    assert read(document.render(template, "yaml")) == template.to_dict()


@pytest.mark.parametrize("document_format", FORMATS)
@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_the_text_is_the_same_each_time(name: str, document_format: document.Format) -> None:
    assert text_of(name, RICH, document_format) == text_of(name, RICH, document_format)


@pytest.mark.slow
def test_the_text_is_the_same_in_each_process() -> None:
    program = f"""
from pathlib import Path
from generator import configuration_file, document, templates
rich = configuration_file.load(Path({str(GOLDEN / "rich.yaml")!r}))
for make in templates.TEMPLATES.values():
    for document_format in ("yaml", "json"):
        print(ascii(document.render(make(rich), document_format)))
"""
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_the_text_has_no_anchors_no_tabs_and_no_blanks_at_line_ends(name: str) -> None:
    text = text_of(name, RICH)
    assert "&id" not in text
    assert "\t" not in text
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_both_formats_say_the_same_in_the_same_order() -> None:
    assert json.dumps(read(text_of("private-packages", RICH))) == json.dumps(
        json.loads(text_of("private-packages", RICH, "json"))
    )


def test_the_largest_number_of_repositories_is_far_below_the_limit_of_s3() -> None:
    for document_format in FORMATS:
        text = text_of("private-packages", LARGE, document_format)
        assert names.TEMPLATE_BYTES < len(text.encode()) < document.S3_BYTES / 2


def test_a_configuration_of_which_cloudformation_takes_the_template_in_no_way_is_refused() -> None:
    unit = f"ou-ab12-{'a' * 32}/"
    paths = tuple(f"o-a1b2c3d4e5/r-ab12/{unit * 2}ou-ab12-{number:08}/*" for number in range(100))
    configured = Configuration(repositories=LARGE.repositories, organization_paths=paths)
    with pytest.raises(TemplateTooLargeError, match="split the repositories into several configurations"):
        text_of("private-packages", configured)


def test_the_limit_of_cloudformation_is_met_to_the_byte() -> None:
    def text_with(length: int) -> str:
        return document.render(Template(Description="x" * length), "json")

    length = document.S3_BYTES - len(text_with(1)) + 1
    assert len(text_with(length)) == document.S3_BYTES
    with pytest.raises(TemplateTooLargeError) as refusal:
        text_with(length + 1)
    assert str(refusal.value) == (
        "The template would have 1,000,001 bytes, but CloudFormation takes 1,000,000 at most: split the"
        " repositories into several configurations, each for a stack of its own."
    )


def test_a_short_text_stays_below_what_the_api_takes() -> None:
    assert len(text_of("private-packages", DEFAULT).encode()) < names.TEMPLATE_BYTES

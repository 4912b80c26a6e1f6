"""The form that the console draws: what each field takes, and how fields are grouped and labelled."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_resource import role_check
from generator import form
from generator.configuration import SECRET_NAME
from tests.generator.cloudformation import Document
from tests.generator.conftest import CHECKED

VERSION_PATTERN = re.compile(form.VERSION, re.ASCII)

GOOD = {
    "OrganizationId": ["", "o-a1b2c3d4e5", "o-" + "a" * 32],
    "MinimumRoleVersion": ["1.25.0", "v1.25.0", "2", "1.25", "0.0.0", "1.30.4-cj", "10.20.30"],
    "StackeryStackName": ["stackery", "S", "my-stackery-2", "a" * 128],
    "PermissionsBoundary": ["", "Boundary", "acme/ci/Boundary-1", "a" * 128],
    "StackeryStackRegion": [
        "",
        *role_check.STACKERY_REGIONS,
        "us-gov-west-1",
        "eusc-de-east-1",
        "us-isob-east-10",
    ],
    "GitHubPackagesSecretName": ["/stackery/ghpackagerepotoken", "a", "A_b+c=d.e@f-g/h", "a" * 512],
    "GitHubPackagesToken": ["", "x", "ghp_abc", "with blank inside", "a&$%+~=#'\"\\"],
}
BAD = {
    "OrganizationId": ["o-", "o-A1B2C3D4E5", "a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12", " o-a1b2c3d4e5", "*"],
    "MinimumRoleVersion": ["", "latest", "01.2.3", "1.02", "1.2.3.4", "1.25.0-", "1..2", "1.25.0 ", "1.2.x"],
    "StackeryStackName": ["", "2stackery", "stack_ery", "a" * 129, "*", "arn:aws:x"],
    "PermissionsBoundary": ["arn:aws:iam::111122223333:policy/Boundary", "a b", "*", "${x}"],
    "StackeryStackRegion": ["us-east", "us-east-1a", "US-EAST-1", "*", "us east 1", "east"],
    "GitHubPackagesSecretName": ["", "a b", "a*", "a?", "a:b", "a" * 513, "${x}"],
    "GitHubPackagesToken": [" ", " x", "x ", "a\nb", "x\n", "\tx"],
}


def accepts(parameter: Document, value: str) -> bool:
    """Return whether CloudFormation, which looks for a match of the whole value, takes it."""
    return re.fullmatch(parameter["AllowedPattern"], value, re.ASCII) is not None


def free_text(document: Document) -> dict[str, Document]:
    """Return the parameters that mean something by their text; Recheck only has to differ from before."""
    return {
        name: each
        for name, each in document["Parameters"].items()
        if "AllowedValues" not in each and name != "Recheck"
    }


def test_each_field_of_free_text_says_what_it_takes(template: Document) -> None:
    for name, parameter in free_text(template).items():
        assert parameter["AllowedPattern"].startswith("^"), name
        assert parameter["AllowedPattern"].endswith("$"), name
        assert parameter["ConstraintDescription"].endswith("."), name


def test_the_defaults_are_accepted(template: Document) -> None:
    for name, parameter in free_text(template).items():
        assert "Default" not in parameter or accepts(parameter, parameter["Default"]), name


def test_without_the_function_that_looks_it_up_the_organization_must_be_given(without: Document) -> None:
    organization = without["Parameters"]["OrganizationId"]
    assert [name for name, each in without["Parameters"].items() if "Default" not in each] == [
        "OrganizationId"
    ]
    assert [value for value in GOOD["OrganizationId"] if not accepts(organization, value)] == [""]
    assert not any(accepts(organization, value) for value in BAD["OrganizationId"])


def test_the_examples_cover_each_field_of_free_text(default: Document) -> None:
    assert set(free_text(default)) == set(GOOD) == set(BAD)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in GOOD for value in GOOD[name]])
def test_a_good_value_is_accepted(default: Document, name: str, value: str) -> None:
    assert accepts(default["Parameters"][name], value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in BAD for value in BAD[name]])
def test_a_bad_value_is_refused(default: Document, name: str, value: str) -> None:
    assert not accepts(default["Parameters"][name], value)


def test_patterns_mean_the_same_to_java_as_to_python(template: Document) -> None:
    for name, parameter in free_text(template).items():
        # Groups with an extension, anchors and classes of which one of the two has its own idea.
        assert not re.search(r"\(\?|\\[^dS.]|&&|\[\[|[*+}]\+", parameter["AllowedPattern"]), name


@given(st.from_regex(VERSION_PATTERN, fullmatch=True))
def test_each_minimum_version_that_the_form_takes_is_one_for_the_role_check(version: str) -> None:
    assert role_check.parse(version) is not None


def test_the_longest_minimum_version_is_one_for_the_role_check() -> None:
    longest = "v" + ".".join(["9" * 9] * 3) + "-" + "z" * 100
    assert VERSION_PATTERN.fullmatch(longest)
    assert not VERSION_PATTERN.fullmatch(longest + "z")
    assert role_check.parse(longest) is not None


@given(st.from_regex(SECRET_NAME, fullmatch=True))
def test_no_secret_name_widens_the_key_policy(name: str) -> None:
    assert not set(name) & set("*?${}:")


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_role_check_is_enforced_unless_one_says_otherwise(template: Document) -> None:
    parameter = template["Parameters"]["RoleCheck"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("Enforce", ["Enforce", "Warn"])


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_version_that_private_packages_need_is_the_default(template: Document) -> None:
    assert template["Parameters"]["MinimumRoleVersion"]["Default"] == "1.25.0"


def test_the_console_does_not_echo_tokens_and_nothing_else(rich: Document) -> None:
    hidden = {name for name, parameter in rich["Parameters"].items() if parameter.get("NoEcho")}
    assert hidden == {"GitHubPackagesToken", "PyPIToken", "Maven2Token"}


def test_a_token_has_no_default(rich: Document) -> None:
    assert rich["Parameters"]["PyPIToken"]["Default"] == ""


def test_a_secret_is_named_as_configured(rich: Document) -> None:
    assert rich["Parameters"]["PyPISecretName"]["Default"] == "acme/pypi@build+ro=1"


def test_a_token_is_described_as_configured(rich: Document) -> None:
    assert rich["Parameters"]["GitHubPackagesToken"]["Description"] == (
        'Token of Łukasz\'s robot: "read only" #1. Empty: add the token to the secret later.'
    )


def test_the_form_shows_each_parameter_once_in_a_group_with_a_label(template: Document) -> None:
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    shown = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(shown) == sorted(template["Parameters"])
    assert set(interface["ParameterLabels"]) == set(template["Parameters"])
    for labelled in (*interface["ParameterGroups"], *interface["ParameterLabels"].values()):
        label = labelled.get("Label", labelled)
        assert label["default"]


def test_the_form_begins_with_the_repositories(rich: Document) -> None:
    groups = rich["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert [group["Label"]["default"] for group in groups] == [
        "GitHubPackages (https://npm.pkg.github.com)",
        "PyPI (https://pypi.acme.example:8443/simple/)",
        "Maven2 (https://maven.acme.example/releases)",
        "Who may read",
        "Check of the Stackery Role",
    ]

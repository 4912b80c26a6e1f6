"""The two templates as a whole: against committed files, cfn-lint, and what DESIGN.md promises of them."""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_resource.role_check import STACKERY_REGIONS
from generator import __version__, names, stackery_role, templates
from generator.configuration import DEFAULT, Configuration, Repository
from tests import ROOT
from tests.generator.cloudformation import Document, needs, of_type, read, references, statements, walk
from tests.generator.conftest import (
    CHECKED,
    CONFIGURATIONS,
    EXAMPLE,
    GOLDEN,
    LARGE,
    RICH,
    WITHOUT,
    text_of,
)
from tests.generator.golden import assert_golden

INDENTED_SOURCE = textwrap.indent(stackery_role.source(), " " * 10)
TAGGABLE = {"AWS::Logs::LogGroup", "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::KMS::Key"} | {
    "AWS::SecretsManager::Secret"
}
BEFORE_THE_CHECK = {"RoleCheckLogGroup", "RoleCheckFunctionRole", "RoleCheckFunction", "StackeryRole"}


@pytest.mark.parametrize(
    ("file", "repositories", "name"),
    [
        ("default.private-packages.yaml", DEFAULT, "private-packages"),
        ("default.role-check.yaml", DEFAULT, "role-check"),
        ("rich.private-packages.yaml", RICH, "private-packages"),
        ("rich.private-packages.json", RICH, "private-packages"),
        (EXAMPLE / "private-packages.yaml", WITHOUT, "private-packages"),
    ],
)
def test_the_template_is_the_committed_one(file: str | Path, repositories: Configuration, name: str) -> None:
    text = text_of(name, repositories, "json" if str(file).endswith("json") else "yaml")
    for source in (INDENTED_SOURCE, json.dumps(stackery_role.source())[1:-1]):
        text = text.replace(source, "          # custom_resource/role_check.py, word for word\n")
    assert_golden(GOLDEN / file, text)


@pytest.mark.parametrize("name", templates.of(DEFAULT))
def test_the_function_stands_in_the_template_word_for_word(name: str) -> None:
    text = text_of(name, DEFAULT)
    assert f"\n        ZipFile: |\n{INDENTED_SOURCE}" in text
    function = read(text)["Resources"]["RoleCheckFunction"]["Properties"]
    assert function["Code"]["ZipFile"] == (ROOT / "custom_resource" / "role_check.py").read_text("utf-8")


@pytest.mark.slow
def test_cfn_lint_finds_nothing_to_say(tmp_path: Path) -> None:
    paths = []
    for size, repositories in {**CONFIGURATIONS, "large": LARGE}.items():
        paths.append(tmp_path / f"{size}.yaml")
        paths[-1].write_text(text_of("private-packages", repositories), "utf-8")
    paths.append(tmp_path / "role-check.yaml")
    paths[-1].write_text(text_of("role-check", DEFAULT), "utf-8")
    command = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run(
        [command, "--include-checks", "I", "--", *paths], capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_the_key_waits_for_the_check_whatever_the_form_says(default: Document) -> None:
    # With an organization in the form, the policies refer to nothing that the check answers.
    assert default["Resources"]["Key"]["DependsOn"] == "StackeryRole"


@pytest.mark.parametrize("template", ["default role-check", "rich private-packages"], indirect=True)
def test_the_function_s_role_is_bounded_by_the_policy_that_the_form_names(template: Document) -> None:
    role = template["Resources"]["RoleCheckFunctionRole"]["Properties"]
    policy = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${PermissionsBoundary}"
    assert role["PermissionsBoundary"] == {
        "Fn::If": ["PermissionsBoundaryGiven", {"Fn::Sub": policy}, {"Ref": "AWS::NoValue"}]
    }
    assert template["Parameters"]["PermissionsBoundary"]["Default"] == ""
    assert len(of_type(template, "AWS::IAM::Role")) == 1


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_nothing_is_created_before_the_role_check_has_passed(template: Document) -> None:
    for name in set(template["Resources"]) - BEFORE_THE_CHECK:
        assert "StackeryRole" in needs(template, name), name


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_check_itself_needs_nothing_that_costs_or_holds_anything(template: Document) -> None:
    assert needs(template, "StackeryRole") | {"StackeryRole"} == BEFORE_THE_CHECK


def test_parameters_are_those_of_the_design(rich: Document) -> None:
    assert list(rich["Parameters"]) == [
        *("OrganizationId", "MinimumRoleVersion", "StackeryStackName", "StackeryStackRegion"),
        *("RoleCheck", "Recheck", "PermissionsBoundary"),
        *("GitHubPackagesSecretName", "GitHubPackagesToken", "PyPISecretName", "PyPIToken"),
        *("Maven2SecretName", "Maven2Token"),
    ]


def test_outputs_are_those_of_the_design(rich: Document) -> None:
    assert {name: output["Value"] for name, output in rich["Outputs"].items()} == {
        "OrganizationId": {
            "Fn::If": [
                "OrganizationIdGiven",
                {"Ref": "OrganizationId"},
                {"Fn::GetAtt": ["StackeryRole", "OrganizationId"]},
            ]
        },
        "StackeryRoleVersion": {"Fn::GetAtt": ["StackeryRole", "Version"]},
        "TemplateVersion": __version__,
        "KeyArn": {"Fn::GetAtt": ["Key", "Arn"]},
        "KeyAlias": {"Ref": "KeyAlias"},
        "GitHubPackagesSecretArn": {"Fn::GetAtt": ["GitHubPackagesSecret", "Id"]},
        "PyPISecretArn": {"Fn::GetAtt": ["PyPISecret", "Id"]},
        "Maven2SecretArn": {"Fn::GetAtt": ["Maven2Secret", "Id"]},
        "HookCommand": {
            "Fn::Sub": "private-packages hook --stack-name ${AWS::StackName} --region ${AWS::Region}"
        },
    }


def test_a_template_says_what_it_was_made_from(rich: Document) -> None:
    made_from = rich["Metadata"][names.MADE_FROM]["Configuration"]
    assert Configuration.model_validate(made_from) == RICH


def test_the_order_of_the_entries_changes_no_resource_and_no_output() -> None:
    reversed_entries = {
        "repositories": RICH.repositories[::-1],
        "build_roles": RICH.build_roles[::-1],
        "organization_paths": RICH.organization_paths[::-1],
    }
    other = read(text_of("private-packages", RICH.model_copy(update=reversed_entries)))
    same = read(text_of("private-packages", RICH))
    assert (other["Resources"], other["Outputs"]) == (same["Resources"], same["Outputs"])


def test_the_role_check_alone_creates_nothing_else() -> None:
    alone = read(text_of("role-check", RICH))
    assert set(alone["Resources"]) == BEFORE_THE_CHECK
    assert set(alone["Outputs"]) == {"OrganizationId", "StackeryRoleVersion", "TemplateVersion"}
    assert len(alone["Parameters"]) == 7


def test_without_the_role_check_there_are_key_secrets_and_policies_alone(without: Document) -> None:
    kinds = {resource["Type"] for resource in without["Resources"].values()}
    assert kinds == {
        *("AWS::KMS::Key", "AWS::KMS::Alias"),
        *("AWS::SecretsManager::Secret", "AWS::SecretsManager::ResourcePolicy"),
    }
    assert next(iter(without["Parameters"])) == "OrganizationId"
    assert len(without["Parameters"]) == 1 + 2 * len(WITHOUT.repositories)
    assert without["Outputs"]["OrganizationId"]["Value"] == {"Ref": "OrganizationId"}
    assert list(templates.of(WITHOUT)) == ["private-packages", "build-account"]
    assert list(templates.of(DEFAULT)) == ["private-packages", "role-check"]


def test_without_the_role_check_no_word_is_said_of_stackery() -> None:
    text = text_of("private-packages", WITHOUT)
    assert "stackery" not in text.lower().replace("stackery-private-packages", "")


def test_what_takes_tags_has_one_that_says_where_it_comes_from(template: Document) -> None:
    for name, resource in template["Resources"].items():
        tags = resource["Properties"].get("Tags")
        expected = [{"Key": "stackery-private-packages", "Value": {"Ref": "AWS::StackName"}}]
        assert tags == (expected if resource["Type"] in TAGGABLE else None), name


def test_each_entity_says_what_it_is_for(template: Document) -> None:
    for section in ("Parameters", "Outputs"):
        for name, entry in template[section].items():
            assert entry["Description"], name
    assert template["Description"].endswith(f"(stackery-private-packages {__version__})")


def test_each_statement_has_a_sid_of_its_own(template: Document) -> None:
    for resource in template["Resources"]:
        sids = [statement["Sid"] for name, statement in statements(template) if name == resource]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


def test_nothing_ties_a_template_to_a_partition_an_account_or_a_region(template: Document) -> None:
    for path, value in walk(template):
        if not isinstance(value, str) or path[-1] in ("Description", "ConstraintDescription"):
            continue
        text = value.replace(INDENTED_SOURCE, "") if path[-1] != "ZipFile" else ""
        assert not re.search(r"arn:aws|\b\d{12}\b|\b[a-z]{2}(-gov)?-[a-z]+-\d\b", text), path


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_function_names_regions_in_its_list_only(template: Document) -> None:
    source = template["Resources"]["RoleCheckFunction"]["Properties"]["Code"]["ZipFile"]
    assert "arn:aws" not in source
    assert not re.search(r"\b\d{12}\b", source)
    regions = re.findall(r"\b[a-z]{2}-[a-z]+-\d\b", source)
    assert sorted(regions) == sorted(STACKERY_REGIONS)


def test_it_can_be_rolled_out_with_stack_sets(template: Document) -> None:
    assert "Transform" not in template
    assert "Rules" not in template
    assert not of_type(template, "AWS::CloudFormation::Stack")
    for path, value in walk(template["Resources"]):
        fixed = {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "FunctionName", "LogGroupName"}
        assert not (isinstance(value, dict) and fixed & set(value)), path


def test_all_that_is_referred_to_exists(template: Document) -> None:
    pseudo = {"AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId"}
    existing = set(template["Parameters"]) | set(template["Resources"]) | set(template.get("Conditions", {}))
    assert references(template) - existing <= pseudo | {"AWS::StackName"}


def test_a_token_goes_into_its_secret_and_nowhere_else(rich: Document) -> None:
    for id_ in ("GitHubPackages", "PyPI", "Maven2"):
        token, condition = f"{id_}Token", f"{id_}TokenGiven"
        uses = [path for path, value in walk(rich) if value == {"Ref": token} or f"${{{token}" in str(value)]
        leaves = {path for path in uses if not any(other[: len(path)] == path != other for other in uses)}
        assert leaves == {
            ("Conditions", condition, "Fn::Not", "0", "Fn::Equals", "0"),
            ("Resources", f"{id_}Secret", "Properties", "SecretString", "Fn::If", "1"),
        }


def test_the_default_is_far_below_what_the_api_takes() -> None:
    assert len(text_of("private-packages", DEFAULT).encode()) <= 30 * 1024


ORDER = ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Conditions", "Resources"]


def test_it_reads_from_the_general_to_the_particular(default: Document) -> None:
    assert list(default) == [*ORDER, "Outputs"]
    for resource in default["Resources"].values():
        assert next(iter(resource)) == "Type"
        assert list(resource)[-1] == "Properties"


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_the_first_line_names_the_generator_and_its_version(name: str) -> None:
    assert text_of(name, DEFAULT).splitlines()[0] == (
        f"# Generated by stackery-private-packages {__version__}: do not edit, change repositories.yaml."
    )


def test_another_version_of_the_template_runs_the_check_again(tmp_path: Path) -> None:
    for package in ("generator", "custom_resource"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "generator" / "__init__.py").write_text('__version__ = "7.8.9"\n')
    program = """
from generator import configuration, document, templates
print(document.render(templates.private_packages(configuration.DEFAULT), "yaml"))
"""
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{program}"]
    later = read(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert later["Resources"]["StackeryRole"]["Properties"]["TemplateVersion"] == "7.8.9"
    # And in nothing else do two releases differ: no key and no secret changes for a release's sake.
    now = read(text_of("private-packages", DEFAULT))
    said_now, said_later = (
        {(path, value) for path, value in walk(each) if not isinstance(value, dict | list)}
        for each in (now, later)
    )
    assert {path for path, _ in said_now ^ said_later} == {
        ("Description",),
        ("Outputs", "TemplateVersion", "Value"),
        ("Resources", "StackeryRole", "Properties", "TemplateVersion"),
    }


AWKWARD_IDS = ["A", "ASecret", "AToken", "ASecretName", "ASecretPolicy", "Key", "RoleCheck", "StackeryRole"]
MANAGERS = get_args(Repository.model_fields["manager"].annotation)


@settings(max_examples=20)
@given(st.lists(st.sampled_from([*AWKWARD_IDS, "OrganizationId", "AWS", "Recheck"]), min_size=1, unique=True))
def test_no_id_collides_with_another_name(ids: list[str]) -> None:
    repositories = [
        Repository(id=id_, manager=MANAGERS[0], url="https://npm.acme.example", secret=id_) for id_ in ids
    ]
    made = templates.private_packages(Configuration(repositories=tuple(repositories))).to_dict()
    names = [*made["Parameters"], *made["Resources"], *made["Conditions"]]
    assert len(set(names) - {"RoleCheck"}) == len(names) - 1
    assert len(made["Parameters"]) == 7 + 2 * len(ids)
    assert len(made["Outputs"]) == 6 + len(ids)

"""The page on builds without Stackery, and the roles that it proposes."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy

from generator import configuration_file
from private_packages.commands.hook import DEFAULT_OUTPUTS
from tests import ROOT
from tests.e2e.hooks import tools
from tests.e2e.ministack import Account
from tests.test_docs import blocks

PAGE = (ROOT / "docs/without-stackery.md").read_text()
EXAMPLES = ROOT / "examples/without-stackery"
TEMPLATE = (EXAMPLES / "build-roles.yaml").read_text()
HOOK = f"bash {DEFAULT_OUTPUTS['none']}"
STACK = "acme-build"
ISSUER = "token.actions.githubusercontent.com"
SUBJECT = "repo:acme@123456/app@456789:ref:refs/heads/main"


def strings(document: Any) -> list[str]:
    """Return all texts in a document, in their order."""
    if isinstance(document, dict):
        return [text for value in document.values() for text in strings(value)]
    if isinstance(document, list):
        return [text for value in document for text in strings(value)]
    return [str(document)]


def test_its_configurations_are_valid() -> None:
    [configuration] = [text for text in blocks(PAGE, "yaml") if "repositories:" in text]
    assert not configuration_file.parse(configuration, "repositories.yaml").has_role_check


@pytest.mark.parametrize("block", [text for text in blocks(PAGE, "yaml") if HOOK in text])
def test_each_build_runs_the_hook_before_it_installs(block: str) -> None:
    said = strings(yaml.safe_load(block))
    [hook] = [number for number, text in enumerate(said) if HOOK in text]
    [install] = [number for number, text in enumerate(said) if re.match("(npm ci|sam build)", text)]
    assert hook < install


def test_jenkins_keeps_no_token() -> None:
    [pipeline] = blocks(PAGE, "groovy")
    steps = re.findall(r"sh '(.*)'", pipeline)
    assert [HOOK in step for step in steps].index(True) < steps.index("npm ci")
    assert steps[-1] == 'rm -rf "$HOME"'


@pytest.fixture
def roles(account: Account) -> dict[str, Any]:
    """The roles as CloudFormation makes them, by the names of their resources."""
    stack = account.deploy(STACK, TEMPLATE, {})
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    resources = account.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    iam = account.client("iam")
    return {
        each["LogicalResourceId"]: iam.get_role(RoleName=each["PhysicalResourceId"])["Role"]
        for each in resources
        if each["ResourceType"] == "AWS::IAM::Role"
    }


@pytest.mark.server
def test_each_role_is_one_that_the_example_lets_read(roles: dict[str, Any]) -> None:
    patterns = configuration_file.load(EXAMPLES / "repositories.yaml").build_roles
    reading = "|".join(re.escape(each).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for each in patterns)
    for name, role in roles.items():
        path_and_name = role["Arn"].split(":role/")[1]
        assert re.fullmatch(reading, path_and_name), name


@pytest.mark.server
@pytest.mark.parametrize(
    ("audience", "subject", "trusted"),
    [
        ("sts.amazonaws.com", SUBJECT, True),
        ("https://github.com/acme", SUBJECT, False),
        ("sts.amazonaws.com", "repo:acme@123456/app@456789:ref:refs/heads/other", False),
        ("sts.amazonaws.com", "repo:acme@123456/app@456789:pull_request", False),
        ("sts.amazonaws.com", "repo:acme@123456/other@456780:ref:refs/heads/main", False),
        # Somebody who has got the name of a repository that was deleted.
        ("sts.amazonaws.com", "repo:acme@999999/app@999998:ref:refs/heads/main", False),
        ("sts.amazonaws.com", "repo:evil@1/acme@123456/app@456789:ref:refs/heads/main", False),
        ("sts.amazonaws.com", SUBJECT.upper(), False),
        (None, SUBJECT, False),
        ("sts.amazonaws.com", None, False),
    ],
)
def test_only_runs_of_the_repository_and_branch_may_assume_the_role(
    roles: dict[str, Any], account: Account, audience: str | None, subject: str | None, trusted: bool
) -> None:
    claims = {f"{ISSUER}:aud": audience, f"{ISSUER}:sub": subject}
    role = roles["GitHubRole"]
    for issuer, right in ((ISSUER, True), ("gitlab.com", False)):
        provider = f"arn:aws:iam::{account.id}:oidc-provider/{issuer}"
        context = EvalContext(
            principal_arn=provider,
            principal_type="FederatedUser",
            principal_account=account.id,
            action="sts:AssumeRoleWithWebIdentity",
            resource_arn=role["Arn"],
            region="us-east-1",
            service_context={key: value for key, value in claims.items() if value},
        )
        policy = role["AssumeRolePolicyDocument"]
        assert evaluate_trust_policy(policy, provider, context) is (trusted and right)


def test_the_page_shows_the_condition_of_the_role() -> None:
    [shown] = [text for text in blocks(PAGE, "yaml") if text.startswith("Condition:")]
    indented = [f"            {line}" for line in shown.replace(SUBJECT, "!Ref GitHubSubjects").splitlines()]
    assert "\n".join(indented) in TEMPLATE
    assert f"Default: {SUBJECT}\n" in TEMPLATE


@pytest.mark.node
def test_the_pipeline_of_the_cdk_builds_with_the_role_and_runs_the_hook_first(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(tools.npm_modules("cdk", ROOT / "benchmarks/cdk"))
    [example] = blocks(PAGE, "javascript")
    print_it = (
        "console.log(JSON.stringify(require('aws-cdk-lib/assertions').Template.fromStack(stack).toJSON()))"
    )
    (tmp_path / "app.js").write_text(f"{example}{print_it};\n")
    node = shutil.which("node")
    assert node
    ended = subprocess.run(
        [node, "app.js"],
        cwd=tmp_path,
        env={"CDK_OUTDIR": str(tmp_path / "out")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    resources = json.loads(ended.stdout)["Resources"]
    [project] = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::CodeBuild::Project" and HOOK in json.dumps(each)
    ]
    role = resources[project["ServiceRole"]["Fn::GetAtt"][0]]["Properties"]
    assert (role["Path"], role["RoleName"]) == ("/ci/", "cdk-build")
    commands = yaml.safe_load(project["Source"]["BuildSpec"])["phases"]["build"]["commands"]
    assert commands[:2] == [HOOK, "npm ci"]

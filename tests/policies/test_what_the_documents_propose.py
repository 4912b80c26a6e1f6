"""The service control policy that docs/security.md proposes, judged as it stands there."""

import json

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from tests import ROOT
from tests.test_docs import blocks

[POLICY, _] = blocks((ROOT / "docs" / "security.md").read_text(), "json")
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ACCOUNT = "arn:aws:iam::444455556666"


@pytest.mark.server
@pytest.mark.parametrize(
    ("caller", "action", "role", "allowed"),
    [
        ("administrator", "iam:CreateRole", "stackery/stackery-deployer", False),
        ("administrator", "iam:UpdateAssumeRolePolicy", "stackery/stackery-factory-role", False),
        ("ci/StackeryInstaller", "iam:CreateRole", "stackery/stackery-deployer", False),
        ("StackeryInstaller", "iam:CreateRole", "stackery/stackery-deployer", True),
        ("administrator", "iam:CreateRole", "acme/builder", True),
        ("administrator", "iam:GetRole", "stackery/stackery-deployer", True),
    ],
)
def test_nobody_but_the_installer_makes_a_build_role(
    caller: str, action: str, role: str, allowed: bool
) -> None:
    context = EvalContext(
        principal_arn=f"{ACCOUNT}:role/{caller}",
        principal_type="AssumedRole",
        principal_account="444455556666",
        action=action,
        resource_arn=f"{ACCOUNT}:role/{role}",
        region="us-east-1",
    )
    policies = [parse_policy_document(EVERYTHING), parse_policy_document(json.loads(POLICY))]
    assert (evaluate(context, policies).decision == "Allow") is allowed

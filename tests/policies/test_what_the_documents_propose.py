"""What docs/security.md proposes, a service control policy and a rule of EventBridge, as it stands there."""

import json

import boto3
import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from moto.events.models import EventPattern

from tests import ROOT
from tests.test_docs import blocks

[POLICY, PATTERN] = blocks((ROOT / "docs" / "security.md").read_text(), "json")
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


@pytest.mark.parametrize(
    ("service", "call", "is_told"),
    [
        ("kms", "PutKeyPolicy", True),
        ("kms", "CreateGrant", True),
        ("secretsmanager", "ReplicateSecretToRegions", True),
        ("secretsmanager", "UpdateSecretVersionStage", True),
        ("secretsmanager", "GetSecretValue", False),
        ("sts", "PutKeyPolicy", False),
    ],
)
def test_the_rule_tells_what_changes_key_and_secret(service: str, call: str, is_told: bool) -> None:
    event = {
        "source": f"aws.{service}",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventSource": f"{service}.amazonaws.com", "eventName": call},
    }
    assert EventPattern.load(PATTERN).matches_event(event) is is_told  # type: ignore[arg-type]


def test_each_call_that_the_rule_names_exists() -> None:
    """As a service's model has it; what is misspelt would never be told."""
    known = {
        name
        for service in ("kms", "secretsmanager")
        for name in boto3.client(service, region_name="us-east-1").meta.service_model.operation_names
    }
    assert set(json.loads(PATTERN)["detail"]["eventName"]) <= known

"""The two policies as they stand in the deployed state, and as the generator's source has them."""

import json
import re
from dataclasses import dataclass
from typing import Any

from generator import document
from generator.configuration import Configuration, Repository
from generator.templates import private_packages
from tests.e2e.ministack import Account, running
from tests.policies.judges import Policy
from tests.policies.specification import (
    ORGANIZATION,
    ORGANIZATION_PATHS,
    OTHER_SECRET_NAME,
    PATTERNS,
    REGION,
    SECRET_ACCOUNT,
    SECRET_NAME,
)

WHOLE_ORGANIZATION = Configuration(
    repositories=(
        Repository(id="Npm", manager="npm", url="https://npm.example.com", secret=SECRET_NAME),
        Repository(id="Python", manager="pip", url="https://pypi.example.com", secret=OTHER_SECRET_NAME),
    )
)
NARROWED = WHOLE_ORGANIZATION.model_copy(update={"organization_paths": ORGANIZATION_PATHS})
UNCHECKED = WHOLE_ORGANIZATION.model_copy(update={"role_check": "none", "build_roles": PATTERNS})


@dataclass(frozen=True)
class Policies:
    """The policy of the key and the policy of the first secret."""

    key: Policy
    secret: Policy

    def of(self, service: str) -> Policy:
        """Return the policy that decides about the requests to a service."""
        return self.key if service == "kms" else self.secret


@dataclass(frozen=True)
class Deployment:
    """What a stack gave, and the policies of what it made."""

    outputs: dict[str, str]
    policies: Policies
    policy_of_other_secret: Policy


def deploy_all() -> tuple[Deployment, Deployment, Deployment]:
    """Deploy for the whole organization, then update the stack to a narrowed one and to one without check."""
    with running() as url:
        account = Account(url, SECRET_ACCOUNT)
        account.install_stackery_role("1.25.0")
        whole, narrowed = _deploy(account, WHOLE_ORGANIZATION), _deploy(account, NARROWED)
        return whole, narrowed, _deploy(account, UNCHECKED)


def _deploy(account: Account, configuration: Configuration) -> Deployment:
    template = document.render(private_packages(configuration), "yaml")
    stack = account.deploy("private-packages", template, {"OrganizationId": ORGANIZATION})
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), account.failures(stack["StackId"])
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    kms, secrets = account.client("kms"), account.client("secretsmanager")
    key_policy, *secret_policies = (
        json.loads(policy)
        for policy in (
            kms.get_key_policy(KeyId=outputs["KeyArn"], PolicyName="default")["Policy"],
            secrets.get_resource_policy(SecretId=outputs["NpmSecretArn"])["ResourcePolicy"],
            secrets.get_resource_policy(SecretId=outputs["PythonSecretArn"])["ResourcePolicy"],
        )
    )
    return Deployment(outputs, Policies(key_policy, secret_policies[0]), secret_policies[1])


def as_generated(configuration: Configuration) -> Policies:
    """Return the policies from the template alone, so that tests can be named after what is in them."""
    template = private_packages(configuration).to_dict()
    values = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
    values |= {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": SECRET_ACCOUNT}

    def resolved(node: Any) -> Any:
        match node:
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{(.+?)\}", lambda name: values[name[1]], text)
            case {"Fn::If": ["OrganizationIdGiven", *_]} | {"Ref": "OrganizationId"}:
                return ORGANIZATION
            case dict():
                return {key: resolved(value) for key, value in node.items()}
            case list():
                return [resolved(value) for value in node]
        return node

    resources = {name: resource["Properties"] for name, resource in template["Resources"].items()}
    return Policies(
        resolved(resources["Key"]["KeyPolicy"]), resolved(resources["NpmSecretPolicy"]["ResourcePolicy"])
    )

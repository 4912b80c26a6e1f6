"""What a stack set is made of: template, parameters and permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from private_packages.aws.errors import StackSetError

MAXIMUM_BYTES = 51_200
"""The largest template that the API takes in a call."""

MARK = "(stackery-private-packages "
"""Ends the description of every template of this project, before the release."""


@dataclass(frozen=True)
class Template:
    """A template, and of it what has to be known about it."""

    name: str
    body: str
    description: str
    secret_parameters: frozenset[str] = frozenset()
    """Those with NoEcho: they hold tokens, which have no business in build accounts."""

    @property
    def kind(self) -> str:
        """What its description says whatever the release."""
        return self.description.partition(MARK)[0]

    def made(self, body: str) -> bool:
        """Return whether a template's text is one of this kind, of any release and configuration."""
        # YAML breaks a long description into lines.
        return f"{self.kind}{MARK}" in " ".join(body.split())


@dataclass(frozen=True)
class Permissions:
    """How StackSets gets into the accounts; by default through the organization."""

    model: Literal["SERVICE_MANAGED", "SELF_MANAGED"] = "SERVICE_MANAGED"
    auto_deployment: bool = False
    """Service-managed: deploy to accounts that are added to the units later."""
    retain_stacks: bool = False
    """With automatic deployment: keep the stacks of accounts that leave the units."""
    administration_role_arn: str | None = None
    """Self-managed; None means AWS's own default, here and below."""
    execution_role_name: str | None = None

    @property
    def is_service_managed(self) -> bool:
        """Whether StackSets gets into the accounts through the organization."""
        return self.model == "SERVICE_MANAGED"

    def parameters(self) -> dict[str, Any]:
        """Return them as parameters of CreateStackSet and UpdateStackSet."""
        if self.is_service_managed:
            return {"PermissionModel": self.model, "AutoDeployment": self.deployment()}
        roles = {
            "AdministrationRoleARN": self.administration_role_arn,
            "ExecutionRoleName": self.execution_role_name,
        }
        return {"PermissionModel": self.model} | {name: role for name, role in roles.items() if role}

    def deployment(self) -> dict[str, bool]:
        """Return the API's AutoDeployment."""
        if not self.auto_deployment:
            return {"Enabled": False}
        return {"Enabled": True, "RetainStacksOnAccountRemoval": self.retain_stacks}


@dataclass(frozen=True)
class Definition:
    """What a stack set has to be."""

    template: Template
    parameters: Mapping[str, str]
    """All but the secret ones, those with defaults too: so the set shows what it checks."""
    permissions: Permissions

    def require_size(self) -> None:
        """Refuse a template that the API does not take.

        Raises:
            StackSetError: it is too large.
        """
        size = len(self.template.body.encode())
        if size > MAXIMUM_BYTES:
            raise StackSetError(
                f"The template {self.template.name} has {size:,} bytes, but StackSets takes"
                f" {MAXIMUM_BYTES:,}: split the repositories over several configurations, and roll each out"
                " with --config and a --name of its own."
            )

    def require_ours(self, name: str, existing: Mapping[str, Any]) -> None:
        """Refuse a stack set that was made of something else.

        Raises:
            StackSetError: it was.
        """
        if not self.template.made(existing.get("TemplateBody", "")):
            raise StackSetError(
                f"The stack set {name} is there already and was made from another template than"
                f" {self.template.name}: choose another --name or --template."
            )
        model = existing.get("PermissionModel", "SELF_MANAGED")
        if model != self.permissions.model:
            what, option = (
                ("service-managed", "leave out") if model == "SERVICE_MANAGED" else ("self-managed", "give")
            )
            raise StackSetError(
                f"The stack set {name} is there already and {what}, which cannot be changed: {option}"
                " --self-managed, or choose another --name."
            )

    def differences(self, existing: Mapping[str, Any]) -> list[str]:
        """Return what of an existing stack set is not as it has to be, as a user names it."""
        found = {
            parameter["ParameterKey"]: parameter.get("ParameterValue", "")
            for parameter in existing.get("Parameters", [])
        }
        different = [name for name, value in self.parameters.items() if found.get(name) != value]
        result = [] if existing["TemplateBody"].strip() == self.template.body.strip() else ["template"]
        result += [f"parameter {name}" for name in different]
        result += [] if self._has_same_permissions(existing) else [self._permissions_in_words]
        return result

    def creation(self) -> dict[str, Any]:
        """Return the parameters of CreateStackSet."""
        return self._common() | {"ManagedExecution": {"Active": True}}

    def update(self, existing: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of UpdateStackSet, which updates all instances."""
        secret = [
            # Unless told otherwise CloudFormation would fall back to the default, and empty the secret.
            {"ParameterKey": parameter["ParameterKey"], "UsePreviousValue": True}
            for parameter in existing.get("Parameters", [])
            if parameter["ParameterKey"] in self.template.secret_parameters
        ]
        common = self._common()
        result = common | {"Parameters": common["Parameters"] + secret}
        if not (existing.get("ManagedExecution") or {}).get("Active"):
            result |= {"ManagedExecution": {"Active": True}}
        return result

    def _common(self) -> dict[str, Any]:
        return {
            "TemplateBody": self.template.body,
            "Description": self.template.description,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()
            ],
            "Capabilities": ["CAPABILITY_IAM"],
            **self.permissions.parameters(),
        }

    def _has_same_permissions(self, existing: Mapping[str, Any]) -> bool:
        wanted = self.permissions
        if wanted.is_service_managed:
            found = existing.get("AutoDeployment") or {}
            return wanted.deployment() == {key: found.get(key, False) for key in wanted.deployment()}
        return all(
            role in (None, existing.get(key))
            for role, key in (
                (wanted.administration_role_arn, "AdministrationRoleARN"),
                (wanted.execution_role_name, "ExecutionRoleName"),
            )
        )

    @property
    def _permissions_in_words(self) -> str:
        return "automatic deployment" if self.permissions.is_service_managed else "roles"

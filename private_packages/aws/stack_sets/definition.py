"""What a stack set is made of: template, parameters and permissions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from generator import names
from private_packages.aws.errors import StackSetError
from private_packages.aws.stack.stack import tags_of
from private_packages.aws.stack.state import parameters_of
from private_packages.aws.template import TemplateText

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import AutoDeploymentTypeDef, ParameterTypeDef, StackSetTypeDef

_ROLES: "tuple[Literal['AdministrationRoleARN'], Literal['ExecutionRoleName']]" = (
    "AdministrationRoleARN",
    "ExecutionRoleName",
)


@dataclass(frozen=True)
class Permissions:
    """How StackSets gets into the accounts; by default through the organization."""

    model: Literal["SERVICE_MANAGED", "SELF_MANAGED"] = "SERVICE_MANAGED"
    auto_deployment: bool = False
    """Service-managed: deploy to accounts that are added to the units later."""
    retain_stacks: bool = False
    """With automatic deployment: keep the stacks of accounts that leave the units."""
    depends_on: Sequence[str] = ()
    """With automatic deployment: the stack sets whose own must have ended well before, by ARN or name."""
    administration_role_arn: str | None = None
    """Self-managed; None means AWS's own default, here and below."""
    execution_role_name: str | None = None

    @property
    def is_service_managed(self) -> bool:
        """Whether StackSets gets into the accounts through the organization."""
        return self.model == "SERVICE_MANAGED"

    def parameters(self) -> dict[str, object]:
        """Return them as parameters of CreateStackSet and UpdateStackSet."""
        if self.is_service_managed:
            return {"PermissionModel": self.model, "AutoDeployment": self.deployment()}
        return {"PermissionModel": self.model, **self.roles}

    @property
    def roles(self) -> dict[str, str]:
        """The roles of a self-managed set that are not AWS's own default, by the API's parameters."""
        roles = zip(_ROLES, (self.administration_role_arn, self.execution_role_name), strict=True)
        return {name: role for name, role in roles if role}

    def deployment(self) -> "AutoDeploymentTypeDef":
        """Return the API's AutoDeployment."""
        if not self.auto_deployment:
            return {"Enabled": False}
        found: AutoDeploymentTypeDef = {"Enabled": True, "RetainStacksOnAccountRemoval": self.retain_stacks}
        return {**found, "DependsOn": sorted(self.depends_on)} if self.depends_on else found


@dataclass(frozen=True)
class Definition:
    """What a stack set has to be."""

    template: TemplateText
    parameters: Mapping[str, str]
    """All but the secret ones, those with defaults too: so the set shows what it checks."""
    permissions: Permissions
    tags: Mapping[str, str] = field(default_factory=dict)
    """Those that the set gets beside what it has."""

    @classmethod
    def of(
        cls,
        template: TemplateText,
        given: Mapping[str, str],
        permissions: Permissions,
        tags: Mapping[str, str],
    ) -> "Definition":
        """Return a definition in which each parameter, but the secret ones, is given or has its default."""
        values = {name: value for name, value in template.defaults.items() if name not in template.hidden}
        return cls(template, {**values, **given}, permissions, tags)

    def filled_in(self, values: Mapping[str, str]) -> "Definition":
        """Return the definition with these values in its form, where nothing is given."""
        given = {name: self.parameters[name] or value for name, value in values.items()}
        return replace(self, parameters={**self.parameters, **given})

    def require_size(self) -> None:
        """Refuse a template that the API does not take; StackSets takes none from elsewhere here.

        Raises:
            TemplateError: it is too large.
        """
        self.template.require_size(
            "split the repositories over several configurations, and roll each out with --config and a --name"
            " of its own."
        )

    def require_ours(self, name: str, existing: "StackSetTypeDef") -> None:
        """Refuse a stack set that was made of something else.

        Raises:
            StackSetError: it was.
        """
        kind = self.template.description.partition(names.RELEASE_MARK)[0]
        # Of any release and configuration; YAML breaks a long description into lines.
        if f"{kind}{names.RELEASE_MARK}" not in " ".join(existing.get("TemplateBody", "").split()):
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

    def differences(self, existing: "StackSetTypeDef") -> list[str]:
        """Return what of an existing stack set is not as it has to be, as a user names it."""
        found, tags = parameters_of(existing), tags_of(existing.get("Tags", []))
        different = [name for name, value in self.parameters.items() if found.get(name) != value]
        result = [] if existing["TemplateBody"].strip() == self.template.body.strip() else ["template"]
        result += [f"parameter {name}" for name in different]
        result += [f"tag {key}" for key, value in self.tags.items() if tags.get(key) != value]
        if not self._has_same_permissions(existing):
            result.append("automatic deployment" if self.permissions.is_service_managed else "roles")
        return result

    def creation(self) -> dict[str, object]:
        """Return the parameters of CreateStackSet."""
        return self._common() | self._tagged({}) | {"ManagedExecution": {"Active": True}}

    def update(self, existing: "StackSetTypeDef") -> dict[str, object]:
        """Return the parameters of UpdateStackSet, which updates all instances."""
        secret: list[ParameterTypeDef] = [
            # Unless told otherwise CloudFormation would fall back to the default, and empty the secret.
            {"ParameterKey": parameter["ParameterKey"], "UsePreviousValue": True}
            for parameter in existing.get("Parameters", [])
            if parameter["ParameterKey"] in self.template.hidden
        ]
        # A self-managed set falls back to the default roles unless its own are named each time.
        stored = (
            {}
            if self.permissions.is_service_managed
            else {name: existing[name] for name in _ROLES if existing.get(name)}
        )
        result = stored | self._common(secret) | self._tagged(tags_of(existing.get("Tags", [])))
        if not (existing.get("ManagedExecution") or {}).get("Active"):
            result |= {"ManagedExecution": {"Active": True}}
        return result

    def _common(self, secret: "Sequence[ParameterTypeDef]" = ()) -> dict[str, object]:
        return {
            "TemplateBody": self.template.body,
            "Description": self.template.description,
            "Parameters": [
                *({"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()),
                *secret,
            ],
            "Capabilities": self.template.capabilities,
            **self.permissions.parameters(),
        }

    def _tagged(self, before: Mapping[str, str]) -> dict[str, object]:
        """Return all tags as a parameter of the calls; none where it gets none, which keeps those it has."""
        if not self.tags:
            return {}
        return {"Tags": [{"Key": key, "Value": value} for key, value in {**before, **self.tags}.items()]}

    def _has_same_permissions(self, existing: "StackSetTypeDef") -> bool:
        wanted = self.permissions
        if wanted.is_service_managed:
            found = existing.get("AutoDeployment") or {}
            there = {**found, "DependsOn": sorted(found.get("DependsOn", []))}
            deployment = {"DependsOn": [], **wanted.deployment()}
            return all(there.get(key, False) == value for key, value in deployment.items())
        return all(existing.get(name) == role for name, role in wanted.roles.items())

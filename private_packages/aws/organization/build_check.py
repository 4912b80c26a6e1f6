"""Whether builds without Stackery can read the tokens, and which half is missing in which account.

A role of another account needs two halves: the policies of secrets and key admit it, in the account that has
them, and its own let it ask. In the former account this looks at these, in any other at the build roles.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from generator import names
from private_packages import invocation
from private_packages.aws.aws import EXPIRED, asking
from private_packages.aws.clients import Caller
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import Finding, Verdict
from private_packages.aws.stack import access

READ, DECRYPT = "secretsmanager:GetSecretValue", "kms:Decrypt"
_RESOURCE_POLICY = "Resource Policy"
_ROLES = 1_000
"""In an answer of ListRoles, which gives no more."""


@dataclass(frozen=True)
class BuildAccess:
    """What builds are to have, and whom the secrets are to admit."""

    build_roles: Sequence[str]
    """Path and name of each, wildcards among them."""
    secret_arns: Sequence[str]
    """All of one account and Region, as a stack has them."""
    key_arn: str
    organization_id: str

    actions: ClassVar[Sequence[str]] = (
        "iam:ListRoles",
        "iam:SimulatePrincipalPolicy",
        "secretsmanager:GetResourcePolicy",
        "kms:GetKeyPolicy",
    )
    verdicts: ClassVar[Sequence[Verdict]] = (
        Verdict.READY,
        Verdict.SECRETS_CLOSED,
        Verdict.ROLE_MAY_NOT,
        Verdict.NO_ROLE,
        Verdict.UNREACHABLE,
    )

    def of(self, aws: Caller) -> Finding:
        """Check the account of these credentials.

        Raises:
            AwsError: there are no credentials to check with, or they have expired.
        """
        account, found = aws.identity.account, []
        try:
            if account == self._account:
                steps = list(self._closed(aws))
                verdict = Verdict.SECRETS_CLOSED if steps else Verdict.READY
            else:
                found = list(self._roles(aws))
                steps = list(self._missing(aws, found))
                verdict = Verdict.ROLE_MAY_NOT if steps else Verdict.READY
                if not found:
                    verdict = Verdict.NO_ROLE
        except AwsError as error:
            if error.code in EXPIRED:
                raise
            verdict, steps = Verdict.UNREACHABLE, [str(error)]
        return Finding(
            account=account,
            verdict=verdict,
            organization_id=self.organization_id,
            build_roles=[_path_and_name(role) for role in found],
            next_step=" ".join(steps),
        )

    @property
    def _region(self) -> str:
        return self.key_arn.split(":")[3]

    @property
    def _account(self) -> str:
        return self.key_arn.split(":")[4]

    def _closed(self, aws: Caller) -> Iterator[str]:
        """Yield what to do where the policies of key and secrets do not admit all build roles."""
        closed: dict[str, list[str]] = {}
        for what, action, policy in self._policies(aws):
            admitted = access.admitted(policy, action, self.organization_id)
            if refused := [role for role in self.build_roles if role not in admitted]:
                closed.setdefault(", ".join(refused), []).append(what)
        for roles, policies in closed.items():
            yield (
                f"Deploy the stack in account {self._account} again ({invocation.command('deploy')}):"
                f" {roles} of {self.organization_id} must be admitted by {' and '.join(policies)}."
            )

    def _policies(self, aws: Caller) -> Iterator[tuple[str, str, Any]]:
        secrets = aws.client("secretsmanager", region_name=self._region)
        for arn in self.secret_arns:
            with asking(f"read the policy of {arn}"):
                found = secrets.get_resource_policy(SecretId=arn).get("ResourcePolicy")
            yield f"the policy of {_secret_name(arn)}", READ, json.loads(found or "{}")
        with asking(f"read the policy of {self.key_arn}"):
            answer = aws.client("kms", region_name=self._region).get_key_policy(
                KeyId=self.key_arn, PolicyName="default"
            )
        yield "the policy of the key", DECRYPT, json.loads(answer["Policy"])

    def _roles(self, aws: Caller) -> Iterator[str]:
        """Yield the ARN of each role of the account that is a build role."""
        patterns = [re.compile(_pattern(role)) for role in self.build_roles]
        # Of several paths IAM lists none alone.
        paths = {re.match(r"(?:[^/*?]+/)*", role)[0] for role in self.build_roles}  # type: ignore[index]
        prefix = f"/{paths.pop() if len(paths) == 1 else ''}"
        more: dict[str, Any] = {}
        while True:
            with asking("list the roles"):
                answer = aws.client("iam").list_roles(PathPrefix=prefix, MaxItems=_ROLES, **more)
            for role in answer["Roles"]:
                if any(pattern.fullmatch(_path_and_name(role["Arn"])) for pattern in patterns):
                    yield role["Arn"]
            if not answer["IsTruncated"]:
                return
            more = {"Marker": answer["Marker"]}

    def _missing(self, aws: Caller, roles: Sequence[str]) -> Iterator[str]:
        """Yield what to do in an account so that its build roles may read."""
        account = aws.identity.account
        if not roles:
            yield (
                f"Create a build role in account {account}, correct build_roles, or leave the account out: it"
                f" has no IAM role {' and no '.join(self.build_roles)}."
            )
        lacking: dict[str, list[str]] = {}
        for role in roles:
            for step in self._steps(aws, role):
                lacking.setdefault(step, []).append(_path_and_name(role))
        start = invocation.command("rollout start", template=names.BUILD_ACCOUNT)
        for step, found in lacking.items():
            yield step.format(account=account, roles=", ".join(found), start=start)

    def _steps(self, aws: Caller, role: str) -> Iterator[str]:
        """Yield what to do so that a role may read, as far as its account decides; names are left open."""
        context = {
            "kms:ViaService": f"secretsmanager.{self._region}.amazonaws.com",
            "kms:EncryptionContext:SecretARN": self.secret_arns[0],
        }
        denied: dict[str, list[str]] = {}
        for action, arns, known in ((READ, self.secret_arns, {}), (DECRYPT, [self.key_arn], context)):
            refusals = [each for each in _simulated(aws, role, action, arns, known) if not _allows(each)]
            for step in dict.fromkeys(map(_step, refusals)):
                denied.setdefault(step, []).append(action)
        for step, actions in denied.items():
            yield f"{step} {' and '.join(actions)}."


_IDENTITY_POLICY = (
    "Bring the template build-account to account {account} ({start}), or attach its policy to {roles}, whose"
    " own policies do not allow"
)
_BOUNDARY = "Let the permissions boundary of {roles} in account {account} allow"
_ORGANIZATION_POLICY = "Let the policies of AWS Organizations allow {roles} in account {account}"


def _simulated(
    aws: Caller, role: str, action: str, arns: Sequence[str], context: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield what IAM says of an action of a role on each of some resources."""
    more: dict[str, Any] = {}
    while True:
        with asking(f"simulate the policies of {role}"):
            answer: Any = aws.client("iam").simulate_principal_policy(
                PolicySourceArn=role,
                ActionNames=[action],
                ResourceArns=arns,
                ContextEntries=[
                    {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                    for key, value in context.items()
                ],
                **more,
            )
        for result in answer["EvaluationResults"]:
            yield from result.get("ResourceSpecificResults") or [result]
        if not answer["IsTruncated"]:
            return
        more = {"Marker": answer["Marker"]}


def _allows(result: dict[str, Any]) -> bool:
    """Return whether the role's own account allows what was simulated.

    For a resource of another account IAM says what each kind of policy comes to. The resource's own is not
    simulated for roles, so that its part is a denial: the API's reference of SimulatePrincipalPolicy, whose
    third example has these names.
    """
    if result.get("EvalResourceDecision", result.get("EvalDecision")) == "allowed":
        return True
    details = result.get("EvalDecisionDetails", {})
    own = [decision for kind, decision in details.items() if kind != _RESOURCE_POLICY]
    return bool(own) and set(own) == {"allowed"}


def _step(result: dict[str, Any]) -> str:
    if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
        return _ORGANIZATION_POLICY
    details = result.get("EvalDecisionDetails", {})
    bounded = result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary") is False
    return _BOUNDARY if bounded and details.get("IAM Policy", "allowed") == "allowed" else _IDENTITY_POLICY


def _pattern(role: str) -> str:
    """Return a regular expression for a build role, whose wildcards stand for no slash."""
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in role)


def _path_and_name(role_arn: str) -> str:
    return role_arn.partition(":role/")[2]


def _secret_name(arn: str) -> str:
    return arn.partition(":secret:")[2][:-7]

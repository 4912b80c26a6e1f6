"""Which half of what a build needs is missing, in the account that is looked at."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.configuration import Configuration, Repository
from generator.templates import private_packages
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import Finding, Verdict
from private_packages.aws.organization.build_check import DECRYPT, READ, BuildAccess, _pattern
from private_packages.aws.stack.access import Side, resolved
from tests.aws import Answer, ErrorAnswer, Scripted

ORGANIZATION = "o-a1b2c3d4e5"
SECRET_ACCOUNT, BUILD_ACCOUNT = "111122223333", "444455556666"
SECRETS = [
    f"arn:aws:secretsmanager:eu-west-1:{SECRET_ACCOUNT}:secret:{name}-AbCdEf"
    for name in ("acme/npm", "acme/pip")
]
KEY = f"arn:aws:kms:eu-west-1:{SECRET_ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
ROLES = ("ci/builder", "codebuild-acme-*")
ACCESS = BuildAccess(ROLES, SECRETS, KEY, ORGANIZATION)
START = "private-packages rollout start --template build-account"

Scripts = Callable[..., tuple[Aws, Scripted]]


def caller(account: str) -> Answer:
    return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/me", "UserId": "me"}


def listed(*roles: str, more: str = "") -> Answer:
    entries = [
        {
            "Path": f"/{role.rpartition('/')[0]}/".replace("//", "/"),
            "RoleName": role.rpartition("/")[2],
            "RoleId": "AROAEXAMPLEEXAMPLE",
            "Arn": f"arn:aws:iam::{BUILD_ACCOUNT}:role/{role}",
            "CreateDate": "2026-01-01T00:00:00Z",
        }
        for role in roles
    ]
    return {"Roles": entries, "IsTruncated": bool(more), **({"Marker": more} if more else {})}


def result(decision: str, **details: Any) -> dict[str, Any]:
    return {"EvalActionName": "x:Y", "EvalResourceName": "*", "EvalDecision": decision, **details}


ALLOWED = result("allowed")
DENIED = result(
    "implicitDeny", EvalDecisionDetails={"IAM Policy": "implicitDeny", "Resource Policy": "implicitDeny"}
)
ACROSS_ACCOUNTS = result(
    "implicitDeny", EvalDecisionDetails={"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}
)
BOUNDED = result(
    "implicitDeny",
    EvalDecisionDetails={
        "IAM Policy": "allowed",
        "Resource Policy": "implicitDeny",
        "Permissions Boundary Policy": "implicitDeny",
    },
    PermissionsBoundaryDecisionDetail={"AllowedByPermissionsBoundary": False},
)
HELD_BACK = result("implicitDeny", OrganizationsDecisionDetail={"AllowedByOrganizations": False})


def build_account(
    scripted: Scripts, simulated: Callable[[str, str], dict[str, Any]], *roles: str
) -> tuple[Finding, Scripted]:
    """Check an account with these roles; simulated is what IAM says of a role's name and an action."""

    def simulate(asked: dict[str, Any]) -> Answer:
        [action] = asked["ActionNames"]
        name = asked["PolicySourceArn"].rpartition("/")[2]
        return {"EvaluationResults": [simulated(name, action)], "IsTruncated": False}

    aws, session = scripted(
        GetCallerIdentity=caller(BUILD_ACCOUNT), ListRoles=listed(*roles), SimulatePrincipalPolicy=simulate
    )
    return ACCESS.of(aws), session


class TestABuildAccount:
    @pytest.mark.parametrize("said", [ALLOWED, ACROSS_ACCOUNTS])
    def test_is_ready_where_the_own_policies_of_its_build_roles_allow(
        self, scripted: Scripts, said: dict[str, Any]
    ) -> None:
        found, session = build_account(
            scripted, lambda *_: said, "ci/builder", "codebuild-acme-1A2B", "codebuild-acme-1/x", "admin"
        )
        assert found == Finding(
            BUILD_ACCOUNT,
            Verdict.READY,
            organization_id=ORGANIZATION,
            build_roles=["ci/builder", "codebuild-acme-1A2B"],
        )
        asked = [given for operation, given in session.sent if operation == "SimulatePrincipalPolicy"]
        assert asked[:2] == [
            {
                "PolicySourceArn": f"arn:aws:iam::{BUILD_ACCOUNT}:role/ci/builder",
                "ActionNames": [READ],
                "ResourceArns": SECRETS,
                "ContextEntries": [],
            },
            {
                "PolicySourceArn": f"arn:aws:iam::{BUILD_ACCOUNT}:role/ci/builder",
                "ActionNames": [DECRYPT],
                "ResourceArns": [KEY],
                "ContextEntries": [
                    {
                        "ContextKeyName": "kms:ViaService",
                        "ContextKeyValues": ["secretsmanager.eu-west-1.amazonaws.com"],
                        "ContextKeyType": "string",
                    },
                    {
                        "ContextKeyName": "kms:EncryptionContext:SecretARN",
                        "ContextKeyValues": SECRETS[:1],
                        "ContextKeyType": "string",
                    },
                ],
            },
        ]

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            (
                DENIED,
                (
                    f"Bring the template build-account to account {BUILD_ACCOUNT} ({START}), or attach its"
                    " policy to ci/builder, whose own policies do not allow"
                ),
            ),
            (
                BOUNDED,
                f"Let the permissions boundary of ci/builder in account {BUILD_ACCOUNT} allow",
            ),
            (
                HELD_BACK,
                f"Let the policies of AWS Organizations allow ci/builder in account {BUILD_ACCOUNT}",
            ),
        ],
    )
    def test_says_what_keeps_a_role_from_reading(
        self, scripted: Scripts, said: dict[str, Any], told: str
    ) -> None:
        found, _ = build_account(scripted, lambda *_: said, "ci/builder")
        assert found.verdict is Verdict.ROLE_MAY_NOT
        assert found.next_step == f"{told} {READ} and {DECRYPT}."

    def test_says_once_what_several_roles_lack_and_nothing_of_the_others(self, scripted: Scripts) -> None:
        lacking = {("builder", DECRYPT), ("codebuild-acme-2", DECRYPT)}
        found, _ = build_account(
            scripted,
            lambda *asked: DENIED if asked in lacking else ALLOWED,
            *("ci/builder", "codebuild-acme-1", "codebuild-acme-2"),
        )
        assert found.next_step.endswith(
            f"its policy to ci/builder, codebuild-acme-2, whose own policies do not allow {DECRYPT}."
        )

    def test_one_secret_that_it_may_not_read_is_enough(self, scripted: Scripts) -> None:
        def each(decision: str) -> dict[str, Any]:
            return {"EvalResourceName": SECRETS[0], "EvalResourceDecision": decision}

        said = result("allowed", ResourceSpecificResults=[each("allowed"), each("implicitDeny")])
        found, _ = build_account(
            scripted, lambda _, action: said if action == READ else ALLOWED, "ci/builder"
        )
        assert found.verdict is Verdict.ROLE_MAY_NOT

    def test_without_a_build_role(self, scripted: Scripts) -> None:
        found, _ = build_account(scripted, lambda *_: ALLOWED, "builder", "CI/builder", "codebuild-acme-1/x")
        assert (found.verdict, found.build_roles) == (Verdict.NO_ROLE, [])
        assert found.next_step == (
            f"Create a build role in account {BUILD_ACCOUNT}, correct build_roles, or leave the account out:"
            " it has no IAM role ci/builder and no codebuild-acme-*."
        )

    def test_all_pages_are_read(self, scripted: Scripts) -> None:
        no = {"EvaluationResults": [], "IsTruncated": True, "Marker": "n"}
        yes = {"EvaluationResults": [DENIED], "IsTruncated": False}
        aws, session = scripted(
            GetCallerIdentity=caller(BUILD_ACCOUNT),
            ListRoles=[listed("admin", more="m"), listed("ci/builder")],
            SimulatePrincipalPolicy=[no, yes],
        )
        assert ACCESS.of(aws).verdict is Verdict.ROLE_MAY_NOT
        assert [given.get("Marker") for name, given in session.sent if name == "ListRoles"] == [None, "m"]

    @pytest.mark.parametrize(
        ("roles", "prefix"),
        [
            (["ci/a", "ci/b-*"], "/ci/"),
            (["ci/a", "ci/x/b"], "/"),
            (["ci/*/b"], "/ci/"),
            (["builder"], "/"),
        ],
    )
    def test_only_roles_of_a_common_path_are_listed(
        self, scripted: Scripts, roles: Sequence[str], prefix: str
    ) -> None:
        aws, session = scripted(GetCallerIdentity=caller(BUILD_ACCOUNT), ListRoles=listed())
        BuildAccess(roles, SECRETS, KEY, ORGANIZATION).of(aws)
        assert session.sent[-1] == ("ListRoles", {"PathPrefix": prefix, "MaxItems": 1_000})

    def test_what_it_may_not_be_asked_is_told(self, scripted: Scripts) -> None:
        aws, _ = scripted(
            GetCallerIdentity=caller(BUILD_ACCOUNT), ListRoles=ErrorAnswer("AccessDenied", "Not you.")
        )
        found = ACCESS.of(aws)
        assert (found.verdict, found.next_step) == (
            Verdict.UNREACHABLE,
            "May not list the roles: get the permission, or use another --profile (AccessDenied: Not you).",
        )

    def test_credentials_that_expire_are_no_account_s_fault(self, scripted: Scripts) -> None:
        aws, _ = scripted(GetCallerIdentity=caller(BUILD_ACCOUNT), ListRoles=ErrorAnswer("ExpiredToken"))
        with pytest.raises(AwsError, match="expired"):
            ACCESS.of(aws)


class TestTheSecretAccount:
    """By the policies that the template makes."""

    @staticmethod
    def policies(roles: Sequence[str] = ROLES, organization: str = ORGANIZATION) -> tuple[str, str]:
        """The policy of a secret and that of the key, as AWS stores them."""
        configuration = Configuration(
            repositories=(Repository(id="Npm", manager="npm", url="https://x.example", secret="acme/npm"),),
            role_check="none",
            build_roles=tuple(roles),
        )
        template = private_packages(configuration).to_dict()
        side = Side(template, {"AWS::Partition": "aws", "OrganizationId": organization}, organization)
        resources = resolved(template["Resources"], side)
        return (
            json.dumps(resources["NpmSecretPolicy"]["Properties"]["ResourcePolicy"]),
            json.dumps(resources["Key"]["Properties"]["KeyPolicy"]),
        )

    def check(self, scripted: Scripts, secret: str | None, key: str) -> Finding:
        policy = {"ResourcePolicy": secret} if secret else {}
        aws, _ = scripted(
            GetCallerIdentity=caller(SECRET_ACCOUNT), GetResourcePolicy=policy, GetKeyPolicy={"Policy": key}
        )
        return ACCESS.of(aws)

    def test_is_ready_where_its_policies_admit_the_build_roles(self, scripted: Scripts) -> None:
        found = self.check(scripted, *self.policies())
        assert (found.verdict, found.next_step, found.build_roles) == (Verdict.READY, "", [])

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ("no policy", "{all} must be admitted by the policy of acme/npm and the policy of acme/pip."),
            ("key", "codebuild-acme-* of {organization} must be admitted by the policy of the key."),
            (
                "organization",
                "{all} must be admitted by the policy of acme/npm and the policy of acme/pip and {key}.",
            ),
            ("denial", "{all} must be admitted by the policy of acme/npm and the policy of acme/pip."),
        ],
    )
    def test_says_which_policy_admits_whom_not(self, scripted: Scripts, changed: str, told: str) -> None:
        secret, key = self.policies()
        given = {
            "no policy": (None, key),
            "key": (secret, self.policies(ROLES[:1])[1]),
            "organization": self.policies(organization="o-zzzzzzzzzz"),
            "denial": (secret.replace('"Allow"', '"Deny"'), key),
        }[changed]
        found = self.check(scripted, *given)
        assert found.verdict is Verdict.SECRETS_CLOSED
        every = f"{', '.join(ROLES)} of {ORGANIZATION}"
        assert found.next_step == (
            f"Deploy the stack in account {SECRET_ACCOUNT} again (private-packages deploy):"
            f" {told.format(all=every, organization=ORGANIZATION, key='the policy of the key')}"
        )


LETTERS = st.text("ab/*?", max_size=6)


@given(LETTERS, st.text("ab/", max_size=6))
def test_a_wildcard_never_stands_for_a_slash(pattern: str, role: str) -> None:
    matches = re.fullmatch(_pattern(pattern), role) is not None
    assert matches == _naively(pattern, role)


def _naively(pattern: str, role: str) -> bool:
    """Whether the pattern is for the role, letter by letter."""
    if not pattern:
        return not role
    if pattern[0] == "*":
        return _naively(pattern[1:], role) or (role[:1] not in ("", "/") and _naively(pattern, role[1:]))
    return (
        bool(role)
        and (pattern[0] == role[0] or (pattern[0] == "?" and role[0] != "/"))
        and _naively(pattern[1:], role[1:])
    )

"""Who may do what, as a table: principals, actions, and the conditions under which."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from generator import configuration
from generator.configuration import KEY_POLICY_BYTES, SECRET_POLICY_BYTES, Configuration, Repository
from tests.generator.cloudformation import Document, read, statements, walk
from tests.generator.conftest import RICH, text_of

ORGANIZATION = {
    "Fn::If": [
        "OrganizationIdGiven",
        {"Ref": "OrganizationId"},
        {"Fn::GetAtt": ["StackeryRole", "OrganizationId"]},
    ]
}
VIA_SECRETS_MANAGER = {"kms:ViaService": {"Fn::Sub": "secretsmanager.${AWS::Region}.amazonaws.com"}}
ARN = "arn:${AWS::Partition}"
BUILD_ROLES = [
    {"Fn::Sub": f"{ARN}:iam::*:role/stackery/stackery-deployer"},
    {"Fn::Sub": f"{ARN}:iam::*:role/stackery/stackery-factory-role"},
]
SECRET = f"{ARN}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:"


def statement_of(document: Document, sid: str) -> Document:
    [found] = [statement for _, statement in statements(document) if statement["Sid"] == sid]
    return found


def test_there_is_no_statement_beside_those_of_this_table(default: Document) -> None:
    table = [
        (name, statement["Sid"], statement.get("Principal"), statement["Action"])
        for name, statement in statements(default)
    ]
    root = {"AWS": {"Fn::Sub": f"{ARN}:iam::${{AWS::AccountId}}:root"}}
    lambda_service = {"Service": "lambda.amazonaws.com"}
    function = "RoleCheckFunctionRole"
    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    stacks = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    assert table == [
        (function, "LambdaRunsTheRoleCheck", lambda_service, ["sts:AssumeRole"]),
        (function, "FindBuildRoles", None, ["iam:GetRole"]),
        (function, "ReadStackeryRoleAndOwnStatus", None, stacks),
        (function, "LookUpOrganizationId", None, ["organizations:DescribeOrganization"]),
        (function, "WriteLog", None, logs),
        (
            "Key",
            "AccountAdministersKey",
            root,
            [
                *("kms:Cancel*", "kms:CreateAlias", "kms:Delete*", "kms:Describe*", "kms:Disable*"),
                *("kms:Enable*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Revoke*", "kms:Rotate*"),
                *("kms:Schedule*", "kms:Tag*", "kms:Untag*", "kms:Update*"),
            ],
        ),
        (
            "Key",
            "AccountUsesKeyViaSecretsManager",
            root,
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        ),
        ("Key", "BuildRolesDecryptTheseSecretsViaSecretsManager", {"AWS": "*"}, ["kms:Decrypt"]),
        (
            "GitHubPackagesSecretPolicy",
            "BuildRolesReadCurrentVersion",
            {"AWS": "*"},
            ["secretsmanager:GetSecretValue"],
        ),
    ]


def test_all_statements_allow_so_that_none_locks_the_account_out(template: Document) -> None:
    assert {statement["Effect"] for _, statement in statements(template)} == {"Allow"}
    for _, statement in statements(template):
        assert not {"NotAction", "NotPrincipal", "NotResource"} & set(statement)


def test_policies_are_of_the_current_language(template: Document) -> None:
    policies = [value for _, value in walk(template) if isinstance(value, dict) and "Statement" in value]
    assert {policy["Version"] for policy in policies} == {"2012-10-17"}


def test_build_roles_decrypt_only_these_secrets_and_only_through_secrets_manager(rich: Document) -> None:
    condition = statement_of(rich, "BuildRolesDecryptTheseSecretsViaSecretsManager")["Condition"]
    assert condition["StringEquals"] == {
        "aws:PrincipalOrgID": ORGANIZATION,
        **VIA_SECRETS_MANAGER,
    }
    assert condition["StringLike"] == {
        "kms:EncryptionContext:SecretARN": [
            {"Fn::Sub": f"{SECRET}${{{name}SecretName}}-??????"}
            for name in ("GitHubPackages", "Maven2", "PyPI")
        ]
    }


def test_the_account_itself_uses_the_key_only_through_secrets_manager(rich: Document) -> None:
    assert "Condition" not in statement_of(rich, "AccountAdministersKey")
    condition = statement_of(rich, "AccountUsesKeyViaSecretsManager")["Condition"]
    assert condition == {"StringEquals": VIA_SECRETS_MANAGER}


# The actions on a symmetric key, by KMS's service authorization reference.
ON_A_KEY = (
    *(
        "CancelKeyDeletion",
        "CreateAlias",
        "CreateGrant",
        "Decrypt",
        "DeleteAlias",
        "DeleteImportedKeyMaterial",
    ),
    *("DescribeKey", "DisableKey", "DisableKeyRotation", "EnableKey", "EnableKeyRotation", "Encrypt"),
    *("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GetKeyPolicy", "GetKeyRotationStatus"),
    *("GetParametersForImport", "ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListResourceTags"),
    *("PutKeyPolicy", "ReEncryptFrom", "ReEncryptTo", "RevokeGrant", "RotateKeyOnDemand"),
    *("ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription"),
)


def test_the_account_is_locked_out_of_nothing_but_grants(default: Document) -> None:
    patterns = [
        action.removeprefix("kms:")
        for sid in ("AccountAdministersKey", "AccountUsesKeyViaSecretsManager")
        for action in statement_of(default, sid)["Action"]
    ]
    left = [each for each in ON_A_KEY if not any(fnmatchcase(each, pattern) for pattern in patterns)]
    assert left == ["CreateGrant"]
    administration = statement_of(default, "AccountAdministersKey")["Action"]
    used = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "ReEncryptFrom", "ReEncryptTo")
    assert not [each for each in used if any(fnmatchcase(f"kms:{each}", one) for one in administration)]


def test_build_roles_read_the_current_version_only(default: Document) -> None:
    condition = statement_of(default, "BuildRolesReadCurrentVersion")["Condition"]
    assert condition == {
        "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
        "ArnLike": {"aws:PrincipalArn": BUILD_ROLES},
        "StringEqualsIfExists": {"secretsmanager:VersionStage": "AWSCURRENT"},
        "Null": {"secretsmanager:VersionId": "true"},
    }


def for_anyone(document: Document) -> list[Document]:
    return [each for _, each in statements(document) if each.get("Principal") == {"AWS": "*"}]


def test_who_is_let_in_by_any_name_must_be_a_build_role_of_the_organization(default: Document) -> None:
    assert len(for_anyone(default)) == 2
    for statement in for_anyone(default):
        assert statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == ORGANIZATION
        assert statement["Condition"]["ArnLike"] == {"aws:PrincipalArn": BUILD_ROLES}


ARNS = "aws:PrincipalArn"


def test_patterns_of_as_many_slashes_have_a_statement_that_keeps_out_who_has_more(without: Document) -> None:
    """Whom that admits is judged in tests/policies."""
    found = [
        (
            re.sub("^.*(ReadCurrentVersion|ViaSecretsManager)", "", statement["Sid"]),
            [
                [each["Fn::Sub"].removeprefix(f"{ARN}:iam::*:role/") for each in condition.get(ARNS, [])]
                for condition in (
                    statement["Condition"][operator]
                    for operator in ("ArnLike", "ArnNotLike")
                    if operator in statement["Condition"]
                )
            ],
        )
        for statement in for_anyone(without)
    ]
    each_policy = [
        ("ByWildcardsInPathDepth0", [["acme-build-CodeBuildRole-*"], ["*/*"]]),
        ("", [["ci/amplify", "ci/github-actions", "jenkins-agent"]]),
        ("ByWildcardsInPathDepth1", [["ecs/acme-?-task", "service-role/codebuild-acme-*"], ["*/*/*"]]),
    ]
    assert found == each_policy * 3
    for statement in for_anyone(without):
        assert statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == {"Ref": "OrganizationId"}


def test_the_build_roles_are_those_of_the_configuration(rich: Document) -> None:
    for statement in for_anyone(rich):
        assert statement["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
            {"Fn::Sub": f"{ARN}:iam::*:role/{role}"}
            for role in ("acme/ci/builder", "stackery/stackery-factory-role")
        ]


def test_organization_paths_narrow_whatever_build_roles_may(default: Document, rich: Document) -> None:
    assert len(for_anyone(rich)) == 4
    for statement in for_anyone(rich):
        assert statement["Condition"]["ForAnyValue:StringLike"] == {
            "aws:PrincipalOrgPaths": list(RICH.organization_paths)
        }
    assert not any("ForAnyValue:StringLike" in each["Condition"] for each in for_anyone(default))


def test_the_function_reaches_only_what_it_checks(rich: Document) -> None:
    role = f"{ARN}:iam::${{AWS::AccountId}}:role"
    assert statement_of(rich, "FindBuildRoles")["Resource"] == [
        {"Fn::Sub": f"{role}/*{name}"} for name in ("builder", "stackery-factory-role")
    ]
    stack = f"{ARN}:cloudformation:*:${{AWS::AccountId}}:stack/${{StackeryStackName}}/*"
    assert statement_of(rich, "ReadStackeryRoleAndOwnStatus")["Resource"] == [
        {"Fn::Sub": stack},
        {"Ref": "AWS::StackId"},
    ]
    assert statement_of(rich, "WriteLog")["Resource"] == [{"Fn::GetAtt": ["RoleCheckLogGroup", "Arn"]}]


PSEUDO = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-2", "AWS::AccountId": "123456789012"}


def deployed(value: Any, parameters: dict[str, str]) -> Any:
    """Return a policy as CloudFormation sends it, with the longest of partitions and Regions."""
    match value:
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{(.+?)\}", lambda found: parameters[found[1]], text)
        case {"Fn::GetAtt": _} | {"Fn::If": _} | {"Ref": _}:
            return "o-" + "a" * 32
        case dict():
            return {key: deployed(item, parameters) for key, item in value.items()}
        case list():
            return [deployed(item, parameters) for item in value]
    return value


def largest(secrets: int, roles: int, paths: int, depths: int = 0) -> Configuration:
    """Return a configuration with the longest names that are accepted together.

    With depths, roles have wildcards, and paths of so many different depths.
    """

    def made(length: int) -> Configuration:
        unit = "ou-ab12-" + "a" * 32
        return Configuration(
            repositories=tuple(
                Repository(
                    id=f"R{n}", manager="pip", url="https://a.example", secret=f"{n:03}".ljust(length, "x")
                )
                for n in range(secrets)
            ),
            role_check="none" if depths else "stackery",
            build_roles=tuple(
                f"{'p' * length}/{'*/' * (n % depths) if depths else ''}r{n}{'*' * bool(depths)}"
                for n in range(roles)
            ),
            organization_paths=(f"o-a1b2c3d4e5/r-ab12/{'/'.join([unit] * (length // 41 + 1))}/",) * paths,
        )

    for length in range(512, 3, -4):
        try:
            return made(length)
        except ValueError:
            continue
    raise AssertionError("none is accepted")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("secrets", "roles", "paths", "depths"),
    [
        (96, 1, 0, 0),
        (70, 10, 0, 0),
        (1, 1, 100, 0),
        (50, 5, 50, 0),
        (10, 10, 0, 10),
        (20, 4, 10, 2),
        (1, 10, 9, 10),
    ],
)
def test_the_largest_configuration_still_makes_policies_that_aws_takes(
    secrets: int, roles: int, paths: int, depths: int
) -> None:
    configured = largest(secrets, roles, paths, depths)
    resources = read(text_of("private-packages", configured))["Resources"]
    names = {f"{each.id}SecretName": each.secret for each in configured.repositories}
    of_the_key, of_a_secret = (
        len(json.dumps(deployed(resources[resource]["Properties"][policy], PSEUDO | names)))
        for resource, policy in (("Key", "KeyPolicy"), ("R0SecretPolicy", "ResourcePolicy"))
    )
    assert of_the_key <= KEY_POLICY_BYTES
    assert of_a_secret <= SECRET_POLICY_BYTES
    assert max(of_the_key / KEY_POLICY_BYTES, of_a_secret / SECRET_POLICY_BYTES) > 0.65


def test_without_build_roles_nobody_could_read() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        configuration.Configuration(repositories=configuration.DEFAULT.repositories, build_roles=())

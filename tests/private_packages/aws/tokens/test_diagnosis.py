"""Which link is broken, told from what AWS answers and from what else is known."""

from dataclasses import replace

import botocore.exceptions
import pytest
from botocore.exceptions import ClientError

from private_packages.aws.aws import asking
from private_packages.aws.errors import AwsError
from private_packages.aws.tokens.diagnosis import NO_ORGANIZATION, Facts, Link, diagnose
from tests.aws_error_texts import ARN, DECRYPT, READ, TEXTS, Text
from tests.aws_error_texts import READER as BUILD

ROLES = ("stackery/stackery-factory-role", "stackery/stackery-deployer")
READER = Facts(ROLES, caller_arn=BUILD, organization_id="o-aaaaaaaaaa")
NO = "because no {} allows the secretsmanager:GetSecretValue action"
DENY = "with an explicit deny in a {}"


def failed(code: str, message: str) -> AwsError:
    """The error of a call to which AWS answers so."""
    return _raised(ClientError({"Error": {"Code": code, "Message": message}}, "GetSecretValue"))


def _raised(cause: Exception) -> AwsError:
    with pytest.raises(AwsError) as raised, asking(f"read the secret {ARN}"):
        raise cause
    return raised.value


def denied(words: str) -> AwsError:
    return failed("AccessDeniedException", words)


@pytest.mark.parametrize(
    ("error", "link", "explanation", "next_step"),
    [
        pytest.param(
            denied(f"{READ} {NO.format('identity-based policy')}"),
            Link.IDENTITY_POLICY,
            "No identity-based policy allows secretsmanager:GetSecretValue.",
            "See that stackery-factory-role has a policy of its own that allows secretsmanager:"
            "GetSecretValue, as the Stackery Role has from 1.25.0 on: private-packages check.",
            id="the identity's own policy",
        ),
        pytest.param(
            denied(f"{READ} {NO.format('resource-based policy')}"),
            Link.RESOURCE_POLICY,
            "No resource-based policy allows secretsmanager:GetSecretValue.",
            "See that the secret's policy in account 111122223333 is the template's (private-packages status"
            " --drift), that build_roles has its role's path and name, and that this is the secret's present"
            " ARN: one that was replaced has another, so make the hook again.",
            id="the secret's policy",
        ),
        pytest.param(
            denied("Access to KMS is not allowed"),
            Link.KEY_POLICY,
            "The key's policy or the identity's own does not allow kms:Decrypt; AWS does not say which.",
            "See that the key in account 111122223333 is enabled and its policy is the template's"
            " (private-packages status --drift), that stackery-factory-role has a policy of its own that"
            " allows kms:Decrypt, as the Stackery Role has from 1.25.0 on, and that build_roles has its"
            " role's path and name.",
            id="the key",
        ),
        pytest.param(
            denied(f"{DECRYPT} because no resource-based policy allows the kms:Decrypt action"),
            Link.KEY_POLICY,
            "No resource-based policy allows kms:Decrypt.",
            "See that the key in account 111122223333 is enabled and its policy is",
            id="the key's policy",
        ),
        pytest.param(
            denied(f"{DECRYPT} because no identity-based policy allows the kms:Decrypt action"),
            Link.IDENTITY_POLICY,
            "No identity-based policy allows kms:Decrypt.",
            "See that stackery-factory-role has a policy of its own that allows kms:Decrypt",
            id="the identity's own policy, for the key",
        ),
        pytest.param(
            denied(f"{READ} {DENY.format('service control policy')}"),
            Link.ORGANIZATION_POLICY,
            "A statement of the service control policy denies secretsmanager:GetSecretValue.",
            "Change that statement, or exempt this identity from it.",
            id="a service control policy that denies",
        ),
        pytest.param(
            denied(f"{READ} {DENY.format('resource control policy')}: arn:aws:organizations::1:policy/x"),
            Link.ORGANIZATION_POLICY,
            "A statement of the resource control policy denies secretsmanager:GetSecretValue.",
            "Change that statement",
            id="a resource control policy that denies, named",
        ),
        pytest.param(
            denied(f"{READ} {NO.format('service control policy')}"),
            Link.ORGANIZATION_POLICY,
            "No service control policy allows secretsmanager:GetSecretValue.",
            "Let the policies of AWS Organizations allow secretsmanager:GetSecretValue here and in account",
            id="a service control policy that does not allow",
        ),
        pytest.param(
            denied(f"{READ} with an explicit deny in an identity-based policy"),
            Link.IDENTITY_POLICY,
            "A statement of the identity-based policy denies secretsmanager:GetSecretValue.",
            "Change that statement",
            id="the identity's own policy that denies",
        ),
        pytest.param(
            denied(f"{READ} {DENY.format('resource-based policy')}"),
            Link.RESOURCE_POLICY,
            "A statement of the resource-based policy denies secretsmanager:GetSecretValue.",
            "Change that statement",
            id="the secret's policy that denies",
        ),
        pytest.param(
            denied(f"{READ} {NO.format('permissions boundary')}"),
            Link.PERMISSIONS_BOUNDARY,
            "No permissions boundary allows secretsmanager:GetSecretValue.",
            "Let the permissions boundary of stackery-factory-role allow secretsmanager:GetSecretValue.",
            id="a permissions boundary",
        ),
        pytest.param(
            denied(f"{READ} {DENY.format('sessions policy')}"),
            Link.SESSION_POLICY,
            "A statement of the session policy denies secretsmanager:GetSecretValue.",
            "Change that statement",
            id="a session policy, as the User Guide spells it",
        ),
        pytest.param(
            denied(f"{READ} {NO.format('session policy')}"),
            Link.SESSION_POLICY,
            "No session policy allows secretsmanager:GetSecretValue.",
            "Let the session policy of stackery-factory-role allow secretsmanager:GetSecretValue.",
            id="a session policy",
        ),
        pytest.param(
            denied(f"{READ} {NO.format('VPC endpoint policy')}"),
            Link.ENDPOINT_POLICY,
            "No VPC endpoint policy allows secretsmanager:GetSecretValue.",
            "Let the policy of the VPC endpoint allow secretsmanager:GetSecretValue in account 111122223333.",
            id="a VPC endpoint's policy",
        ),
        pytest.param(
            denied(READ),
            Link.SOME_POLICY,
            "Some policy does not allow secretsmanager:GetSecretValue; AWS does not say which.",
            "See that stackery-factory-role has a policy of its own that allows secretsmanager:GetSecret",
            id="a policy that AWS does not name",
        ),
        pytest.param(
            denied(f"{READ.replace('token', 'x' * 500)} {NO.format('resource-based policy')}"),
            Link.RESOURCE_POLICY,
            "No resource-based policy allows secretsmanager:GetSecretValue.",
            "See that the secret's policy",
            id="a name so long that the sentence about the error is cut",
        ),
        pytest.param(
            failed(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            ),
            Link.VALUE,
            "The policies let this identity through, but nothing was stored in the secret yet.",
            "Store the token in account 111122223333: private-packages token set GitHubPackages.",
            id="no value yet",
        ),
        pytest.param(
            failed("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
            Link.MISSING,
            "Account 111122223333 has no secret of this ARN in eu-central-1.",
            "See which ARN the outputs of the stack name, in which Region",
            id="no such secret there",
        ),
        pytest.param(
            failed(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            ),
            Link.DELETION,
            "The secret is marked for deletion.",
            "Restore it in account 111122223333",
            id="marked for deletion",
        ),
        pytest.param(
            failed("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text."),
            Link.KEY,
            "The key that encrypts the secret does not decrypt it.",
            "See in account 111122223333 how the key is: private-packages status.",
            id="a key that does not decrypt",
        ),
        pytest.param(
            denied("arn:aws:kms:…:key/1 is pending deletion."),
            Link.KEY,
            "The key that encrypts the secret is pending deletion.",
            "See in account 111122223333 how the key is: private-packages status.",
            id="a key that is to be deleted",
        ),
        pytest.param(
            denied(
                "Access to KMS is not allowed. This version of secret is not encrypted with the current KMS"
                " key."
            ),
            Link.KEY,
            "The token was stored under another key than the secret's present one.",
            "Store the token again in account 111122223333: private-packages token set GitHubPackages.",
            id="a value under the key before",
        ),
        pytest.param(
            _raised(botocore.exceptions.ConnectTimeoutError(endpoint_url="https://x")),
            Link.NETWORK,
            "Secrets Manager in eu-central-1 does not answer.",
            "See that this place reaches it",
            id="no connection",
        ),
        pytest.param(
            _raised(botocore.exceptions.ReadTimeoutError(endpoint_url="https://x")),
            Link.NETWORK,
            "Secrets Manager in eu-central-1 does not answer.",
            "See that this place reaches it",
            id="no answer",
        ),
        pytest.param(
            failed("ExpiredTokenException", "The security token included in the request is expired"),
            Link.CREDENTIALS,
            "AWS does not take these credentials.",
            "Sign in again.",
            id="expired credentials",
        ),
        pytest.param(
            failed("InternalServiceError", "An error occurred on the server side."),
            Link.BUSY,
            "AWS is busy, or fails for now.",
            "Try again in some minutes; if it stays so, see in account 111122223333 whether the key is",
            id="a fault of AWS",
        ),
        pytest.param(
            failed("InvalidParameterException", "Something is not as it should be."),
            Link.UNKNOWN,
            "AWS refuses for another reason.",
            "See what AWS says, and try again.",
            id="something else",
        ),
    ],
)
def test_the_broken_link_is_named(error: AwsError, link: Link, explanation: str, next_step: str) -> None:
    found = diagnose(error, ARN, "GitHubPackages", READER)
    assert (found.link, found.explanation) == (link, explanation)
    assert found.next_step.startswith(next_step)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.code}: {text.message[-60:]}")
def test_what_aws_was_seen_to_say_is_read_rightly(text: Text) -> None:
    found = diagnose(failed(text.code, text.message), ARN, "GitHubPackages", READER)
    assert found.link == text.link
    assert found.link is not Link.UNKNOWN
    assert found.next_step


DENIED_BY_THE_SECRET = denied(f"{READ} {NO.format('resource-based policy')}")


@pytest.mark.parametrize(
    ("facts", "explanation", "next_step"),
    [
        pytest.param(
            Facts(ROLES, caller_arn="arn:aws:sts::444455556666:assumed-role/Admin/me"),
            "The caller is arn:aws:sts::444455556666:assumed-role/Admin/me, none of the build roles"
            " (stackery/stackery-factory-role, stackery/stackery-deployer).",
            "Run this as a build role, or with --role-arn",
            id="another role",
        ),
        pytest.param(
            Facts(ROLES, caller_arn="arn:aws:iam::444455556666:user/stackery-deployer"),
            "none of the build roles",
            "Run this as a build role",
            id="a user of a role's name",
        ),
        pytest.param(
            Facts(ROLES, caller_arn=BUILD, organization_id=NO_ORGANIZATION),
            "The caller's account belongs to no organization.",
            "Build in an account of the organization",
            id="an account without an organization",
        ),
        pytest.param(
            Facts(
                ROLES,
                caller_arn=BUILD,
                organization_id="o-bbbbbbbbbb",
                admitted_organization_id="o-aaaaaaaaaa",
            ),
            "The caller's account belongs to the organization o-bbbbbbbbbb.",
            "Build in an account of o-aaaaaaaaaa, which the policies admit",
            id="an account of another organization",
        ),
        pytest.param(
            Facts(ROLES, ("o-aaaaaaaaaa/r-ab12/*",), caller_arn=BUILD),
            "No resource-based policy allows secretsmanager:GetSecretValue.",
            "See that the secret's policy in account 111122223333 is the template's (private-packages status"
            " --drift), that build_roles has its role's path and name, and organization_paths its account,"
            " and that this is the secret's present ARN",
            id="an organization that is narrowed",
        ),
        pytest.param(
            Facts(ROLES),
            "No resource-based policy allows secretsmanager:GetSecretValue.",
            "See that the secret's policy",
            id="nothing known of the caller",
        ),
        pytest.param(
            Facts(ROLES, caller_arn=BUILD, admitted_organization_id="o-aaaaaaaaaa"),
            "No resource-based policy allows secretsmanager:GetSecretValue.",
            "See that the secret's policy",
            id="nothing known of the organization",
        ),
    ],
)
def test_what_else_is_known_tells_why(facts: Facts, explanation: str, next_step: str) -> None:
    found = diagnose(DENIED_BY_THE_SECRET, ARN, "GitHubPackages", facts)
    assert found.link is Link.RESOURCE_POLICY
    assert explanation in found.explanation
    assert found.next_step.startswith(next_step)


def test_the_secrets_own_account_needs_no_build_role() -> None:
    facts = Facts(ROLES, caller_arn="arn:aws:sts::111122223333:assumed-role/Admin/me")
    assert "build roles" not in diagnose(DENIED_BY_THE_SECRET, ARN, "GitHubPackages", facts).explanation


@pytest.mark.parametrize(
    ("words", "next_step"),
    [
        (DENY.format("service control policy"), "Change that statement, or exempt this identity from it."),
        (NO.format("service control policy"), "Let the policies of AWS Organizations allow"),
        (NO.format("VPC endpoint policy"), "Let the policy of the VPC endpoint allow"),
    ],
)
def test_who_is_no_build_role_hears_of_other_policies_all_the_same(words: str, next_step: str) -> None:
    facts = Facts(ROLES, caller_arn="arn:aws:sts::444455556666:assumed-role/Admin/me")
    found = diagnose(denied(f"{READ} {words}"), ARN, "GitHubPackages", facts)
    assert found.next_step.startswith(next_step)
    assert "build roles" not in found.explanation


@pytest.mark.parametrize(
    ("arn", "name", "is_build_role"),
    [
        (BUILD, "stackery-factory-role", True),
        ("arn:aws-us-gov:sts::444455556666:assumed-role/stackery-deployer/x@y", "stackery-deployer", True),
        ("arn:aws:sts::444455556666:assumed-role/other/stackery-deployer", "other", False),
        ("arn:aws:iam::444455556666:role/stackery/stackery-deployer", "", False),
        ("arn:aws:iam::444455556666:root", "", False),
        ("", "", None),
    ],
)
def test_an_assumed_role_tells_its_name_but_not_its_path(
    arn: str, name: str, is_build_role: bool | None
) -> None:
    facts = Facts(ROLES, caller_arn=arn)
    assert (facts.role_name, facts.is_build_role) == (name, is_build_role)


def test_roles_are_build_roles_by_their_pattern() -> None:
    session = "arn:aws:sts::444455556666:assumed-role/codebuild-{}/s"
    facts = Facts(("ci/codebuild-acme-*",), caller_arn=session.format("acme-x"))
    assert facts.is_build_role
    assert not replace(facts, caller_arn=session.format("x")).is_build_role


def test_without_the_role_check_no_step_names_it() -> None:
    facts = Facts(ROLES, caller_arn=BUILD, has_role_check=False)
    error = denied(NO.format("identity-based policy"))
    assert diagnose(error, ARN, "Npm", facts).next_step == (
        f"See that stackery-factory-role in account {BUILD.split(':')[4]} has a policy of its own that allows"
        " secretsmanager:GetSecretValue, as the template build-account gives it: private-packages rollout"
        " start --template build-account."
    )

"""Which link between an identity and a token is broken, as far as AWS's error and what else is known tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from generator import names
from private_packages import invocation
from private_packages.aws.aws import DENIED
from private_packages.aws.errors import AwsError
from private_packages.aws.tokens import secret

NO_ORGANIZATION = "none"
"""Stands for the organization of an account that belongs to none."""


class Link(StrEnum):
    """What stands between an identity and a token, by the words of the command's output."""

    WHOLE = "readable"
    UNUSABLE = "unusable token"
    IDENTITY_POLICY = "identity policy"
    RESOURCE_POLICY = "resource policy"
    KEY_POLICY = "key policy"
    KEY = "key"
    ORGANIZATION_POLICY = "organization policy"
    PERMISSIONS_BOUNDARY = "permissions boundary"
    SESSION_POLICY = "session policy"
    ENDPOINT_POLICY = "VPC endpoint policy"
    SOME_POLICY = "a policy"
    MISSING = "no such secret"
    VALUE = "no value"
    DELETION = "marked for deletion"
    BUSY = "busy"
    CREDENTIALS = "credentials"
    NETWORK = "network"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Facts:
    """What is known of who reads, and of whom the policies admit."""

    build_roles: Sequence[str]
    """Path and name of each role that the policies admit."""
    organization_paths: Sequence[str] = ()
    """What narrows the organization."""
    admitted_organization_id: str = ""
    """The organization that the policies admit; empty where it is not known."""
    caller_arn: str = ""
    """Empty where it is not known."""
    organization_id: str = ""
    """The organization of the caller's account; empty where it is not known, or NO_ORGANIZATION."""
    has_role_check: bool = True
    """Whether the build roles are those of the Stackery Role."""
    are_assumed: bool = False
    """Whether the build roles are the default ones because nothing says which they are."""

    @property
    def role_name(self) -> str:
        """The name of the caller's role; empty where the caller is no assumed role.

        Its path is not known: the ARN of an assumed role, …:sts::ACCOUNT:assumed-role/NAME/SESSION, has none.
        """
        found = re.fullmatch(r"arn:[^:]+:sts::\d+:assumed-role/([^/]+)/.+", self.caller_arn)
        return found[1] if found else ""

    @property
    def is_build_role(self) -> bool | None:
        """Whether the policies are meant to admit the caller, as far as its ARN tells; None: not known."""
        is_listed = any(fnmatchcase(self.role_name, role.split("/")[-1]) for role in self.build_roles)
        return None if not self.caller_arn or (self.are_assumed and not is_listed) else is_listed


@dataclass(frozen=True)
class Diagnosis:
    """Which link is broken, how that is known, and what to do."""

    link: Link
    explanation: str
    next_step: str = ""


def diagnose(error: AwsError, secret_arn: str, repository_id: str, facts: Facts) -> Diagnosis:
    """Return which link is broken where reading a secret failed with this error."""
    _, _, _, region, account, *_ = secret_arn.split(":")
    if error.is_network:
        return Diagnosis(
            Link.NETWORK,
            f"Secrets Manager in {region} does not answer.",
            "See that this place reaches it: proxy, VPC endpoint, name resolution, certificates.",
        )
    if secret.has_no_value(error):
        return Diagnosis(
            Link.VALUE,
            "The policies let this identity through, but nothing was stored in the secret yet.",
            f"Store the token in account {account}: {invocation.command('token set', repository_id)}.",
        )
    if error.code == "ResourceNotFoundException" or "Invalid name" in error.said:
        return Diagnosis(
            Link.MISSING,
            f"Account {account} has no secret of this ARN in {region}.",
            "See which ARN the outputs of the stack name, in which Region, and make the hook again with it.",
        )
    if secret.is_deleted(error):
        return Diagnosis(
            Link.DELETION,
            "The secret is marked for deletion.",
            f"Restore it in account {account} (`{secret.restore_command(secret_arn)}`), or deploy another.",
        )
    if fault := _of_key(error, account, repository_id):
        return Diagnosis(Link.KEY, *fault)
    if error.code in DENIED:
        return _denied(error.said, account, facts)
    if error.may_pass:
        return Diagnosis(
            Link.BUSY,
            "AWS is busy, or fails for now.",
            "Try again in some minutes; if it stays so, see in account"
            f" {account} whether the key is enabled: {invocation.command('status')}.",
        )
    if not error.code or "credentials" in str(error):
        return Diagnosis(Link.CREDENTIALS, "AWS does not take these credentials.", "Sign in again.")
    return Diagnosis(Link.UNKNOWN, "AWS refuses for another reason.", "See what AWS says, and try again.")


def _of_key(error: AwsError, account: str, repository_id: str) -> tuple[str, str] | None:
    """Return what of the key keeps the secret closed, whoever reads, and what to do; None where nothing does.

    Each of these comes with several codes, AccessDeniedException among them:
    "This version of secret is not encrypted with the current KMS key" (re:Post,
    secrets-manager-cross-account-key), "You can't access a secret from a different AWS account if you encrypt
    the secret with the default KMS service key" (the same), "The ciphertext refers to a customer master key
    that does not exist, does not exist in this region, or you are not allowed to access"
    (aws/aws-encryption-sdk-javascript#1005), "ARN is disabled" (fugue/credstash#86), "ARN is pending
    deletion" (segmentio/chamber#355), and DecryptionFailure (the API's reference).
    """
    again = f"Store the token again in account {account}: {invocation.command('token set', repository_id)}."
    look = f"See in account {account} how the key is: {invocation.command('status')}"
    if "current KMS key" in error.said:
        return "The token was stored under another key than the secret's present one.", again
    if "default KMS service key" in error.said:
        return (
            "The secret is encrypted with AWS's own key, which no other account can use.",
            f"Deploy the stack's key to it in account {account} (`{invocation.command('deploy')}`). {again}",
        )
    if "ciphertext refers" in error.said:
        return (
            "The key that encrypts the secret is gone or in another Region, or this identity may not use it.",
            f"{look}, {invocation.command('status', '--drift')}.",
        )
    if state := re.search(r"is disabled|is pending \w+", error.said):
        return f"The key that encrypts the secret {state[0]}.", f"{look}."
    if error.code == "DecryptionFailure" or error.code.startswith(("KMSInvalidState", "Disabled")):
        return "The key that encrypts the secret does not decrypt it.", f"{look}."
    return None


_POLICIES = {
    "identity-based policy": Link.IDENTITY_POLICY,
    "resource-based policy": Link.RESOURCE_POLICY,
    "service control policy": Link.ORGANIZATION_POLICY,
    "resource control policy": Link.ORGANIZATION_POLICY,
    "permissions boundary": Link.PERMISSIONS_BOUNDARY,
    "session policy": Link.SESSION_POLICY,
    "VPC endpoint policy": Link.ENDPOINT_POLICY,
}
"""AWS's names of the types of policies."""

_OURS = (Link.IDENTITY_POLICY, Link.RESOURCE_POLICY, Link.KEY_POLICY, Link.SOME_POLICY)
"""The policies of the template and of the build roles, which admit these."""

_PATTERN = re.compile(rf"(because no|with an explicit deny in an?) ({'|'.join(_POLICIES)})\b")


def _denied(said: str, account: str, facts: Facts) -> Diagnosis:
    """Return which policy denies.

    The words that tell the policies apart are those of the IAM User Guide, "Troubleshoot access denied error
    messages" (troubleshoot_access-denied.html): "because no TYPE policy allows the ACTION action" where none
    allows, "with an explicit deny in a TYPE policy" where one denies. Of several that deny, AWS names one.
    Its examples say "sessions policy" in one place.

    "Access to KMS is not allowed" is what Secrets Manager was seen to say of whatever policy keeps the caller
    from the key (aws-samples/aws-secrets-manager-rotation-lambdas#53, external-secrets/external-secrets#390).
    """
    of_the_key = "Access to KMS is not allowed" in said or "kms:" in said
    action = "kms:Decrypt" if of_the_key else "secretsmanager:GetSecretValue"
    named = _PATTERN.search(said.replace("sessions policy", "session policy"))
    if not named:
        link = Link.KEY_POLICY if of_the_key else Link.SOME_POLICY
        policies = "The key's policy or the identity's own" if of_the_key else "Some policy"
        explanation = f"{policies} does not allow {action}; AWS does not say which."
    else:
        link = _POLICIES[named[2]]
        if of_the_key and link is Link.RESOURCE_POLICY:
            link = Link.KEY_POLICY
        if named[1] != "because no":
            return Diagnosis(
                link,
                f"A statement of the {named[2]} denies {action}.",
                "Change that statement, or exempt this identity from it.",
            )
        explanation = f"No {named[2]} allows {action}."
    if link in _OURS and (stranger := _stranger(facts, account)):
        why, next_step = stranger
        return Diagnosis(link, f"{explanation} {why}", next_step)
    return Diagnosis(link, explanation, _remedy(link, action, account, facts))


def _stranger(facts: Facts, account: str) -> tuple[str, str] | None:
    """Return why the policies are not meant to admit the caller, and what to do; None where they may be."""
    if facts.is_build_role is False and facts.caller_arn.split(":")[4] != account:
        why = f"The caller is {facts.caller_arn}, none of the build roles ({', '.join(facts.build_roles)})."
        return why, "Run this as a build role, or with --role-arn: the policies are meant to admit no other."
    if facts.organization_id == NO_ORGANIZATION:
        why = "The caller's account belongs to no organization."
        return why, "Build in an account of the organization: the policies are meant to admit no other."
    if facts.admitted_organization_id and facts.organization_id not in ("", facts.admitted_organization_id):
        why = f"The caller's account belongs to the organization {facts.organization_id}."
        return why, (
            f"Build in an account of {facts.admitted_organization_id}, which the policies admit, or deploy"
            " the stack with another OrganizationId."
        )
    return None


def _remedy(link: Link, action: str, account: str, facts: Facts) -> str:
    """Return what to do where no policy of this kind allows."""
    who = facts.role_name or "this identity"
    where = ""
    if facts.has_role_check and not (facts.are_assumed and not facts.is_build_role):
        origin = f"the Stackery Role has from {names.MINIMUM_ROLE_VERSION} on"
        bring = invocation.command("check")
    else:
        where = f" in account {facts.caller_arn.split(':')[4]}" if facts.caller_arn else ""
        origin = f"the template {names.BUILD_ACCOUNT} gives it"
        bring = invocation.command("rollout start", template=names.BUILD_ACCOUNT)
    own = f"{who}{where} has a policy of its own that allows {action}, as {origin}"
    drift = f"is the template's ({invocation.command('status', '--drift')})"
    listed = "that build_roles has its role's path and name" + (
        ", and organization_paths its account" if facts.organization_paths else ""
    )
    match link:
        case Link.IDENTITY_POLICY:
            return f"See that {own}: {bring}."
        case Link.RESOURCE_POLICY:
            return (
                f"See that the secret's policy in account {account} {drift}, {listed}, and that this is the"
                " secret's present ARN: one that was replaced has another, so make the hook again."
            )
        case Link.KEY_POLICY:
            return (
                f"See that the key in account {account} is enabled and its policy {drift}, that {own}, and"
                f" {listed}."
            )
        case Link.SOME_POLICY:
            return (
                f"See that {own}, that the policies of secret and key in account {account} are the template's"
                f" ({invocation.command('status', '--drift')}), and {listed}."
            )
        case Link.ORGANIZATION_POLICY:
            return f"Let the policies of AWS Organizations allow {action} here and in account {account}."
        case Link.ENDPOINT_POLICY:
            return f"Let the policy of the VPC endpoint allow {action} in account {account}."
        case _:
            return f"Let the {link} of {who} allow {action}."

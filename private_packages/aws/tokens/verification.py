"""Whether an identity can read the tokens as the hook reads them, and what is wrong where it cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from private_packages.aws.aws import DENIED, Aws
from private_packages.aws.errors import AwsError, OrganizationError
from private_packages.aws.organization import members
from private_packages.aws.tokens import secret
from private_packages.aws.tokens.diagnosis import (
    NO_ORGANIZATION,
    Diagnosis,
    Facts,
    Link,
    diagnose,
)
from private_packages.aws.tokens.token import Inspection, inspect


@dataclass(frozen=True)
class Target:
    """A token that a build wants."""

    repository_id: str
    secret_arn: str
    token_key: str | None = None


@dataclass(frozen=True)
class Attempt:
    """What became of reading one token."""

    target: Target
    diagnosis: Diagnosis
    inspection: Inspection | None = None
    """None where the token was not read."""
    version: secret.Version | None = None
    aws_said: str = ""
    """Empty where the token was read."""

    @property
    def succeeded(self) -> bool:
        """Whether a build can read the token, and use it."""
        return self.diagnosis.link is Link.WHOLE


def verify(aws: Aws, targets: Iterable[Target], facts: Facts) -> tuple[list[Attempt], Facts]:
    """Read each token as the hook does, keeping none; return what became of it, and all that is known then.

    The organization is looked up only when reading was denied.

    Raises:
        AwsError: there are no valid credentials.
    """
    facts = replace(facts, caller_arn=_caller(aws))
    attempts = []
    for target in targets:
        try:
            value = secret.read(aws, target.secret_arn)
        except AwsError as error:
            if error.code in DENIED and not facts.organization_id:
                facts = replace(facts, organization_id=_organization(aws))
            diagnosis = diagnose(error, target.secret_arn, target.repository_id, facts)
            attempts.append(Attempt(target, diagnosis, aws_said=error.said or str(error)))
        else:
            inspection = inspect(value.text, target.token_key)
            attempts.append(Attempt(target, _judge(inspection), inspection, value.version))
    return attempts, facts


def _judge(inspection: Inspection) -> Diagnosis:
    if inspection.problems:
        explanation = "This identity can read it, but builds cannot use it."
        return Diagnosis(Link.UNUSABLE, explanation, " ".join(inspection.problems))
    return Diagnosis(Link.WHOLE, "This identity can read it.")


def _caller(aws: Aws) -> str:
    """Return who calls; empty where STS is out of reach, as it may be where Secrets Manager is not."""
    try:
        return aws.identity.arn
    except AwsError as error:
        if error.is_network:
            return ""
        raise


def _organization(aws: Aws) -> str:
    """Return the organization of the caller's account, as far as the caller may know."""
    try:
        return members.own_organization(aws).id
    except OrganizationError:
        return NO_ORGANIZATION
    except AwsError:
        return ""

"""Who may read a token: the table that a security reviewer signs.

Each row is one caller with one request, and whether the key's policy and the secret's policy let it pass. The
caller's own identity policy grants everything unless the row says otherwise, so what is judged are these two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

REGION = "us-east-1"
ORGANIZATION = "o-a1b2c3d4e5"
TEAM = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/"
"""The organizational unit of the accounts below, as aws:PrincipalOrgPaths has it."""

SECRET_ACCOUNT = "111122223333"
BUILD_ACCOUNT = "444455556666"

SECRET_NAME = "/stackery/ghpackagerepotoken"
OTHER_SECRET_NAME = "/stackery/pypitoken"


def secret(name: str, *, region: str = REGION, account: str = SECRET_ACCOUNT) -> str:
    """Return the ARN of a secret: Secrets Manager adds a hyphen and six characters of its own to the name."""
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{name}-AbCdEf"


@dataclass(frozen=True, eq=False)
class Caller:
    """Who asks, and what AWS then says about it in the request's context."""

    name: str
    principal: str | None
    """The ARN or service that signed the request; None: nobody did."""
    arn: str | None
    """aws:PrincipalArn: for the session of a role, the role."""
    organization: str | None = ORGANIZATION
    paths: tuple[str, ...] = (TEAM,)
    own_policy_grants_everything: bool = True
    own_policy: Mapping[str, object] | None = None
    """What its own policies say, where that is neither everything nor nothing."""

    @property
    def context(self) -> dict[str, str | list[str]]:
        """The condition keys that come with this caller; a key without a value is absent."""
        keys: dict[str, str | list[str] | None] = {
            "aws:PrincipalArn": self.arn,
            "aws:PrincipalOrgID": self.organization,
            "aws:PrincipalOrgPaths": list(self.paths),
        }
        return {key: value for key, value in keys.items() if value}


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked; the name completes the sentence that begins with the caller and `may`."""

    name: str
    action: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the table."""

    caller: Caller
    request: Request
    allowed: bool

    @property
    def service(self) -> str:
        """Whose policy decides: kms, the key's, or secretsmanager, the secret's."""
        return self.request.action.split(":")[0]

    def __str__(self) -> str:
        """Return the line as a sentence."""
        return f"{self.caller.name} {'may' if self.allowed else 'may not'} {self.request.name}"


def may(callers: Iterable[Caller], requests: Iterable[Request]) -> tuple[Row, ...]:
    """Each of these callers may make each of these requests."""
    requests = tuple(requests)
    return tuple(Row(caller, request, allowed=True) for caller in callers for request in requests)


def may_not(callers: Iterable[Caller], requests: Iterable[Request]) -> tuple[Row, ...]:
    """None of these callers may make any of these requests."""
    return tuple(replace(row, allowed=False) for row in may(callers, requests))


# What is asked of a secret.


def get_secret_value(name: str, *, stage: str | None = None, version: str | None = None) -> Request:
    context = {"secretsmanager:VersionStage": stage, "secretsmanager:VersionId": version}
    present = {key: value for key, value in context.items() if value}
    return Request(name, "secretsmanager:GetSecretValue", present)


VERSION = "01234567-89ab-cdef-0123-456789abcdef"
READ = get_secret_value("read the secret")
READ_CURRENT = get_secret_value("read the secret's version AWSCURRENT", stage="AWSCURRENT")
READ_OLD_VERSION = get_secret_value("read a version by its id", version=VERSION)
READ_OLD_VERSION_AS_CURRENT = get_secret_value(
    "read a version by its id and AWSCURRENT", stage="AWSCURRENT", version=VERSION
)
READ_OTHER_STAGES = (
    get_secret_value("read the secret's version AWSPREVIOUS", stage="AWSPREVIOUS"),
    get_secret_value("read the secret's version AWSPENDING", stage="AWSPENDING"),
    get_secret_value("read a version by a stage of its own", stage="AWSCURRENT-2025"),
    get_secret_value("read a version by its id and AWSPREVIOUS", stage="AWSPREVIOUS", version=VERSION),
)
READ_OTHER_VERSIONS = (READ_OLD_VERSION, READ_OLD_VERSION_AS_CURRENT, *READ_OTHER_STAGES)

CHANGE_SECRET = tuple(
    Request(f"call secretsmanager:{action}", f"secretsmanager:{action}")
    for action in (
        "DescribeSecret",
        "ListSecretVersionIds",
        "GetResourcePolicy",
        "PutSecretValue",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "RotateSecret",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
        "ReplicateSecretToRegions",
        "TagResource",
        "DeleteSecret",
    )
)

# What is asked of the key.

SECRETS_MANAGER = f"secretsmanager.{REGION}.amazonaws.com"


def decrypt(name: str, *, via: str | None = SECRETS_MANAGER, of: str | None = secret(SECRET_NAME)) -> Request:
    context = {"kms:ViaService": via, "kms:EncryptionContext:SecretARN": of}
    return Request(name, "kms:Decrypt", {key: value for key, value in context.items() if value})


DECRYPT = decrypt("decrypt the secret through Secrets Manager")
DECRYPT_OTHER_SECRET_OF_TEMPLATE = decrypt(
    "decrypt the template's other secret through Secrets Manager", of=secret(OTHER_SECRET_NAME)
)
DECRYPT_BESIDE_SECRETS_MANAGER = (
    decrypt("decrypt directly", via=None),
    decrypt("decrypt directly without encryption context", via=None, of=None),
    decrypt("decrypt through Systems Manager", via=f"ssm.{REGION}.amazonaws.com"),
    decrypt("decrypt through S3", via=f"s3.{REGION}.amazonaws.com"),
    decrypt(
        "decrypt through Secrets Manager of another Region", via="secretsmanager.eu-west-1.amazonaws.com"
    ),
)
DECRYPT_ANOTHER_SECRET = (
    decrypt("decrypt through Secrets Manager without encryption context", of=None),
    *(
        decrypt(f"decrypt {which} through Secrets Manager", of=arn)
        for which, arn in {
            "a secret of another name": secret("/stackery/signing-key"),
            "a secret whose name begins alike": secret(f"{SECRET_NAME}-old"),
            "a secret whose name goes on": secret(f"{SECRET_NAME}s"),
            "a secret whose name ends alike": secret(f"/acme{SECRET_NAME}"),
            "a secret whose name ends like the other's": secret(f"/acme{OTHER_SECRET_NAME}"),
            "a secret whose name begins like the other's": secret(f"{OTHER_SECRET_NAME}-old"),
            "a secret of the same name in another account": secret(SECRET_NAME, account=BUILD_ACCOUNT),
            "the other's namesake in another account": secret(OTHER_SECRET_NAME, account=BUILD_ACCOUNT),
            "a secret of the same name in another Region": secret(SECRET_NAME, region="eu-west-1"),
            "the other's namesake in another Region": secret(OTHER_SECRET_NAME, region="eu-west-1"),
        }.items()
    ),
)

USE_KEY = tuple(
    # With what the policy wants to see, so that it is the action alone that is refused.
    replace(DECRYPT, name=f"call kms:{action} through Secrets Manager", action=f"kms:{action}")
    for action in ("Encrypt", "GenerateDataKey", "ReEncryptFrom")
)
USE_KEY_DIRECTLY = tuple(
    Request(f"call kms:{action} directly", f"kms:{action}")
    for action in ("Encrypt", "GenerateDataKey", "ReEncryptFrom")
)
GRANT = (
    Request("call kms:CreateGrant directly", "kms:CreateGrant"),
    replace(DECRYPT, name="call kms:CreateGrant through Secrets Manager", action="kms:CreateGrant"),
)
DESCRIBE_KEY = Request("describe the key", "kms:DescribeKey")
CHANGE_KEY = (
    DESCRIBE_KEY,
    *(
        Request(f"call kms:{action}", f"kms:{action}")
        for action in (
            "GetKeyPolicy",
            "ListGrants",
            "PutKeyPolicy",
            "RevokeGrant",
            "DisableKey",
            "DisableKeyRotation",
            "EnableKey",
            "CreateAlias",
            "UpdateKeyDescription",
            "RotateKeyOnDemand",
            "TagResource",
            "UntagResource",
            "DeleteAlias",
            "ScheduleKeyDeletion",
            "CancelKeyDeletion",
        )
    ),
)

READS = (READ, READ_CURRENT, DECRYPT, DECRYPT_OTHER_SECRET_OF_TEMPLATE)
EACH_KIND_OF_READ = (READ, DECRYPT)
ADMINISTRATION = (*READ_OTHER_VERSIONS, *DECRYPT_ANOTHER_SECRET, *CHANGE_SECRET, *USE_KEY, *CHANGE_KEY)
BESIDE_SECRETS_MANAGER = (*DECRYPT_BESIDE_SECRETS_MANAGER, *USE_KEY_DIRECTLY, *GRANT)
EVERYTHING_ELSE = (*ADMINISTRATION, *BESIDE_SECRETS_MANAGER)

# Who asks.


def role(path_and_name: str, name: str, *, account: str = BUILD_ACCOUNT) -> Caller:
    """Return a session of a role; the session's own ARN does not tell the role's path."""
    bare_name = path_and_name.rsplit("/", maxsplit=1)[-1]
    session = f"arn:aws:sts::{account}:assumed-role/{bare_name}/AWSCodeBuild-1234"
    return Caller(name, session, f"arn:aws:iam::{account}:role/{path_and_name}")


def identity(arn: str, name: str) -> Caller:
    """Return a caller that is itself what signed the request."""
    return Caller(name, arn, arn)


DEPLOYER = role("stackery/stackery-deployer", "stackery-deployer of a build account")
FACTORY_ROLE = role("stackery/stackery-factory-role", "stackery-factory-role of a build account")
BUILD_ROLES = (DEPLOYER, FACTORY_ROLE)

BUILD_ROLES_OF_SECRET_ACCOUNT = tuple(
    role(f"stackery/{name}", f"{name} of the secret account", account=SECRET_ACCOUNT)
    for name in ("stackery-deployer", "stackery-factory-role")
)
BUILD_ROLES_OF_SECRET_ACCOUNT_BY_THESE_POLICIES_ALONE = tuple(
    replace(caller, name=f"{caller.name}, granted nothing of its own,", own_policy_grants_everything=False)
    for caller in BUILD_ROLES_OF_SECRET_ACCOUNT
)
BUILD_ROLES_WITHOUT_PERMISSIONS = tuple(
    replace(caller, name=f"{caller.name}, granted nothing of its own,", own_policy_grants_everything=False)
    for caller in BUILD_ROLES
)

OUTSIDE_THE_ORGANIZATION = tuple(
    replace(caller, name=f"{caller.name} {where}", organization=organization, paths=paths)
    for caller in BUILD_ROLES
    for where, organization, paths in (
        ("of another organization", "o-zzzzzzzzzz", ("o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/",)),
        ("of an organization whose id goes on", f"{ORGANIZATION}6", (f"{ORGANIZATION}6/r-ab12/",)),
        ("of no organization", None, ()),
    )
)

LOOK_ALIKE_ROLES = tuple(
    role(path_and_name, f"the role {path_and_name}")
    for path_and_name in (
        "stackery-deployer",
        "stackery-factory-role",
        "acme/stackery-deployer",
        "acme/stackery-factory-role",
        "stackery/ci/stackery-deployer",
        "acme/stackery/stackery-deployer",
        "acme/stackery/stackery-factory-role",
        "acme-stackery/stackery-deployer",
        "stackery/stackery-deployer2",
        "stackery/stackery-factory-role2",
        "stackery/acme-stackery-deployer",
        "stackery/stackery-deployer/acme",
        "stackery/stackery-factory-role/acme",
        "stackery/administrator",
        "Stackery/stackery-deployer",
    )
)
COLON_SMUGGLERS = (
    role(
        "acme:role/stackery/stackery-deployer",
        "a role with :role/stackery/ in its path, named as a deployer,",
    ),
    role(
        "acme:role/stackery/stackery-factory-role",
        "a role with :role/stackery/ in its path, named as a factory role,",
    ),
    identity(
        f"arn:aws:iam::{BUILD_ACCOUNT}:user/acme:role/stackery/stackery-deployer",
        "a user with :role/stackery/ in its path, named as a deployer,",
    ),
)
OTHER_IDENTITIES = (
    replace(
        role("administrator", "the role administrator in a session named stackery-deployer"),
        principal=f"arn:aws:sts::{BUILD_ACCOUNT}:assumed-role/administrator/stackery-deployer",
    ),
    identity(
        f"arn:aws:iam::{BUILD_ACCOUNT}:user/stackery/stackery-deployer", "a user named stackery-deployer"
    ),
    identity(
        f"arn:aws:iam::{BUILD_ACCOUNT}:user/stackery/stackery-factory-role",
        "a user named stackery-factory-role",
    ),
    identity(
        f"arn:aws:sts::{BUILD_ACCOUNT}:federated-user/stackery-deployer",
        "a federated user named stackery-deployer",
    ),
    identity(f"arn:aws:iam::{BUILD_ACCOUNT}:root", "the root of a build account"),
)
WITHOUT_AN_ARN = (
    Caller(
        "an anonymous caller", None, None, organization=None, paths=(), own_policy_grants_everything=False
    ),
    Caller("AWS CodeBuild itself", "codebuild.amazonaws.com", None, organization=None, paths=()),
)

ROOT_OF_SECRET_ACCOUNT = identity(f"arn:aws:iam::{SECRET_ACCOUNT}:root", "the root of the secret account")
ADMINISTRATOR = role("administrator", "an administrator of the secret account", account=SECRET_ACCOUNT)
BYSTANDER = replace(
    role("bystander", "a role of the secret account, granted nothing of its own,", account=SECRET_ACCOUNT),
    own_policy_grants_everything=False,
)

TABLE = (
    # The build roles of the organization read the current version, and that is all.
    *may(BUILD_ROLES, READS),
    *may_not(BUILD_ROLES, EVERYTHING_ELSE),
    # So do those of the secret account; there, the policies grant without the role's own permissions.
    *may(BUILD_ROLES_OF_SECRET_ACCOUNT_BY_THESE_POLICIES_ALONE, READS),
    *may_not(BUILD_ROLES_OF_SECRET_ACCOUNT_BY_THESE_POLICIES_ALONE, EVERYTHING_ELSE),
    # Across accounts, both sides must agree.
    *may_not(BUILD_ROLES_WITHOUT_PERMISSIONS, EACH_KIND_OF_READ),
    # Nobody else reads.
    *may_not(OUTSIDE_THE_ORGANIZATION, EACH_KIND_OF_READ),
    *may_not(LOOK_ALIKE_ROLES, EACH_KIND_OF_READ),
    *may_not(COLON_SMUGGLERS, EACH_KIND_OF_READ),
    *may_not(OTHER_IDENTITIES, EACH_KIND_OF_READ),
    *may_not(WITHOUT_AN_ARN, EACH_KIND_OF_READ),
    # The secret account administers key and secrets by its own policies, but uses the key only through
    # Secrets Manager, and hands it to nobody by a grant.
    *may((ROOT_OF_SECRET_ACCOUNT, ADMINISTRATOR), (*READS, *ADMINISTRATION)),
    *may_not((ROOT_OF_SECRET_ACCOUNT, ADMINISTRATOR), BESIDE_SECRETS_MANAGER),
    *may(BUILD_ROLES_OF_SECRET_ACCOUNT, (*READS, *ADMINISTRATION)),
    *may_not(BUILD_ROLES_OF_SECRET_ACCOUNT, BESIDE_SECRETS_MANAGER),
    *may_not((BYSTANDER,), (*READS, *EVERYTHING_ELSE)),
)

NESTED_TEAM = f"{TEAM}ou-ab12-22222222/"
ORGANIZATION_PATHS = (f"{TEAM}*",)
"""What repositories.yaml narrows the organization to, for the rows below."""

INSIDE_THE_PATHS = tuple(
    replace(caller, name=f"{caller.name} {where}", paths=(path,))
    for caller in BUILD_ROLES
    for where, path in (("in the organizational unit", TEAM), ("in a unit below it", NESTED_TEAM))
)
OUTSIDE_THE_PATHS = tuple(
    replace(caller, name=f"{caller.name} {where}", paths=paths)
    for caller in BUILD_ROLES
    for where, paths in (
        ("in another organizational unit", (f"{ORGANIZATION}/r-ab12/ou-ab12-33333333/",)),
        ("in a unit whose id goes on", (f"{TEAM[:-1]}1/",)),
        ("in the organization's root", (f"{ORGANIZATION}/r-ab12/",)),
        ("in no known place of the organization", ()),
    )
)
NARROWING = (*may(INSIDE_THE_PATHS, READS), *may_not(OUTSIDE_THE_PATHS, EACH_KIND_OF_READ))

# Without the role check, build roles can have wildcards: here those of every kind of build.

PATTERNS = (
    "service-role/codebuild-acme-*",
    "acme-build-CodeBuildRole-*",
    "ci/github-actions",
    "jenkins-agent",
    "ecs/acme-?-task",
)


def session(path_and_name: str, session_name: str, name: str) -> Caller:
    """Return a session of a role, which a service or an identity provider named."""
    caller = role(path_and_name, name)
    assert caller.principal
    return replace(caller, principal=f"{caller.principal.rpartition('/')[0]}/{session_name}")


OF_CODEBUILD = role("service-role/codebuild-acme-web-service-role", "the service role of a CodeBuild project")
OF_CLOUDFORMATION = role(
    "acme-build-CodeBuildRole-1A2B3C4D5E6F", "a role that CloudFormation named, with a random end,"
)
OF_GITHUB = session("ci/github-actions", "GitHubActions", "the role that GitHub Actions assumes by OIDC")
OF_JENKINS = session("jenkins-agent", "i-0123456789abcdef0", "the instance role of Jenkins on EC2")
OF_ECS = session("ecs/acme-b-task", "0123456789abcdef0123456789abcdef", "the task role of an ECS task")
BUILDS = (OF_CODEBUILD, OF_CLOUDFORMATION, OF_GITHUB, OF_JENKINS, OF_ECS)
BUILDS_OF_SECRET_ACCOUNT = tuple(
    replace(
        caller,
        name=f"{caller.name} in the secret account, granted nothing of its own,",
        principal=str(caller.principal).replace(BUILD_ACCOUNT, SECRET_ACCOUNT),
        arn=str(caller.arn).replace(BUILD_ACCOUNT, SECRET_ACCOUNT),
        own_policy_grants_everything=False,
    )
    for caller in BUILDS
)

BUILDS_ELSEWHERE = tuple(
    replace(caller, name=f"{caller.name} {where}", organization=organization, paths=())
    for caller in BUILDS
    for where, organization in (
        ("of another organization", "o-zzzzzzzzzz"),
        ("of an organization whose id goes on", f"{ORGANIZATION}6"),
        ("of no organization", None),
    )
)
NO_BUILDS = tuple(
    role(path_and_name, f"the role {path_and_name}")
    for path_and_name in (
        # another name
        *("service-role/codebuild-other-web", "service-role/acme", "service-role/codebuild-acme"),
        *("acme-build-Role-1A2B3C4D5E6F", "acme-build-CodeBuildRole", "administrator"),
        *("ci/github-actions2", "ci/github", "jenkins-agent2", "jenkins"),
        *("ecs/acme-b-task2", "ecs/acme--task", "ecs/acme-bb-task", "ecs/other"),
        # another path
        *("codebuild-acme-web", "ci/codebuild-acme-web", "acme/service-role/codebuild-acme-web"),
        *("ci/acme-build-CodeBuildRole-1A2B", "github-actions", "ecs/github-actions", "ci/jenkins-agent"),
        *("acme-b-task", "ci/acme-b-task", "ecs/acme/acme-b-task"),
        # a path that goes on where a wildcard stands
        *("service-role/codebuild-acme-/administrator", "service-role/codebuild-acme-web/administrator"),
        *("service-role/codebuild-acme-web/x/y", "acme-build-CodeBuildRole-/administrator"),
        *("acme-build-CodeBuildRole-1A2B/x/administrator", "ecs/acme-/-task"),
        # another case
        *("Service-role/codebuild-acme-web", "service-role/CodeBuild-acme-web", "Jenkins-agent"),
        *("acme-build-codebuildrole-1A2B3C4D5E6F", "CI/github-actions", "ecs/Acme-b-task"),
    )
)
SMUGGLERS = tuple(
    identity(
        f"arn:aws:iam::{BUILD_ACCOUNT}:{kind}/acme:role/{path_and_name}",
        f"a {kind} with {path_and_name} behind :role/",
    )
    for kind in ("role", "user")
    for path_and_name in (
        "service-role/codebuild-acme-web",
        "acme-build-CodeBuildRole-1A2B3C4D5E6F",
        "jenkins-agent",
        "ci/github-actions",
        "ecs/acme-b-task",
    )
)
NO_ROLES = (
    session("administrator", "jenkins-agent", "the role administrator in a session named jenkins-agent"),
    session(
        "administrator",
        "acme-build-CodeBuildRole-1A2B3C4D5E6F",
        "the role administrator in a session named as CloudFormation names roles",
    ),
    *(
        identity(f"arn:aws:iam::{BUILD_ACCOUNT}:user/{path_and_name}", f"the user {path_and_name}")
        for path_and_name in (
            "service-role/codebuild-acme-web",
            "acme-build-CodeBuildRole-1A2B3C4D5E6F",
            "jenkins-agent",
            "ci/github-actions",
            "ecs/acme-b-task",
        )
    ),
    identity(
        f"arn:aws:sts::{BUILD_ACCOUNT}:federated-user/jenkins-agent", "a federated user named jenkins-agent"
    ),
)

WITHOUT_ROLE_CHECK = (
    *may(BUILDS, READS),
    *may_not(BUILDS, EVERYTHING_ELSE),
    *may(BUILDS_OF_SECRET_ACCOUNT, READS),
    *may_not(BUILDS_ELSEWHERE, EACH_KIND_OF_READ),
    *may_not(NO_BUILDS, EACH_KIND_OF_READ),
    *may_not(SMUGGLERS, EACH_KIND_OF_READ),
    *may_not(NO_ROLES, EACH_KIND_OF_READ),
    # Without Stackery its roles are roles like others.
    *may_not(BUILD_ROLES, EACH_KIND_OF_READ),
)
"""The table for `role_check: none` and these patterns, beside what the other says of the secret account."""

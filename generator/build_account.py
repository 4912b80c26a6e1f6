"""The build accounts' half, for builds without Stackery, whose role brings its own.

Who reads a secret of another account needs two policies: the secret's and the key's, in the account that has
them, and one of the role's own. One template does for every configuration: what differs are its parameters.
"""

from awacs import kms, secretsmanager
from awacs.aws import (
    Allow,
    Condition,
    PolicyDocument,
    Statement,
    StringEquals,
)
from troposphere import (
    Equals,
    If,
    Join,
    Not,
    NoValue,
    Output,
    Parameter,
    Ref,
    Select,
    Split,
    Sub,
    Template,
)
from troposphere.iam import ManagedPolicy

from generator import __version__, names, policies
from generator.hooks.hook import ARN

KEY_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+"

PARAMETERS = (
    Parameter(
        names.SECRET_ARNS,
        Type="CommaDelimitedList",
        Description=(
            "The secrets that the roles may read: their whole ARNs, from the outputs of the stack in the"
            " account that keeps the tokens."
        ),
        AllowedPattern=f"^{ARN}$",
        ConstraintDescription=(
            "The whole ARNs of secrets, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX, with a"
            " comma between two."
        ),
    ),
    Parameter(
        names.KEY_ARN,
        Type="String",
        Description="The key that encrypts them: the output KeyArn of the same stack.",
        AllowedPattern=f"^{KEY_ARN}$",
        ConstraintDescription="A key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID.",
    ),
    Parameter(
        names.BUILD_ROLE_NAMES,
        Type="CommaDelimitedList",
        Default="",
        Description=(
            "The roles of this account that may read: their names, by which IAM finds them whatever their"
            " path, with a comma between two. All must be there. Empty: attach the policy yourself."
        ),
        AllowedPattern=f"^({names.LISTED_ROLE_NAME})?$",
        ConstraintDescription="Names of IAM roles without their path, with a comma between two, or empty.",
    ),
)

_GIVEN = f"{names.BUILD_ROLE_NAMES}Given"
_POLICY = "ReadTokensPolicy"


def build_account(_configuration: object) -> Template:
    """Return the template for build accounts: a policy for roles that are there already.

    IAM attaches a policy to a role by its name, whatever the role's path. That gives no more to a role of
    another path than its own account could: the secret's policy asks for the path, too.
    """
    template = Template(
        "Lets build roles of this account read the tokens of private package repositories"
        f" {names.RELEASE_MARK}{__version__})"
    )
    template.set_version()
    for parameter in PARAMETERS:
        template.add_parameter(parameter)
    template.add_condition(_GIVEN, Not(Equals(Join("", Ref(names.BUILD_ROLE_NAMES)), "")))
    template.add_resource(
        ManagedPolicy(
            _POLICY,
            Description="Reads the tokens of private package repositories, which another account keeps",
            PolicyDocument=_policy(),
            Roles=If(_GIVEN, Ref(names.BUILD_ROLE_NAMES), NoValue),
        )
    )
    template.add_output(
        Output("PolicyArn", Description="The policy that a build role needs", Value=Ref(_POLICY))
    )
    template.add_output(
        Output("TemplateVersion", Description="The release of the generator", Value=__version__)
    )
    return template


def _policy() -> PolicyDocument:
    """Return what a build role may do: the same as the secrets' policies and the key's let it.

    The key is named without the secrets again (kms:EncryptionContext:SecretARN): Secrets Manager decrypts for
    nobody but who may read the secret, and the key's own policy names them. So a policy holds twice as many.
    """
    key_region = Select(3, Split(":", Ref(names.KEY_ARN)))  # which is the secrets', but need not be this one
    # The suffix is amazonaws.com in every partition.
    secrets_manager = Sub("secretsmanager.${KeyRegion}.amazonaws.com", KeyRegion=key_region)
    return PolicyDocument(
        Version=policies.VERSION,
        Statement=[
            Statement(
                Sid="ReadCurrentVersionOfTheseSecrets",
                Effect=Allow,
                Action=[secretsmanager.GetSecretValue],
                Resource=Ref(names.SECRET_ARNS),
                Condition=Condition(list(policies.CURRENT_VERSION)),
            ),
            Statement(
                Sid="DecryptThemViaSecretsManager",
                Effect=Allow,
                Action=[kms.Decrypt],
                Resource=[Ref(names.KEY_ARN)],
                Condition=Condition(StringEquals({"kms:ViaService": secrets_manager})),
            ),
        ],
    )

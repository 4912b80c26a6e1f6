"""The configuration: what `repositories.yaml` says, and what it may say."""

import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from generator.address import Address

PARAMETERS_PER_TEMPLATE = 200  # a quota of CloudFormation
PARAMETERS_OF_THE_ROLE_CHECK = 7
PARAMETERS_PER_REPOSITORY = 2
MAXIMUM_REPOSITORIES = (PARAMETERS_PER_TEMPLATE - PARAMETERS_OF_THE_ROLE_CHECK) // PARAMETERS_PER_REPOSITORY

KEY_POLICY_BYTES = 32_768  # a quota of KMS
KEY_POLICY_BYTES_PER_SECRET = 80  # of the secret's ARN around its name
KEY_POLICY_BYTES_ELSEWHERE = 2_000
KEY_POLICY_BYTES_PER_STATEMENT = 800  # of one that admits build roles, but for what the others count
SECRET_POLICY_BYTES = 20_480  # what PutResourcePolicy takes
SECRET_POLICY_BYTES_PER_STATEMENT = 600  # but for what it names
POLICY_BYTES_PER_PRINCIPAL = 30  # of the ARN around a build role's name

REPOSITORY_ID = r"[A-Za-z][A-Za-z0-9]{0,63}"

SECRET_NAME_LENGTH = 512
SECRET_NAME_CHARACTERS = "[A-Za-z0-9/_+=.@-]"  # noqa: S105 - a pattern, not a secret
"""What Secrets Manager takes in a name; nothing of it would be read as a wildcard by a policy."""
SECRET_NAME = f"{SECRET_NAME_CHARACTERS}{{1,{SECRET_NAME_LENGTH}}}"

ROLE_PATH_AND_NAME = r"(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}"
"""An IAM role's path and name without the leading slash, and without wildcards."""
ROLE_PATTERN = ROLE_PATH_AND_NAME.replace("@-", "@*?-")
"""The same with the wildcards * and ?, none of which ever stands for a slash."""

ORGANIZATIONAL_UNIT = "ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}"
ORGANIZATION_PATH = rf"o-[a-z0-9]{{10,32}}/(?:\*|r-[a-z0-9]{{4,32}}/(?:{ORGANIZATIONAL_UNIT}/)*\*?)"


def _matches(pattern: str, fix: str) -> AfterValidator:
    def validate(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(fix)
        return value

    return AfterValidator(validate)


def _parses(url: str) -> str:
    Address.of(url)
    return url


def _is_role(value: str, others: ValidationInfo) -> str:
    if others.data.get("role_check") == "stackery":
        if not re.fullmatch(ROLE_PATH_AND_NAME, value):
            raise ValueError(
                "write a role's path and name without a leading slash, stackery/stackery-deployer;"
                " wildcards need `role_check: none`"
            )
    elif not re.fullmatch(ROLE_PATTERN, value):
        raise ValueError(
            "write a role's path and name without a leading slash, ci/builder or codebuild-acme-*"
        )
    elif not re.search("[A-Za-z0-9]", value.rpartition("/")[2]):
        raise ValueError("would let roles of any name read: beside wildcards, a name needs letters or digits")
    return value


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("write one line of text without blanks at its ends")
    return text


def _not_empty(entries: tuple[str, ...]) -> tuple[str, ...]:
    if not entries:
        raise ValueError("must not be empty, list at least one")
    return entries


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_MANAGERS_WITH = {
    "scope": ("npm", "yarn"),
    "username": ("pip", "maven"),
    "index": ("pip",),
    "server_id": ("maven",),
}
"""The fields that only some package managers can use, and these."""


class Repository(_Strict):
    """A private package repository and the secret that holds its token."""

    id: Annotated[
        str,
        _matches(
            REPOSITORY_ID,
            "use letters and digits only, a letter first, 64 at most: CloudFormation takes nothing else",
        ),
    ]
    """Letters and digits, a letter first; the names of its parameters, resources and outputs begin with it.
    Changing it makes a new secret."""
    manager: Literal["npm", "yarn", "pip", "maven"]
    """The package manager that the hook configures; `yarn` means yarn 2 and newer."""
    url: Annotated[str, AfterValidator(_parses)]
    """The repository's address: https, without user, token, query or fragment."""
    scope: (
        Annotated[str, _matches(r"@[a-z0-9~-][a-z0-9._~-]*", "write it as npm does: @ and a name, @acme")]
        | None
    ) = None
    """The scope of the private packages, `"@acme"` in quotes: a bare @ is not valid YAML."""
    secret: Annotated[
        str,
        _matches(
            SECRET_NAME,
            "use letters, digits and /_+=.@- only, 512 at most: Secrets Manager takes no others",
        ),
    ]
    """The secret's name; the form offers it and lets it be changed."""
    token_key: (
        Annotated[
            str, _matches(r"[!-~](?:[ -~]{0,254}[!-~])?", "write a key of the JSON in the secret, in ASCII")
        ]
        | None
    ) = None
    """If the secret holds a JSON object: the key of the token in it."""
    username: (
        Annotated[
            str,
            _matches(r"[A-Za-z0-9._@+$~-]{1,255}", "use letters, digits and ._@+$~- only, 255 at most"),
        ]
        | None
    ) = None
    """The user name that the repository expects with the token, if it checks one."""
    index: Literal["only", "extra"] | None = None
    """`only`, the default: pip asks this index and no other. `extra`: it asks PyPI, too, and
    [the higher version wins](hooks.md#pip-uv-poetry-pipenv)."""
    server_id: (
        Annotated[
            str,
            _matches(
                r"[A-Za-z0-9._-]{1,255}", "write the repository's id in pom.xml: letters, digits and ._-"
            ),
        ]
        | None
    ) = None
    """The id that `pom.xml` gives the repository; by default, the `id` above."""
    description: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_one_line)] = (
        "Token of a private package repository"
    )
    """Describes the secret, and stands in the form."""

    @cached_property
    def address(self) -> Address:
        """The url in its parts."""
        return Address.of(self.url)

    @field_validator(*_MANAGERS_WITH)
    @classmethod
    def _fits_the_manager(cls, value: str | None, others: ValidationInfo) -> str | None:
        managers = _MANAGERS_WITH[str(others.field_name)]
        if value is not None and others.data.get("manager", managers[0]) not in managers:
            raise ValueError(f"remove it, only {' and '.join(managers)} can use it")
        return value


class Configuration(_Strict):
    """What `repositories.yaml` says."""

    repositories: Annotated[
        tuple[Repository, ...],
        Field(max_length=MAXIMUM_REPOSITORIES, strict=False),
        AfterValidator(_not_empty),
    ]
    """1 to 96 of them: a template can have 200 parameters."""
    role_check: Literal["stackery", "none"] = "stackery"
    """`stackery`: the template checks the Stackery Role first; `none`: it checks nothing."""
    build_roles: Annotated[
        tuple[Annotated[str, AfterValidator(_is_role)], ...],
        Field(max_length=10, strict=False),
        AfterValidator(_not_empty),
    ] = ("stackery/stackery-factory-role", "stackery/stackery-deployer")
    """Path and name of the IAM roles that may read the tokens, in every account of the organization.

    With `role_check: none` they can have the wildcards `*` and `?`, which never stand for a slash.
    """
    organization_paths: Annotated[
        tuple[
            Annotated[
                str,
                _matches(
                    ORGANIZATION_PATH,
                    "write a path of aws:PrincipalOrgPaths, o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",
                ),
            ],
            ...,
        ],
        Field(max_length=100, strict=False),
    ] = ()
    """Narrows the readers to parts of the organization, by patterns of
    [aws:PrincipalOrgPaths](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths)
    such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`."""
    block_public_policy: bool = False
    """Whether Secrets Manager checks the secrets' policies for public access;
    [why not](decisions/005-block-public-policy.md)."""

    @property
    def build_role_groups(self) -> dict[int | None, list[str]]:
        """The build roles that one statement of a policy admits together.

        Those with wildcards by how many slashes they have; None: all those without wildcards.
        """
        groups: dict[int | None, list[str]] = {}
        for role in sorted(self.build_roles):
            groups.setdefault(role.count("/") if re.search("[*?]", role) else None, []).append(role)
        return groups

    def longest_secret_name(self, repository: Repository) -> int:
        """Return how long the name of a repository's secret may become: all fit into one key policy."""
        spare = self._bytes_left_in_key_policy // (len(self.repositories) * len(self.build_role_groups))
        return min(SECRET_NAME_LENGTH, len(repository.secret) + spare)

    @property
    def _bytes_left_in_key_policy(self) -> int:
        secrets = sum(len(each.secret) + KEY_POLICY_BYTES_PER_SECRET for each in self.repositories)
        statements = len(self.build_role_groups)
        further = (statements - 1) * KEY_POLICY_BYTES_PER_STATEMENT
        spent = KEY_POLICY_BYTES_ELSEWHERE + further + statements * secrets + self._bytes_of_principals
        return KEY_POLICY_BYTES - spent

    @property
    def _bytes_of_principals(self) -> int:
        """Return what build roles and paths of the organization take in a policy, all statements together."""
        roles, paths = (
            sum(len(each) + POLICY_BYTES_PER_PRINCIPAL for each in principals)
            for principals in (self.build_roles, self.organization_paths)
        )
        return roles + len(self.build_role_groups) * paths

    def document(self) -> dict[str, Any]:
        """Return what `repositories.yaml` would say, in plain values, without what is the default anyway.

        `Configuration.model_validate` reads it back.
        """
        said = self.model_dump(mode="json", exclude_defaults=True)
        return said if self.has_role_check else said | {"build_roles": list(self.build_roles)}

    @property
    def has_role_check(self) -> bool:
        """Whether an account's Stackery Role is checked before anything is created."""
        return self.role_check == "stackery"

    @field_validator("build_roles")
    @classmethod
    def _role_names_are_unique(cls, build_roles: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        if twice := _first_pair([*build_roles]):
            raise ValueError(f"entries {twice} are the same, remove one")
        by_name = [role.split("/")[-1].lower() for role in build_roles]
        # The check looks for each of them in one account.
        if others.data.get("role_check") == "stackery" and (twice := _first_pair(by_name)):
            raise ValueError(f"entries {twice} have the same name, of which an account has one role at most")
        return build_roles

    @model_validator(mode="after")
    def _says_who_builds(self) -> Self:
        if not self.has_role_check and "build_roles" not in self.model_fields_set:
            raise ValueError(
                "field build_roles: is missing, list the roles that may read, which have no default with"
                " `role_check: none`"
            )
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for field in ("id", "secret"):
            if twice := _first_pair([getattr(repository, field) for repository in self.repositories]):
                raise ValueError(f"repositories {twice}, field {field}: are the same, give each its own")
        return self

    @model_validator(mode="after")
    def _principals_fit_the_policy_of_a_secret(self) -> Self:
        statements = len(self.build_role_groups) * SECRET_POLICY_BYTES_PER_STATEMENT
        if statements + self._bytes_of_principals > SECRET_POLICY_BYTES:
            raise ValueError(
                "fields build_roles and organization_paths: shorten the names or list fewer, together they"
                f" exceed what fits into the policy of a secret ({SECRET_POLICY_BYTES} bytes)"
            )
        return self

    @model_validator(mode="after")
    def _names_fit_one_key_policy(self) -> Self:
        if self._bytes_left_in_key_policy < 0:
            raise ValueError(
                "fields secret, build_roles and organization_paths: shorten the names or list fewer,"
                f" together they exceed what fits into one key policy ({KEY_POLICY_BYTES} bytes)"
            )
        return self


def _first_pair(values: list[str]) -> str | None:
    """Return the numbers, counted from one, of the first two entries that are equal: `1 and 3`."""
    first: dict[str, int] = {}
    for number, value in enumerate(values, 1):
        if value in first:
            return f"{first[value]} and {number}"
        first[value] = number
    return None


DEFAULT = Configuration(
    repositories=(
        Repository(
            id="GitHubPackages",
            manager="npm",
            url="https://npm.pkg.github.com",
            secret="/stackery/ghpackagerepotoken",  # noqa: S106 - a name, not a token
            description="GitHub Packages Personal Access Token",
        ),
    )
)
"""The repository of the manual procedure, for those who have no `repositories.yaml`."""

"""The configuration: `repositories.yaml`, read and validated."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from generator.errors import ConfigurationError

PARAMETERS_PER_TEMPLATE = 200  # a quota of CloudFormation
PARAMETERS_OF_THE_ROLE_CHECK = 6
PARAMETERS_PER_REPOSITORY = 2
MAXIMUM_REPOSITORIES = (PARAMETERS_PER_TEMPLATE - PARAMETERS_OF_THE_ROLE_CHECK) // PARAMETERS_PER_REPOSITORY

KEY_POLICY_BYTES = 32_768  # a quota of KMS
KEY_POLICY_BYTES_PER_SECRET = 80  # of the secret's ARN around its name
KEY_POLICY_BYTES_ELSEWHERE = 4_000

SECRET_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"  # noqa: S105 - a pattern, not a secret
"""What Secrets Manager takes for a name; it holds nothing that a policy would read as a wildcard."""

ROLE_PATH_AND_NAME = r"(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}"
"""An IAM role's path and name without the leading slash, and without wildcards."""

ORGANIZATION_PATH = r"o-[a-z0-9]{10,32}/(?:r-[a-z0-9]{4,32}/(?:ou-[a-z0-9-]+/)*)?\*?"


def _matches(pattern: str, fix: str) -> AfterValidator:
    def validate(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(fix)
        return value

    return AfterValidator(validate)


def _is_https_url(url: str) -> str:
    fix = "write an address such as https://npm.pkg.github.com, without user, token, query or fragment"
    if re.search(r"[^!-~]", url):
        raise ValueError(fix)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where the port is none
    except ValueError:
        raise ValueError(fix) from None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(fix)
    return url


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Repository(_Strict):
    """A private package repository and the secret that holds its token."""

    id: Annotated[
        str,
        _matches(
            r"[A-Za-z][A-Za-z0-9]{0,63}",
            "use letters and digits only, a letter first, 64 at most: CloudFormation takes nothing else",
        ),
    ]
    """Prefixes the names of parameters, resources and outputs."""
    manager: Literal["npm", "yarn", "pip", "maven"]
    """The package manager that the pre-build hook configures; yarn means yarn 2 and newer."""
    url: Annotated[str, AfterValidator(_is_https_url)]
    scope: (
        Annotated[str, _matches(r"@[a-z0-9~-][a-z0-9._~-]*", "write it as npm does: @ and a name, @acme")]
        | None
    ) = None
    secret: Annotated[
        str,
        _matches(
            SECRET_NAME,
            "use letters, digits and /_+=.@- only, 512 at most: Secrets Manager takes no others",
        ),
    ]
    """The default of the parameter that names the secret."""
    token_key: (
        Annotated[
            str, _matches(r"[!-~](?:[ -~]{0,254}[!-~])?", "write a key of the JSON in the secret, in ASCII")
        ]
        | None
    ) = None
    """The key of the token, in a secret that holds a JSON object; without one, the secret is the token."""
    username: (
        Annotated[
            str,
            _matches(r"[A-Za-z0-9._@+$~-]{1,255}", "use letters, digits and ._@+$~- only, 255 at most"),
        ]
        | None
    ) = None
    """What the repository wants beside the token, where it looks at that."""
    index: Literal["only", "extra"] | None = None
    """Whether pip asks this index instead of PyPI (only, unless said) or as well (extra)."""
    server_id: (
        Annotated[
            str,
            _matches(
                r"[A-Za-z0-9._-]{1,255}", "write the repository's id in pom.xml: letters, digits and ._-"
            ),
        ]
        | None
    ) = None
    """The id that Maven's pom.xml gives this repository; the id above, unless said."""
    description: Annotated[str, Field(min_length=1, max_length=512)] = "Token of a private package repository"

    @model_validator(mode="after")
    def _scope_needs_npm(self) -> Self:
        if self.scope and self.manager not in ("npm", "yarn"):
            raise ValueError(f"field scope: remove it, packages of {self.manager} have no scopes")
        return self

    @model_validator(mode="after")
    def _fields_fit_the_manager(self) -> Self:
        for field, managers in (
            ("username", ("pip", "maven")),
            ("index", ("pip",)),
            ("server_id", ("maven",)),
        ):
            if getattr(self, field) is not None and self.manager not in managers:
                raise ValueError(f"field {field}: remove it, only {' and '.join(managers)} can use it")
        return self


class Configuration(_Strict):
    """What `repositories.yaml` says."""

    repositories: Annotated[
        tuple[Repository, ...], Field(min_length=1, max_length=MAXIMUM_REPOSITORIES, strict=False)
    ]
    build_roles: Annotated[
        tuple[
            Annotated[
                str,
                _matches(
                    ROLE_PATH_AND_NAME,
                    "write a role's path and name without a leading slash and without wildcards,"
                    " stackery/stackery-deployer",
                ),
            ],
            ...,
        ],
        Field(min_length=1, max_length=10, strict=False),
    ] = ("stackery/stackery-factory-role", "stackery/stackery-deployer")
    """The IAM roles that may read the tokens, in every account of the organization: path and name."""
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
    """Narrows the organization to these of its parts; none means all of it."""
    block_public_policy: bool = False
    """Whether Secrets Manager checks each resource policy for public access before it takes it."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for field in ("id", "secret"):
            first: dict[str, int] = {}
            for number, repository in enumerate(self.repositories, 1):
                value = getattr(repository, field)
                if value in first:
                    raise ValueError(
                        f"repositories {first[value]} and {number}, field {field}: both are {value},"
                        " give each repository its own"
                    )
                first[value] = number
        return self

    @model_validator(mode="after")
    def _secrets_fit_one_key_policy(self) -> Self:
        size = sum(len(repository.secret) + KEY_POLICY_BYTES_PER_SECRET for repository in self.repositories)
        if size > KEY_POLICY_BYTES - KEY_POLICY_BYTES_ELSEWHERE:
            raise ValueError(
                "field secret: shorten the names or list fewer repositories, together they exceed what"
                f" fits into one key policy ({KEY_POLICY_BYTES} bytes)"
            )
        return self


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


def load(path: Path) -> Configuration:
    """Read and validate a configuration file.

    Raises:
        ConfigurationError: the file cannot be read, is not YAML or says something that cannot be built;
            the message names file, entry, field and fix, a line for each fault.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text, save it as such.") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Configuration:
    """Validate the text of a configuration file; name is what messages call it.

    Raises:
        ConfigurationError: see `load`.
    """
    try:
        document = yaml.load(text, _UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{name}{where}: is not valid YAML: {error.problem}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name}: is not valid YAML: {str(error).splitlines()[0]}.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{name}: write `repositories:` and under it a list of repositories.")
    try:
        return Configuration.model_validate(document)
    except ValidationError as error:
        faults = [f"{name}: {_explain(fault, document)}." for fault in error.errors(include_url=False)]
        raise ConfigurationError("\n".join(faults)) from error


class _UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice in one place", key.start_mark
                )
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


# What pydantic found, in this project's words. The value that was found is never repeated: it may be a token.
_FIXES = {
    "missing": "is missing, add it",
    "extra_forbidden": "is unknown, remove it or correct its spelling",
    "string_type": "must be text, put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, one `- ` line for each entry",
    "model_type": "must be fields with values, such as `id: GitHubPackages`",
    "too_short": "must not be empty, list at least one",
    "string_too_short": "must not be empty",
}


def _explain(fault: Any, document: dict[str, Any]) -> str:
    """Return the entry, the field and the fix of one fault that pydantic reported."""
    location, kind, context = list(fault["loc"]), fault["type"], fault.get("ctx", {})
    entry = ""
    if location[:1] == ["repositories"] and len(location) > 1:
        entry = _entry(location[1], document["repositories"])
        location = location[2:]
    field = f"field {'.'.join(str(part) for part in location)}: " if location else ""
    if kind == "value_error":
        fix = str(context["error"])
    elif kind == "literal_error":
        fix = f"is unknown, use {context['expected']}"
    elif kind == "too_long":
        fix = f"has {context['actual_length']} entries, but {context['max_length']} at most are possible"
        if fault["loc"] == ("repositories",):
            fix += f" ({PARAMETERS_PER_TEMPLATE} parameters per template), split them into several files"
    elif kind == "string_too_long":
        fix = f"is too long, use {context['max_length']} characters at most"
    else:
        fix = _FIXES.get(kind, fault["msg"])
    return f"{entry}{field}{fix}"


def _entry(index: int, repositories: list[Any]) -> str:
    """Return how to find one entry of the list: its number, and its id where it has one."""
    repository = repositories[index]
    name = repository.get("id") if isinstance(repository, dict) else None
    return f"repository {index + 1} ({name}), " if isinstance(name, str) else f"repository {index + 1}, "

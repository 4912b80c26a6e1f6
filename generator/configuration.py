"""The configuration: `repositories.yaml`, read and validated."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from generator.errors import ConfigurationError

PARAMETERS_PER_TEMPLATE = 200  # a quota of CloudFormation
PARAMETERS_OF_THE_ROLE_CHECK = 6
PARAMETERS_PER_REPOSITORY = 2
MAXIMUM_REPOSITORIES = (PARAMETERS_PER_TEMPLATE - PARAMETERS_OF_THE_ROLE_CHECK) // PARAMETERS_PER_REPOSITORY

KEY_POLICY_BYTES = 32_768  # a quota of KMS
KEY_POLICY_BYTES_PER_SECRET = 80  # of the secret's ARN around its name
KEY_POLICY_BYTES_PER_PRINCIPAL = 30  # of the ARN around a build role's name
KEY_POLICY_BYTES_ELSEWHERE = 2_000

REPOSITORY_ID = r"[A-Za-z][A-Za-z0-9]{0,63}"

SECRET_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"  # noqa: S105 - a pattern, not a secret
"""What Secrets Manager takes for a name; it holds nothing that a policy would read as a wildcard."""

ROLE_PATH_AND_NAME = r"(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}"
"""An IAM role's path and name without the leading slash, and without wildcards."""

ORGANIZATIONAL_UNIT = "ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}"
ORGANIZATION_PATH = rf"o-[a-z0-9]{{10,32}}/(?:\*|r-[a-z0-9]{{4,32}}/(?:{ORGANIZATIONAL_UNIT}/)*\*?)"


def _matches(pattern: str, fix: str) -> AfterValidator:
    def validate(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(fix)
        return value

    return AfterValidator(validate)


def _https_url(url: str) -> str:
    fix = "write an address such as https://npm.pkg.github.com, without user, token, query or fragment"
    if re.search(r"[^!-~]|[?#]", url):
        raise ValueError(fix)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where the port is none
    except ValueError:
        raise ValueError(fix) from None
    if parts.scheme != "https" or not re.fullmatch(r"[A-Za-z0-9._-]+(?::[0-9]+)?", parts.netloc):
        raise ValueError(fix)
    return url


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
    """Prefixes the names of parameters, resources and outputs."""
    manager: Literal["npm", "yarn", "pip", "maven"]
    """The package manager that the pre-build hook configures; yarn means yarn 2 and newer."""
    url: Annotated[str, AfterValidator(_https_url)]
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
    description: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_one_line)] = (
        "Token of a private package repository"
    )

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
        Field(max_length=10, strict=False),
        AfterValidator(_not_empty),
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

    @field_validator("build_roles")
    @classmethod
    def _role_names_are_unique(cls, build_roles: tuple[str, ...]) -> tuple[str, ...]:
        if twice := _first_pair([role.split("/")[-1].lower() for role in build_roles]):
            raise ValueError(f"entries {twice} have the same name, of which an account has one role at most")
        return build_roles

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for field in ("id", "secret"):
            if twice := _first_pair([getattr(repository, field) for repository in self.repositories]):
                raise ValueError(f"repositories {twice}, field {field}: are the same, give each its own")
        return self

    @model_validator(mode="after")
    def _names_fit_one_key_policy(self) -> Self:
        secrets = sum(len(each.secret) + KEY_POLICY_BYTES_PER_SECRET for each in self.repositories)
        principals = sum(
            len(each) + KEY_POLICY_BYTES_PER_PRINCIPAL
            for each in (*self.build_roles, *self.organization_paths)
        )
        # The principals stand in two statements, the secrets in one.
        if secrets + 2 * principals > KEY_POLICY_BYTES - KEY_POLICY_BYTES_ELSEWHERE:
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
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigurationError(
            f"{name}, line {line}, column {column}: is not valid YAML: remove the control character."
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{name}{where}: is not valid YAML: {_explain_yaml(error)}.") from error
    except RecursionError as error:
        raise ConfigurationError(f"{name}: is not valid YAML: is nested too deeply.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{name}: write `repositories:` and under it a list of repositories.")
    try:
        return Configuration.model_validate(document)
    except ValidationError as error:
        faults = [f"{name}: {_explain(fault, document)}." for fault in error.errors(include_url=False)]
        raise ConfigurationError("\n".join(faults)) from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would silently keep the last, and tags.

    Without tags, only plain values are left that can be malformed: a date or a number.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(
                None, None, "remove the tag, or put text that begins with ! in quotes", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, ValueError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, "this is no date or number, put it in quotes", node.start_mark
            ) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {_shown(key.value)} stands twice in one place", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_YAML_FIXES = {
    r"'\t'": "indent with blanks, not with tabs",
    "cannot start any token": "put text that begins with this character in quotes",
    "mapping values are not allowed": "put text that holds a colon in quotes, or correct the indentation",
    "expected <block end>": "indent this line like the others of its entry, or correct the line before",
    "but got '<stream end>'": "close the bracket or brace that is open before here",
    "but found another document": "holds several documents, keep one and remove the lines `---`",
    "found undefined alias": "put text that begins with * in quotes",
    "found unhashable key": "a field's name must be text, put text that begins with { or [ in quotes",
    "could not determine a constructor": "put = in quotes",
}
"""What to do about what PyYAML often finds, by a part of its words."""


def _explain_yaml(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    for part, fix in _YAML_FIXES.items():
        if part in problem:
            return fix
    # PyYAML quotes names of anchors and the like, which begin what may be a token.
    return re.sub(r"(anchor|handle) '.*'", r"\1", problem)


def _shown(name: object) -> str:
    """Return a name for a message if it is a word: whatever else it is may be a token."""
    is_word = isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z_-]{0,31}", name)
    return str(name) if is_word else "(not shown)"


# What pydantic found, in this project's words. The value that was found is never repeated: it may be a token.
_FIXES = {
    "missing": "is missing, add it",
    "extra_forbidden": "is unknown, remove it or correct its spelling",
    "string_type": "must be text, put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, one `- ` line for each entry",
    "model_type": "must be fields with values, such as `id: GitHubPackages`",
    "string_too_short": "must not be empty",
    "string_unicode": "must be text, write it without escapes",
    "invalid_key": "is unknown, remove it or correct its spelling",
}


def _explain(fault: Any, document: dict[str, Any]) -> str:
    """Return the entry, the field and the fix of one fault that pydantic reported."""
    location, kind, context = list(fault["loc"]), fault["type"], fault.get("ctx", {})
    places = []
    if location[:1] == ["repositories"] and len(location) > 1:
        places.append(_entry(location[1], document["repositories"]))
        location = location[2:]
    if location:
        places.append(f"field {_shown(location[0])}")
        places += [f"entry {index + 1}" for index in location[1:]]
    where = f"{', '.join(places)}: " if places else ""
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
    return f"{where}{fix}"


def _entry(index: int, repositories: list[Any]) -> str:
    """Return how to find one entry of the list: its number, and its id where it has one."""
    repository = repositories[index]
    name = repository.get("id") if isinstance(repository, dict) else None
    is_valid = isinstance(name, str) and re.fullmatch(REPOSITORY_ID, name)
    return f"repository {index + 1} ({name})" if is_valid else f"repository {index + 1}"

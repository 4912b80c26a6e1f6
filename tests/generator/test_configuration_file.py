"""What repositories.yaml may say, and what its author is told otherwise."""

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator import configuration_file
from generator.configuration import DEFAULT, MAXIMUM_REPOSITORIES
from generator.errors import ConfigurationError
from tests import ROOT
from tests.generator.conftest import unprivileged

ENTRY = {"id": "Acme", "manager": "npm", "url": "https://npm.acme.example", "secret": "/acme/token"}
ACCEPTABLE = """\
# A comment
repositories:
  - id: Acme
    manager: npm
    url: https://npm.acme.example
    scope: "@acme"
    secret: /acme/token
    description: Token of Acme
build_roles: [stackery/stackery-deployer]
organization_paths:
  - o-a1b2c3d4e5/*
block_public_policy: false
"""
TOKEN = "ghp_R5tEvXq7Zw3LmK9s"


def text_of(*entries: Any, **fields: Any) -> str:
    return yaml.safe_dump({"repositories": list(entries)} | fields)


def refusal_of(text: str) -> str:
    """Return what the author of this text is told."""
    with pytest.raises(ConfigurationError) as refusal:
        configuration_file.parse(text, "repositories.yaml")
    return str(refusal.value)


def accept_or_refuse(text: str) -> str:
    """Return what the author of this text is told, nothing where it is accepted."""
    try:
        configuration_file.parse(text, "repositories.yaml")
    except ConfigurationError as refusal:
        for line in str(refusal).splitlines():
            assert re.fullmatch(r"repositories\.yaml[:,] .*\.", line), line
            assert line.isprintable(), line
        return str(refusal)
    return ""


def without(field: str) -> dict[str, str]:
    return {name: value for name, value in ENTRY.items() if name != field}


def test_everything_that_can_be_said() -> None:
    accepted = configuration_file.parse(ACCEPTABLE, "repositories.yaml")
    assert accepted.model_dump(exclude_none=True) == {
        "repositories": (ENTRY | {"scope": "@acme", "description": "Token of Acme"},),
        "role_check": "stackery",
        "build_roles": ("stackery/stackery-deployer",),
        "organization_paths": ("o-a1b2c3d4e5/*",),
        "block_public_policy": False,
    }


def test_what_is_not_said_is_as_in_the_manual_procedure() -> None:
    accepted = configuration_file.parse(text_of(ENTRY), "repositories.yaml")
    assert accepted.build_roles == ("stackery/stackery-factory-role", "stackery/stackery-deployer")
    assert accepted.role_check == "stackery"
    assert accepted.organization_paths == ()
    assert accepted.block_public_policy is False
    assert accepted.repositories[0].scope is None
    assert accepted.repositories[0].description == "Token of a private package repository"


def test_without_role_check_roles_can_have_wildcards_and_one_name_under_several_paths() -> None:
    roles = ["codebuild-acme-*", "ci/builder", "team-?/builder", "*/deploy", "Ci/Builder"]
    accepted = configuration_file.parse(text_of(ENTRY, role_check="none", build_roles=roles), "f.yaml")
    assert accepted.build_roles == tuple(roles)


def test_the_committed_file_says_what_holds_without_one() -> None:
    assert configuration_file.load(ROOT / "repositories.yaml") == DEFAULT


def test_what_the_committed_file_has_as_remarks_can_be_used() -> None:
    """Whoever takes the mark from an example has a valid one."""
    text = (ROOT / "repositories.yaml").read_text()
    used = re.sub(r"(?m)^( *)# ((?:- |  )*[a-z_]+:(?: \S+)?|  - \S+)$", r"\1\2", text)
    found = configuration_file.parse(used, "repositories.yaml")
    assert [each.id for each in found.repositories] == ["GitHubPackages", "PyPI", "Maven"]
    assert found.repositories[0].scope == "@acme"
    assert found.build_roles == DEFAULT.build_roles
    assert found.organization_paths == ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",)


URL = "field url: write an address such as https://npm.pkg.github.com, without user, token, query or fragment"
ID = "field id: use letters and digits only, a letter first, 64 at most: CloudFormation takes nothing else"
SECRET = "field secret: use letters, digits and /_+=.@- only, 512 at most: Secrets Manager takes no others"
SCOPE = "field scope: write it as npm does: @ and a name, @acme"
MANAGER = "field manager: is unknown, use 'npm', 'yarn', 'pip' or 'maven'"
ONE_LINE = "field description: write one line of text without blanks at its ends"
NO_FIELDS = "must be fields with values, such as `id: GitHubPackages`"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"url": "http://npm.acme.example"}, URL, id="a url that is not https"),
        pytest.param({"url": "npm.acme.example"}, URL, id="a url without a scheme"),
        pytest.param({"url": "https://"}, URL, id="a url without a host"),
        pytest.param({"url": "https://:443/x"}, URL, id="a url with a port but no host"),
        pytest.param({"url": "https://npm.acme.example:99999"}, URL, id="a url with an impossible port"),
        pytest.param({"url": "https://npm.acme.example:"}, URL, id="a url with an empty port"),
        pytest.param({"url": "https://[::1"}, URL, id="a url with half a bracket"),
        pytest.param({"url": "https://me:secret@npm.acme.example"}, URL, id="a url with user and token"),
        pytest.param({"url": "https://secret@npm.acme.example"}, URL, id="a url with a token"),
        pytest.param({"url": "https://npm.acme.example/a b"}, URL, id="a url with a blank"),
        pytest.param({"url": "https://npm.acme.example\n"}, URL, id="a url with a line break"),
        pytest.param({"url": "https://npm.acmé.example"}, URL, id="a url that is not ASCII"),
        pytest.param({"url": "https://npm.acme.example?token=x"}, URL, id="a url with a query"),
        pytest.param({"url": "https://npm.acme.example/#"}, URL, id="a url with a fragment"),
        pytest.param({"url": "https://<account>.jfrog.io"}, URL, id="a url with a placeholder"),
        pytest.param({"url": ""}, URL, id="an empty url"),
        pytest.param({"scope": "acme"}, SCOPE, id="a scope without @"),
        pytest.param({"scope": "@"}, SCOPE, id="a scope without a name"),
        pytest.param({"scope": ""}, SCOPE, id="an empty scope"),
        pytest.param({"scope": "@acme/thing"}, SCOPE, id="a package instead of a scope"),
        pytest.param({"scope": "@Acme"}, SCOPE, id="a scope that npm would not take"),
        pytest.param(
            {"manager": "pip", "scope": "@acme"},
            "field scope: remove it, only npm and yarn can use it",
            id="a scope for pip",
        ),
        pytest.param({"manager": "gem"}, MANAGER, id="an unknown package manager"),
        pytest.param({"manager": "NPM"}, MANAGER, id="a package manager in capitals"),
        pytest.param({"manager": ["npm"]}, MANAGER, id="a list of package managers"),
        pytest.param({"manager": "gem", "scope": "@acme"}, MANAGER, id="a scope for an unknown manager"),
        pytest.param({"secret": ""}, SECRET, id="an empty secret name"),
        pytest.param({"secret": "a b"}, SECRET, id="a secret name with a blank"),
        pytest.param({"secret": "a*"}, SECRET, id="a secret name with a wildcard"),
        pytest.param({"secret": "a?"}, SECRET, id="a secret name with another wildcard"),
        pytest.param({"secret": "${AWS::Region}"}, SECRET, id="a secret name with a reference"),
        pytest.param({"secret": "arn:aws:secretsmanager:x:1:secret:y"}, SECRET, id="a secret's ARN"),
        pytest.param({"secret": "a" * 513}, SECRET, id="a secret name that is too long"),
        pytest.param({"secret": "a\n"}, SECRET, id="a secret name with a line break"),
        pytest.param({"description": ""}, "field description: must not be empty", id="an empty description"),
        pytest.param(
            {"description": "x" * 513},
            "field description: is too long, use 512 characters at most",
            id="a description that is too long",
        ),
        pytest.param({"description": "two\nlines"}, ONE_LINE, id="a description of two lines"),
        pytest.param({"description": "a block\n"}, ONE_LINE, id="a description as a block"),
        pytest.param({"description": " "}, ONE_LINE, id="a blank description"),
        pytest.param({"description": "bell \a"}, ONE_LINE, id="a description with a control character"),
        pytest.param(
            {"manger": "npm"},
            "field manger: is unknown, remove it or correct its spelling",
            id="a misspelt field",
        ),
        pytest.param(
            {"token": TOKEN},
            "field token: is unknown, remove it or correct its spelling",
            id="a token where it must never be",
        ),
        pytest.param(
            {5: "x"},
            "field (not shown): is unknown, remove it or correct its spelling",
            id="a field whose name is no text",
        ),
        pytest.param({"secret": 5}, "field secret: must be text, put it in quotes", id="a number for text"),
        pytest.param({"secret": True}, "field secret: must be text, put it in quotes", id="yes for text"),
        pytest.param({"secret": None}, "field secret: must be text, put it in quotes", id="nothing for text"),
        pytest.param({"secret": ["x"]}, "field secret: must be text, put it in quotes", id="a list for text"),
        pytest.param(
            {"description": date(2020, 1, 1)},
            "field description: must be text, put it in quotes",
            id="a date for text",
        ),
    ],
)
def test_a_fault_in_an_entry_is_told_with_the_entry_the_field_and_the_fix(
    fields: dict[Any, Any], fault: str
) -> None:
    first = ENTRY | {"id": "First", "secret": "first"}
    assert refusal_of(text_of(first, ENTRY | fields)) == f"repositories.yaml: repository 2 (Acme), {fault}."


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        pytest.param("my-packages", ID, id="a hyphen"),
        pytest.param("2npm", ID, id="a digit first"),
        pytest.param("", ID, id="nothing"),
        pytest.param("A" * 65, ID, id="too long"),
        pytest.param("Ä", ID, id="not ASCII"),
        pytest.param("A\n", ID, id="a line break"),
        pytest.param(5, "field id: must be text, put it in quotes", id="a number"),
        pytest.param(False, "field id: must be text, put it in quotes", id="no, which YAML takes for false"),
    ],
)
def test_an_id_that_cloudformation_would_refuse(value: Any, fault: str) -> None:
    assert refusal_of(text_of(ENTRY | {"id": value})) == f"repositories.yaml: repository 1, {fault}."


@pytest.mark.parametrize("field", ["id", "manager", "url", "secret"])
def test_a_missing_field(field: str) -> None:
    entry = "repository 1" if field == "id" else "repository 1 (Acme)"
    expected = f"repositories.yaml: {entry}, field {field}: is missing, add it."
    assert refusal_of(text_of(without(field))) == expected


@pytest.mark.parametrize("entry", ["text", 5, None, ["id"]])
def test_an_entry_that_has_no_fields(entry: Any) -> None:
    assert refusal_of(text_of(entry)) == f"repositories.yaml: repository 1: {NO_FIELDS}."


ROLE = (
    "write a role's path and name without a leading slash, stackery/stackery-deployer; wildcards need"
    " `role_check: none`"
)
ROLE_OR_PATTERN = "write a role's path and name without a leading slash, ci/builder or codebuild-acme-*"
ANY_NAME = "would let roles of any name read: beside wildcards, a name needs letters or digits"
PATH = "write a path of aws:PrincipalOrgPaths, o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"
FIRST_ROLE = "field build_roles, entry 1"
FIRST_PATH = "field organization_paths, entry 1"
NOT_A_LIST = "must be a list, one `- ` line for each entry"
EMPTY = "must not be empty, list at least one"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"repositories": []}, f"field repositories: {EMPTY}", id="no repositories"),
        pytest.param({"repositories": ENTRY}, f"field repositories: {NOT_A_LIST}", id="an entry, not a list"),
        pytest.param({"repositories": None}, f"field repositories: {NOT_A_LIST}", id="nothing for a list"),
        pytest.param({"repositories": "npm"}, f"field repositories: {NOT_A_LIST}", id="text for a list"),
        pytest.param(
            {"repository": []},
            "field repository: is unknown, remove it or correct its spelling",
            id="an unknown field",
        ),
        pytest.param({"build_roles": []}, f"field build_roles: {EMPTY}", id="no build roles"),
        pytest.param({"build_roles": "a/b"}, f"field build_roles: {NOT_A_LIST}", id="one build role"),
        pytest.param({"build_roles": None}, f"field build_roles: {NOT_A_LIST}", id="nothing for build roles"),
        pytest.param(
            {"build_roles": ["a", "/b/c"]}, f"field build_roles, entry 2: {ROLE}", id="a leading slash"
        ),
        pytest.param({"build_roles": ["a/*"]}, f"{FIRST_ROLE}: {ROLE}", id="a wildcard"),
        pytest.param({"build_roles": ["a?"]}, f"{FIRST_ROLE}: {ROLE}", id="another wildcard"),
        pytest.param({"build_roles": ["${a}"]}, f"{FIRST_ROLE}: {ROLE}", id="a reference in a role"),
        pytest.param(
            {"build_roles": ["arn:aws:iam::1:role/a"]},
            f"{FIRST_ROLE}: {ROLE}",
            id="a role's ARN",
        ),
        pytest.param({"build_roles": ["a/"]}, f"{FIRST_ROLE}: {ROLE}", id="a path without name"),
        pytest.param({"build_roles": ["a" * 65]}, f"{FIRST_ROLE}: {ROLE}", id="a role that is too long"),
        pytest.param(
            {"build_roles": [7]},
            "field build_roles, entry 1: must be text, put it in quotes",
            id="a number for a role",
        ),
        pytest.param(
            {"build_roles": [f"r{number}" for number in range(11)]},
            "field build_roles: has 11 entries, but 10 at most are possible",
            id="too many build roles",
        ),
        pytest.param(
            {"build_roles": ["a/Builder", "x", "b/builder"]},
            "field build_roles: entries 1 and 3 have the same name, of which an account has one role at most",
            id="two build roles of one name",
        ),
        pytest.param(
            {"build_roles": ["x", "a/b", "a/b"]},
            "field build_roles: entries 2 and 3 are the same, remove one",
            id="a build role twice",
        ),
        pytest.param(
            {"role_check": "None"},
            "field role_check: is unknown, use 'stackery' or 'none'",
            id="a role check that there is not",
        ),
        pytest.param(
            {"role_check": "none"},
            "field build_roles: is missing, list the roles that may read, which have no default with"
            " `role_check: none`",
            id="no role check and no build roles",
        ),
        *(
            pytest.param(
                {"role_check": "none", "build_roles": [role]},
                f"{FIRST_ROLE}: {fault}",
                id=f"without role check: {role[:9]}",
            )
            for role, fault in (
                ("*", ANY_NAME),
                ("**", ANY_NAME),
                ("?*", ANY_NAME),
                ("*-*", ANY_NAME),
                ("*/*", ANY_NAME),
                ("ci/*", ANY_NAME),
                ("/ci/a", ROLE_OR_PATTERN),
                ("ci//a", ROLE_OR_PATTERN),
                ("a[b]", ROLE_OR_PATTERN),
                ("${a}", ROLE_OR_PATTERN),
                ("arn:aws:iam::*:role/a", ROLE_OR_PATTERN),
                ("a" * 65, ROLE_OR_PATTERN),
            )
        ),
        *(
            pytest.param({"organization_paths": [path]}, f"{FIRST_PATH}: {PATH}", id=path)
            for path in (
                "*",
                "ou-ab12-11111111",
                "o-a1b2c3d4e5",
                "o-a1b2c3d4e5/",
                "o-a1b2c3d4e5*",
                "o-a1b2c3d4e5/r-ab12",
                "o-a1b2c3d4e5/ou-ab12-11111111/*",
                "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111",
                "o-a1b2c3d4e5/r-ab12/ou-ab12/",
                "o-A1B2C3D4E5/*",
                "/o-a1b2c3d4e5/*",
                "${AWS::AccountId}",
            )
        ),
        pytest.param(
            {"organization_paths": "o-a1b2c3d4e5/*"},
            f"field organization_paths: {NOT_A_LIST}",
            id="one organization path",
        ),
        pytest.param(
            {"block_public_policy": "true"},
            "field block_public_policy: must be true or false",
            id="text for true",
        ),
        pytest.param(
            {"block_public_policy": 1}, "field block_public_policy: must be true or false", id="1 for true"
        ),
    ],
)
def test_a_fault_outside_the_entries_is_told_with_the_field_and_the_fix(
    fields: dict[str, Any], fault: str
) -> None:
    document = {"repositories": [ENTRY]} | fields
    assert refusal_of(yaml.safe_dump(document)) == f"repositories.yaml: {fault}."


@pytest.mark.parametrize(
    "path",
    [
        "o-a1b2c3d4e5/*",
        "o-a1b2c3d4e5/r-ab12/",
        "o-a1b2c3d4e5/r-ab12/*",
        "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/",
    ],
)
def test_paths_as_the_documentation_of_aws_writes_them(path: str) -> None:
    accepted = configuration_file.parse(text_of(ENTRY, organization_paths=[path]), "repositories.yaml")
    assert accepted.organization_paths == (path,)


@pytest.mark.parametrize("manager", ["npm", "yarn"])
def test_a_scope_is_for_managers_that_read_the_registry_of_npm(manager: str) -> None:
    text = text_of(ENTRY | {"manager": manager, "scope": "@acme"})
    assert configuration_file.parse(text, "repositories.yaml").repositories[0].scope == "@acme"


@pytest.mark.parametrize("field", ["id", "secret"])
def test_two_repositories_may_not_share(field: str) -> None:
    other = ENTRY | {"id": "Other", "secret": "other"}
    third = ENTRY | {"id": "Third", "secret": "third"} | {field: ENTRY[field]}
    assert refusal_of(text_of(ENTRY, other, third)) == (
        f"repositories.yaml: repositories 1 and 3, field {field}: are the same, give each its own."
    )


def test_all_faults_are_told_at_once_a_line_for_each() -> None:
    text = text_of(ENTRY | {"url": "x", "scope": "y"}, without("manager"), build_roles=["*"])
    assert refusal_of(text).splitlines() == [
        f"repositories.yaml: repository 1 (Acme), {URL}.",
        f"repositories.yaml: repository 1 (Acme), {SCOPE}.",
        "repositories.yaml: repository 2 (Acme), field manager: is missing, add it.",
        f"repositories.yaml: field build_roles, entry 1: {ROLE}.",
    ]


def many(count: int, secret_length: int = 5) -> list[dict[str, str]]:
    return [
        ENTRY | {"id": f"R{number}", "secret": f"{number:05}".ljust(secret_length, "x")}
        for number in range(count)
    ]


def test_as_many_repositories_as_a_template_has_parameters() -> None:
    assert MAXIMUM_REPOSITORIES == 96
    accepted = configuration_file.parse(text_of(*many(96)), "repositories.yaml")
    assert len(accepted.repositories) == 96


def test_one_repository_more_is_refused_with_the_reason() -> None:
    assert refusal_of(text_of(*many(97))) == (
        "repositories.yaml: field repositories: has 97 entries, but 96 at most are possible"
        " (200 parameters per template), split them into several files."
    )


@pytest.mark.parametrize(
    ("entries", "fields"),
    [
        pytest.param(many(96, secret_length=300), {}, id="long names of secrets"),
        pytest.param(
            many(60, secret_length=300),
            {"build_roles": [f"{'p' * 1200}/r{number}" for number in range(10)]},
            id="build roles as well",
        ),
    ],
)
def test_what_would_exceed_the_key_policy_is_refused(entries: list[Any], fields: dict[str, Any]) -> None:
    assert refusal_of(text_of(*entries, **fields)) == (
        "repositories.yaml: fields secret, build_roles and organization_paths: shorten the names or list"
        " fewer, together they exceed what fits into one key policy (32768 bytes)."
    )


ORGANIZATION_PATH = f"o-{'a' * 32}/r-{'b' * 32}/" + f"ou-{'c' * 32}-{'d' * 32}/" * 2


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"build_roles": [f"{'p' * 2100}/r{number}" for number in range(10)]}, id="build roles"),
        pytest.param(
            {"organization_paths": [ORGANIZATION_PATH + f"ou-{'c' * 32}-{'d' * 32}/"] * 100}, id="paths"
        ),
        pytest.param(
            {
                "role_check": "none",
                "build_roles": [f"{'p/' * depth}build*" for depth in range(10)],
                "organization_paths": [ORGANIZATION_PATH] * 20,
            },
            id="paths for each depth of wildcards",
        ),
    ],
)
def test_what_would_exceed_the_policy_of_a_secret_is_refused(fields: dict[str, Any]) -> None:
    assert refusal_of(text_of(*many(1), **fields)) == (
        "repositories.yaml: fields build_roles and organization_paths: shorten the names or list fewer,"
        " together they exceed what fits into the policy of a secret (20480 bytes)."
    )


UNREADABLE = "is not valid YAML"
INDENTATION = "indent this line like the others of its entry, or correct the line before"
NO_LIST = "repositories.yaml: write `repositories:` and under it a list of repositories."
NO_DATE = "is not valid YAML: this is no date or number, put it in quotes"
NO_TEXT = "a field's name must be text, put text that begins with { or [ in quotes"
TAG = "is not valid YAML: remove the tag, or put text that begins with ! in quotes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", NO_LIST, id="an empty file"),
        pytest.param("# nothing\n", NO_LIST, id="only a comment"),
        pytest.param("null", NO_LIST, id="null"),
        pytest.param("- id: Acme\n", NO_LIST, id="a list"),
        pytest.param("repositories", NO_LIST, id="a word"),
        pytest.param("---\n", NO_LIST, id="an empty document"),
    ],
)
def test_a_document_that_is_something_else(text: str, message: str) -> None:
    assert refusal_of(text) == message


@pytest.mark.parametrize(
    ("text", "line", "column", "fault"),
    [
        pytest.param(
            "repositories:\n  - id: [Acme\n",
            *(3, 1, f"{UNREADABLE}: close the bracket or brace that is open before here"),
            id="a bracket that stays open",
        ),
        pytest.param(
            "repositories:\n  - id: Acme\n   manager: npm\n",
            *(3, 4, f"{UNREADABLE}: {INDENTATION}"),
            id="a line that is indented too little",
        ),
        pytest.param(
            "repositories:\n\t- id: Acme\n",
            *(2, 1, f"{UNREADABLE}: indent with blanks, not with tabs"),
            id="a tab",
        ),
        pytest.param(
            "scope: @acme\n",
            *(1, 8, f"{UNREADABLE}: put text that begins with this character in quotes"),
            id="a scope without quotes",
        ),
        pytest.param(
            "description: Token: for npm\n",
            *(1, 19, f"{UNREADABLE}: put text that holds a colon in quotes, or correct the indentation"),
            id="a colon inside text",
        ),
        pytest.param(
            f"token: *{TOKEN}\n",
            *(1, 8, f"{UNREADABLE}: put text that begins with * in quotes"),
            id="an unknown alias",
        ),
        pytest.param(
            "url: {{ url }}\n",
            *(
                1,
                7,
                f"{UNREADABLE}: a field's name must be text, put text that begins with {{ or [ in quotes",
            ),
            id="a placeholder of another tool",
        ),
        pytest.param(
            "build_roles: []\nrepositories: []\nbuild_roles: []\n",
            *(3, 1, f"{UNREADABLE}: the key build_roles stands twice in one place"),
            id="a field that stands twice",
        ),
        pytest.param(
            f"repositories: [{{{TOKEN}: 1, {TOKEN}: 2}}]\n",
            *(1, 42, f"{UNREADABLE}: the key (not shown) stands twice in one place"),
            id="a strange field that stands twice",
        ),
        pytest.param(
            "repositories: []\n---\nrepositories: []\n",
            *(2, 1, f"{UNREADABLE}: holds several documents, keep one and remove the lines `---`"),
            id="several documents",
        ),
        pytest.param(
            "\nid: \0", *(2, 5, f"{UNREADABLE}: remove the control character"), id="a control character"
        ),
        pytest.param("id: 2020-13-45", *(1, 5, NO_DATE), id="a date that is none"),
        pytest.param("id: " + "9" * 5000, *(1, 5, NO_DATE), id="a number that is too long"),
        pytest.param("id: 1" + ":0" * 400 + ".5", *(1, 5, NO_DATE), id="a number to the base of sixty"),
        pytest.param(
            f"id: !{TOKEN.replace('_', '-')}!x y",
            *(1, 5, f"{UNREADABLE}: found undefined tag handle"),
            id="a tag of an unknown handle",
        ),
        pytest.param("id: =", *(1, 5, f"{UNREADABLE}: put = in quotes"), id="YAML's forgotten default key"),
        pytest.param(
            "a: &x {<<: 5}",
            *(1, 12, f"{UNREADABLE}: expected a mapping or list of mappings for merging, but found scalar"),
            id="a merge of nothing",
        ),
        *(
            pytest.param(f"repositories: {value}", *(1, 15, TAG), id=value)
            for value in (
                "!!python/object/apply:os.system [false]",
                "!!set {a, b}",
                "!!map text",
                "!!map [[a, b]]",
                "!!timestamp text",
                "!!bool text",
                "!!int ''",
                "!!binary text",
                f"!{TOKEN} text",
                "! text",
            )
        ),
    ],
)
def test_bad_yaml_is_told_with_line_and_column(text: str, line: int, column: int, fault: str) -> None:
    assert refusal_of(text) == f"repositories.yaml, line {line}, column {column}: {fault}."


def test_a_python_tag_constructs_nothing(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    refusal_of(
        f"repositories: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path"
        f" ['{witness}']]"
    )
    assert not witness.exists()


@pytest.fixture
def python_s_own_recursion_limit() -> Iterator[None]:
    """Libraries that other tests of the same process use raise it."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("python_s_own_recursion_limit")
@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 2000, "- " * 5000])
def test_what_is_nested_too_deeply(text: str) -> None:
    assert refusal_of(text) == "repositories.yaml: is not valid YAML: is nested too deeply."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repositories: &all [*all]", f"repositories.yaml: repository 1: {NO_FIELDS}."),
        ("&all {repositories: *all}", f"repositories.yaml: field repositories: {NOT_A_LIST}."),
        ("&all {<<: *all}", "repositories.yaml: field repositories: is missing, add it."),
    ],
)
def test_a_document_that_holds_itself_ends(text: str, message: str) -> None:
    assert refusal_of(text) == message


def test_anchors_and_merges_spare_repetition() -> None:
    text = """\
repositories:
  - &acme {id: A, manager: npm, url: https://npm.acme.example, secret: a}
  - {<<: *acme, id: B, secret: b}
"""
    first, second = configuration_file.parse(text, "repositories.yaml").repositories
    assert (first.url, first.id) == (second.url, "A")


def load_refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refusal:
        configuration_file.load(path)
    return str(refusal.value)


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert load_refusal(path) == f"{path}: cannot be read: No such file or directory."


def test_a_directory_instead_of_a_file(tmp_path: Path) -> None:
    assert load_refusal(tmp_path) == f"{tmp_path}: cannot be read: Is a directory."


def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.yaml"
    path.touch(mode=0)
    with unprivileged():
        assert load_refusal(path) == f"{path}: cannot be read: Permission denied."


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_that_is_not_utf_8(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "repositories.yaml"
    path.write_text("description: Clé", encoding)
    assert load_refusal(path) == f"{path}: is not UTF-8 text, save it as such."


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_as_editors_on_other_systems_save_them(tmp_path: Path, line_end: str, mark: str) -> None:
    path = tmp_path / "repositories.yaml"
    path.write_text(mark + ACCEPTABLE, "utf-8", newline=line_end)
    assert configuration_file.load(path) == configuration_file.parse(ACCEPTABLE, "repositories.yaml")


# A value may be a token that slipped into the wrong place, so no message repeats one.


@pytest.mark.parametrize("field", ["id", "manager", "url", "scope", "secret", "description", "token"])
@pytest.mark.parametrize("value", [f"https://me:{TOKEN}@host\n", [TOKEN], {TOKEN: TOKEN}, {TOKEN}])
def test_a_value_of_an_entry_is_not_repeated(field: str, value: Any) -> None:
    assert TOKEN not in refusal_of(text_of(ENTRY | {field: value}))


@pytest.mark.parametrize(
    "field",
    ["repositories", "role_check", "build_roles", "organization_paths", "block_public_policy", "token"],
)
@pytest.mark.parametrize("value", [f"*{TOKEN}", [f"*{TOKEN}"], {TOKEN: TOKEN}])
def test_a_value_outside_the_entries_is_not_repeated(field: str, value: Any) -> None:
    assert TOKEN not in refusal_of(yaml.safe_dump({"repositories": [ENTRY], field: value}))


def test_a_token_for_two_secret_names_is_not_repeated() -> None:
    entries = [ENTRY | {"secret": TOKEN}, ENTRY | {"id": "Other", "secret": TOKEN}]
    assert TOKEN not in refusal_of(text_of(*entries))


@given(
    position=st.integers(0, len(ACCEPTABLE)),
    before=st.text(" \n\t:-,*&!|>{}[]@%#'\"?<", max_size=4),
    after=st.text(" \n\t:-,*&!|>{}[]@%#'\"?<", max_size=4),
)
def test_a_token_pasted_anywhere_is_not_repeated(position: int, before: str, after: str) -> None:
    text = ACCEPTABLE[:position] + before + TOKEN + after + ACCEPTABLE[position:]
    assert TOKEN not in accept_or_refuse(text)


# Nothing that a file may hold raises anything but a ConfigurationError, whose message can be printed.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=20)
    | st.sampled_from([*ENTRY.values(), "@acme", "\ud800", "\x1b[31m"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(list(ENTRY)) | SCALARS.filter(lambda key: key == key), inner)
    ),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries({}, optional=dict.fromkeys((*ENTRY, "scope", "description"), VALUES))
DOCUMENTS = VALUES | st.fixed_dictionaries(
    {"repositories": VALUES | st.lists(ENTRIES, max_size=3)},
    optional=dict.fromkeys(
        ("role_check", "build_roles", "organization_paths", "block_public_policy"), VALUES
    ),
)


@given(DOCUMENTS)
def test_any_document_is_accepted_or_refused(document: Any) -> None:
    accept_or_refuse(yaml.safe_dump(document))


@given(st.text() | st.text("-:{}[]&*!|>#@'\"\t\n ab?,%=<~01.\\"))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    accept_or_refuse(text)


@given(st.binary(max_size=40))
def test_any_bytes_are_accepted_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with suppress(ConfigurationError):
        configuration_file.load(path)

"""What of an update of a stack set needs consent, from its template and this release's."""

import json
from typing import Any

from generator import __version__, short_forms
from generator.configuration import DEFAULT
from private_packages.aws.stack_sets.consent import access_changes, needed
from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.commands.files import template_text

OURS, OTHER = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
DEFINITION = Definition.of(
    template_text("private-packages", DEFAULT), {"OrganizationId": OURS}, Permissions(), {}
)


def of_0_1_0(body: str) -> str:
    """Make of this release's template what 0.1.0 made: another key's policy, and no boundary in the form."""
    document = short_forms.load(body)
    del document["Parameters"]["PermissionsBoundary"]
    looked_up = {"Fn::GetAtt": ["StackeryRole", "OrganizationId"]}
    document = json.loads(
        json.dumps(document).replace(
            json.dumps({"Fn::If": ["OrganizationIdGiven", {"Ref": "OrganizationId"}, looked_up]}),
            json.dumps(looked_up),
        )
    )
    if "Key" in document["Resources"]:
        statements = document["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
        administers = next(each for each in statements if each["Sid"] == "AccountAdministersKey")
        administers["Action"] = ["kms:*"]
    return json.dumps(document)


def existing(body: str = DEFINITION.template.body, **values: str) -> Any:
    parameters = {**DEFINITION.parameters, **values}
    return {
        "StackSetName": "tokens",
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }


def consent(found: Any, organization: str = OURS) -> dict[str, str]:
    return needed(DEFINITION, found, access_changes(DEFINITION, found, organization))


def test_the_same_needs_none() -> None:
    assert consent(existing()) == {}


def test_what_0_1_0_made_loses_access_that_it_gave() -> None:
    found = existing(of_0_1_0(DEFINITION.template.body), OrganizationId="")
    [(option, why)] = consent(found).items()
    assert option == "--allow-removal"
    assert why.startswith(
        "The policy of the key: the statement AccountAdministersKey loses kms:*, all but kms:Cancel*"
    )
    # That the form names the accounts' organization now lets in nobody else.
    assert OURS not in why


def test_an_organization_that_is_not_known_or_another_is_told() -> None:
    found = existing(OrganizationId="")
    assert consent(found, organization="")["--allow-removal"].endswith(
        f"Builds in {OURS} can read all tokens."
    )
    found = existing(OrganizationId=OTHER)
    assert consent(found)["--allow-removal"].startswith(f"Builds in {OTHER} can no longer read any token.")


def test_a_newer_release_is_not_replaced() -> None:
    newer = existing(DEFINITION.template.body.replace(f"{__version__})", "99.0.0)"))
    assert consent(newer) == {
        "--allow-downgrade": f"The stack set was made by release 99.0.0, and this is {__version__}."
    }


def test_secrets_are_not_replaced_by_empty_ones() -> None:
    assert consent(existing(GitHubPackagesSecretName="/old")) == {
        "--allow-replacement": (
            "Empty secrets take the place of those there are: /old → /stackery/ghpackagerepotoken."
        )
    }


def test_a_set_of_the_role_check_lets_nobody_read() -> None:
    check = Definition.of(template_text("role-check", DEFAULT), {"OrganizationId": OURS}, Permissions(), {})
    before = {"TemplateBody": of_0_1_0(check.template.body), "Parameters": []}
    assert access_changes(check, before, OURS) == []  # type: ignore[arg-type]

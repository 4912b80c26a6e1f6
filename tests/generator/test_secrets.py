"""The secrets: one for each repository, kept, under the key, readable by a policy of their own."""

import pytest

from generator import configuration, names
from generator.configuration import DEFAULT
from tests.generator.cloudformation import Document, of_type, read
from tests.generator.conftest import text_of

REPOSITORIES = ["GitHubPackages", "PyPI", "Maven2"]


def test_there_is_a_secret_with_a_policy_for_each_repository(rich: Document) -> None:
    assert list(of_type(rich, "AWS::SecretsManager::Secret")) == [f"{each}Secret" for each in REPOSITORIES]
    policies = of_type(rich, "AWS::SecretsManager::ResourcePolicy")
    assert {name: policy["Properties"]["SecretId"] for name, policy in policies.items()} == {
        f"{each}SecretPolicy": {"Ref": f"{each}Secret"} for each in REPOSITORIES
    }


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_secret_survives_its_stack_but_not_a_creation_that_fails(rich: Document, name: str) -> None:
    secret = rich["Resources"][f"{name}Secret"]
    assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_secret_is_named_by_its_parameter_and_encrypted_with_the_key(rich: Document, name: str) -> None:
    properties = rich["Resources"][f"{name}Secret"]["Properties"]
    assert properties["Name"] == {"Ref": f"{name}SecretName"}
    assert properties["KmsKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_secret_holds_the_token_of_the_form_or_no_value_at_all(rich: Document, name: str) -> None:
    properties = rich["Resources"][f"{name}Secret"]["Properties"]
    given, token = f"{name}TokenGiven", {"Ref": f"{name}Token"}
    assert properties["SecretString"] == {"Fn::If": [given, token, {"Ref": "AWS::NoValue"}]}
    assert rich["Conditions"][given] == {"Fn::Not": [{"Fn::Equals": [token, ""]}]}
    assert "GenerateSecretString" not in properties


def test_a_secret_is_described_as_configured(rich: Document) -> None:
    described = rich["Resources"]["GitHubPackagesSecret"]["Properties"]["Description"]
    assert described == 'Token of Łukasz\'s robot: "read only" #1'


def test_public_policies_are_blocked_only_on_request(default: Document, rich: Document) -> None:
    assert "BlockPublicPolicy" not in default["Resources"]["GitHubPackagesSecretPolicy"]["Properties"]
    for name in REPOSITORIES:
        assert rich["Resources"][f"{name}SecretPolicy"]["Properties"]["BlockPublicPolicy"] is True


def test_the_switch_for_public_policies_changes_nothing_else() -> None:
    switched = DEFAULT.model_copy(update={"block_public_policy": True})
    changed = read(text_of("private-packages", configuration.Configuration(**dict(switched))))
    del changed["Resources"]["GitHubPackagesSecretPolicy"]["Properties"]["BlockPublicPolicy"]
    del changed["Metadata"][names.MADE_FROM]["Configuration"]["block_public_policy"]
    assert changed == read(text_of("private-packages", DEFAULT))

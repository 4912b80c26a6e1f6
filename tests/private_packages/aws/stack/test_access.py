"""Who gains and who loses access."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.configuration import Configuration, Repository
from generator.templates import private_packages
from private_packages.aws.stack.access import AccessChange, Side, changes
from tests.policies.manual_procedure import KEY_POLICY

PATH, OTHER = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*", "o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/*"
ORGANIZATION = "o-a1b2c3d4e5"
NPM, PIP = (
    Repository(id=name, manager=manager, url=f"https://{name}.example", secret=f"/{name}")  # type: ignore[arg-type]
    for name, manager in (("Npm", "npm"), ("Pip", "pip"))
)


def side(
    repositories: tuple[Repository, ...] = (NPM,), *, organization: str = ORGANIZATION, **fields: Any
) -> Side:
    configuration = Configuration(repositories=repositories, **fields)
    template = private_packages(configuration).to_dict()
    values = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
    return Side(template, values | {"OrganizationId": organization}, organization)


def edited(edit: Callable[[Any], Any], logical_id: str = "Key", of_policy: str = "KeyPolicy") -> Side:
    """A stack whose policy somebody edited."""
    found = side()
    template = copy.deepcopy(found.template)
    edit(template["Resources"][logical_id]["Properties"][of_policy]["Statement"])
    return Side(template, found.values, found.organization)


def sentences(before: Side, after: Side | None = None) -> list[str]:
    found = changes(before, after or side())
    assert all(each.needs_consent for each in found)
    return [each.sentence for each in found]


def test_nothing_changes() -> None:
    assert changes(side(), side()) == []
    roles = ("a/b", "c/d")
    assert changes(side(build_roles=roles), side(build_roles=roles[::-1])) == []
    assert changes(side((NPM, PIP)), side((PIP, NPM))) == []


def test_a_repository_less_is_told_first_and_needs_consent() -> None:
    assert changes(side((NPM,)), side((PIP,))) == [
        AccessChange("Builds can no longer read /Npm (Npm).", needs_consent=True),
        AccessChange("Builds can read /Pip (Pip).", needs_consent=False, is_gain=True),
    ]


def test_roles_that_come_and_go_are_told_once_for_all_policies() -> None:
    assert changes(side((NPM, PIP), build_roles=("a/b",)), side((NPM, PIP), build_roles=("c/d",))) == [
        AccessChange("The role a/b can no longer read any token.", needs_consent=True),
        AccessChange("The role c/d can read all tokens.", needs_consent=False, is_gain=True),
    ]


def test_another_organization_needs_consent() -> None:
    assert sentences(side(organization="o-bbbbbbbbbb")) == [
        "Builds in o-bbbbbbbbbb can no longer read any token.",
        "Builds in o-a1b2c3d4e5 can read all tokens.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ((), (PATH,), f"Build roles outside {PATH} can no longer read any token."),
        (
            (PATH,),
            (),
            f"Build roles in the whole organization can read, no longer only those in {PATH}.",
        ),
        ((PATH, OTHER), (PATH,), f"Build roles in {OTHER} can no longer read any token."),
        ((PATH,), (PATH, OTHER), f"Build roles in {OTHER} can read all tokens."),
    ],
)
def test_another_part_of_the_organization_needs_consent(
    before: tuple[str, ...], after: tuple[str, ...], sentence: str
) -> None:
    found = changes(side(organization_paths=before), side(organization_paths=after))
    assert found == [AccessChange(sentence, needs_consent=True)]


class TestAnEditedPolicy:
    """What the commands did not make is told, statement by statement."""

    def test_a_statement_that_was_added_goes(self) -> None:
        mine = {
            "Sid": "Mine",
            "Effect": "Allow",
            "Principal": {"AWS": "1"},
            "Action": "kms:*",
            "Resource": "*",
        }
        assert sentences(edited(lambda statements: statements.append(mine))) == [
            "The policy of the key: the statement Mine goes, Allow kms:* to 1."
        ]

    def test_a_statement_that_was_removed_comes_back(self) -> None:
        [said] = sentences(edited(lambda statements: statements.pop()))
        assert said.startswith(
            "The policy of the key: the statement BuildRolesDecryptTheseSecretsViaSecretsManager comes, Allow"
        )

    def test_a_condition_that_was_removed_comes_back(self) -> None:
        [said] = sentences(edited(lambda found: found[2]["Condition"]["StringEquals"].pop("kms:ViaService")))
        assert said == (
            "The policy of the key: the statement BuildRolesDecryptTheseSecretsViaSecretsManager asks that"
            " kms:ViaService StringEquals secretsmanager.${AWS::Region}.amazonaws.com."
        )

    def test_who_was_let_in_without_a_role_is_not_told_as_roles(self) -> None:
        policy = ("NpmSecretPolicy", "ResourcePolicy")
        [said] = sentences(edited(lambda found: found[0]["Condition"].pop("ArnLike"), *policy))
        assert said.startswith(
            "The policy of Npm: the statement BuildRolesReadCurrentVersion asks that aws:Pr"
        )

    def test_a_secret_that_the_key_was_opened_to(self) -> None:
        def add(found: Any) -> None:
            found[2]["Condition"]["StringLike"]["kms:EncryptionContext:SecretARN"].append("arn:secret:*")

        [said] = sentences(edited(add))
        assert said.endswith("no longer admits that kms:EncryptionContext:SecretARN StringLike arn:secret:*.")

    def test_a_role_in_one_statement_alone(self) -> None:
        def add(found: Any) -> None:
            found[2]["Condition"]["ArnLike"]["aws:PrincipalArn"].append("arn:aws:iam::*:role/x")

        assert sentences(edited(add)) == ["The role x can no longer read any token."]

        def take(found: Any) -> None:
            found[2]["Condition"]["ArnLike"]["aws:PrincipalArn"].pop()

        [said] = sentences(edited(take))
        assert said.startswith(
            "The policy of the key: the statement BuildRolesDecryptTheseSecretsViaSecretsManager admits that"
        )

    def test_actions(self) -> None:
        assert sentences(edited(lambda found: found[2].update(Action=["kms:Encrypt"]))) == [
            (
                "The policy of the key: the statement BuildRolesDecryptTheseSecretsViaSecretsManager"
                " gains kms:Decrypt; loses kms:Encrypt."
            )
        ]

    def test_of_a_pattern_something_may_stay(self) -> None:
        [said] = sentences(edited(lambda found: found[1].update(Action=["kms:*"])))
        assert said == (
            "The policy of the key: the statement AccountUsesKeyViaSecretsManager loses kms:*, all but"
            " kms:Decrypt, kms:Encrypt, kms:GenerateDataKey*, kms:ReEncrypt*."
        )

    @pytest.fixture
    def manual(self) -> Side:
        """What the manual procedure makes of the key's policy."""
        return edited(lambda found: found.__setitem__(slice(None), KEY_POLICY["Statement"]))

    def test_the_policy_of_the_manual_procedure(self, manual: Side) -> None:
        assert "the statement Allow kms:Decrypt, kms:DescribeKey goes" in " ".join(sentences(manual))

    def test_each_of_several_statements_without_a_name_is_told(self) -> None:
        def add(found: Any) -> None:
            for role in ("a", "b"):
                found.append({"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt"})

        said = sentences(edited(add))
        assert [each.rpartition(" ")[2] for each in said] == ["a.", "b."]

    def test_a_policy_of_somebody_s_own_that_goes_is_told(self) -> None:
        found = side()
        mine = {"Effect": "Allow", "Principal": {"AWS": "z"}, "Action": "secretsmanager:GetSecretValue"}
        extra = {
            "Type": "AWS::SecretsManager::ResourcePolicy",
            "Properties": {"ResourcePolicy": {"Statement": mine}},
        }
        template = {**found.template, "Resources": {**found.template["Resources"], "Extra": extra}}
        [said] = sentences(Side(template, found.values, found.organization))
        assert said.startswith("The policy of Extra: the statement Allow secretsmanager:GetSecretValue goes")

    def test_who_is_kept_out_by_a_condition_is_not_told_as_let_in(self) -> None:
        def add(found: Any) -> None:
            found[2]["Condition"]["Null"] = {"aws:PrincipalArn": False}
            found[2]["Condition"]["StringNotEquals"] = {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}

        [said] = sentences(edited(add))
        assert "can no longer read" not in said
        assert "no longer asks that aws:PrincipalOrgID StringNotEquals o-zzzzzzzzzz" in said

    def test_what_let_everybody_in_is_told_so(self) -> None:
        [said] = sentences(edited(lambda found: found[2].pop("Condition")))
        assert "ViaSecretsManager let everybody in; asks that" in said

    def test_what_was_agreed_to_be_replaced_needs_no_further_consent(self, manual: Side) -> None:
        labels = ("Allow kms:Decrypt, kms:DescribeKey", "Allow kms:*")
        told = changes(manual, side(), replaced=labels)
        assert [each.sentence for each in told if "statement" in each.sentence]
        assert not [each for each in told if each.needs_consent and "statement" in each.sentence]

    def test_what_means_the_same_is_no_change(self) -> None:
        def rewrite(found: Any) -> None:
            found[2]["Principal"] = {"AWS": ["*"]}
            found[2]["Resource"] = "*"
            found[2]["Action"] = found[2]["Action"][0]
            conditions = found[2]["Condition"]["StringEquals"]
            conditions["aws:principalorgid"] = conditions.pop("aws:PrincipalOrgID")
            found.reverse()

        assert sentences(edited(rewrite)) == []


roles = st.sets(st.sampled_from(["a/b", "c/d", "e"]), min_size=1)
paths = st.sets(st.sampled_from([PATH, OTHER]))
configurations = st.builds(
    lambda repositories, roles, paths: side(
        tuple(repositories), build_roles=tuple(roles), organization_paths=tuple(paths)
    ),
    st.lists(st.sampled_from([NPM, PIP]), min_size=1, unique_by=lambda each: each.id),
    roles,
    paths,
)


def policies(found: Side) -> str:
    """The policies as documents, whatever their order."""
    resources = found.template["Resources"]
    kept = {name: each for name, each in resources.items() if name.endswith("Policy") or name == "Key"}
    return json.dumps(kept, sort_keys=True)


@given(configurations, configurations)
def test_there_are_changes_where_the_policies_differ_and_only_there(before: Side, after: Side) -> None:
    found = changes(before, after)
    assert bool(found) == (policies(before) != policies(after))
    # One way or the other somebody loses, unless something only comes.
    gains = [each for each in changes(after, before) if each.needs_consent]
    assert not found or gains or any(each.needs_consent for each in found)


def test_roles_named_by_a_pattern_are_told_as_roles_are_and_their_statement_is_not() -> None:
    names: dict[str, Any] = {"build_roles": ("a/b",)}
    patterns: dict[str, Any] = {"build_roles": ("a-*", "c/d"), "role_check": "none"}
    assert changes(side(**names), side(**patterns)) == [
        AccessChange("The role a/b can no longer read any token.", needs_consent=True),
        AccessChange("Each role named a-* can read all tokens.", needs_consent=False, is_gain=True),
        AccessChange("The role c/d can read all tokens.", needs_consent=False, is_gain=True),
    ]


def test_a_pattern_without_what_keeps_longer_paths_out_is_told() -> None:
    ours = side(build_roles=("a-*",), role_check="none")
    template = copy.deepcopy(ours.template)
    for resource in template["Resources"].values():
        for policy in ("KeyPolicy", "ResourcePolicy"):
            for statement in resource["Properties"].get(policy, {}).get("Statement", []):
                statement.get("Condition", {}).pop("ArnNotLike", None)
    found = sentences(replace(ours, template=template), ours)
    assert [each.partition(":")[0] for each in found] == ["The policy of the key", "The policy of Npm"]
    assert all("asks that aws:PrincipalArn ArnNotLike" in each for each in found)

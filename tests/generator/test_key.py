"""The key survives what must not destroy tokens, and nothing else."""

from tests.generator.cloudformation import Document, of_type


def test_the_key_survives_its_stack_but_not_a_creation_that_fails(default: Document) -> None:
    key = default["Resources"]["Key"]
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_key_is_rotated(default: Document) -> None:
    assert default["Resources"]["Key"]["Properties"]["EnableKeyRotation"] is True


def test_a_key_whose_creation_fails_is_gone_after_the_shortest_time(default: Document) -> None:
    assert default["Resources"]["Key"]["Properties"]["PendingWindowInDays"] == 7


def test_there_is_one_key_with_an_alias_named_after_the_stack(rich: Document) -> None:
    assert list(of_type(rich, "AWS::KMS::Key")) == ["Key"]
    [alias] = of_type(rich, "AWS::KMS::Alias").values()
    assert alias["Properties"] == {
        "AliasName": {"Fn::Sub": "alias/${AWS::StackName}"},
        "TargetKeyId": {"Ref": "Key"},
    }


def test_the_alias_goes_with_its_stack(default: Document) -> None:
    assert "DeletionPolicy" not in default["Resources"]["KeyAlias"]

"""The parameters of a stack: kept unless given, and told where they change."""

from private_packages.aws.stack.parameters import HIDDEN, ParameterChange, Parameters

DEFAULTS = {"Name": "/acme/npm", "Recheck": "", "Token": ""}


def parameters(deployed: dict[str, str], given: dict[str, str]) -> Parameters:
    return Parameters(DEFAULTS, {"Token"}, deployed, given)


def test_what_the_stack_has_is_kept_unless_it_is_given() -> None:
    found = parameters({"Name": "/old", "Token": "****", "Gone": "x"}, {"Recheck": "now"})
    assert found.kept == ["Name", "Token"]
    assert [found.value("Name"), found.value("Recheck")] == ["/old", "now"]


def test_a_new_stack_has_the_defaults() -> None:
    assert parameters({}, {}).kept == []
    assert parameters({}, {}).value("Name") == "/acme/npm"


def test_a_new_stack_shows_what_is_not_empty_and_each_token() -> None:
    assert list(parameters({}, {}).changes()) == [
        ParameterChange("Name", None, "/acme/npm"),
        ParameterChange("Token", None, ""),
    ]


def test_what_stays_is_no_change() -> None:
    deployed = {"Name": "/acme/npm", "Recheck": "", "Token": "****"}
    assert list(parameters(deployed, {"Name": "/acme/npm"}).changes()) == []


def test_what_changes_is_told_from_what_to_what() -> None:
    deployed = {"Name": "/old", "Token": "****", "Gone": "****"}
    found = parameters(deployed, {"Name": "/new", "Token": "not-a-real-token"})
    assert list(found.changes()) == [
        ParameterChange("Name", "/old", "/new"),
        ParameterChange("Token", HIDDEN, HIDDEN),
        ParameterChange("Gone", HIDDEN, None),
    ]
    assert "not-a-real-token" not in repr(found)

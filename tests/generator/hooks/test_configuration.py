"""The fields that only the hook uses."""

import pytest

from generator.configuration_file import parse
from generator.errors import ConfigurationError


def entry(manager: str, **fields: str) -> str:
    known = {"id": "Acme", "manager": manager, "url": "https://example.com", "secret": "x"}
    lines = "\n    ".join(f"{name}: {value}" for name, value in (known | fields).items())
    return f"repositories:\n  - {lines}\n"


@pytest.mark.parametrize(
    ("manager", "field", "value"),
    [
        ("npm", "token_key", "the key"),
        ("pip", "username", "gitlab+deploy-token-1"),
        ("maven", "username", "$oauthtoken"),
        ("pip", "index", "extra"),
        ("pip", "index", "only"),
        ("maven", "server_id", "acme.releases"),
    ],
)
def test_a_field_that_fits(manager: str, field: str, value: str) -> None:
    [repository] = parse(entry(manager, **{field: value}), "x").repositories

    assert getattr(repository, field) == value


@pytest.mark.parametrize(
    ("manager", "field", "value", "fix"),
    [
        ("npm", "username", "me", "remove it, only pip and maven can use it"),
        ("yarn", "index", "only", "remove it, only pip can use it"),
        ("pip", "server_id", "x", "remove it, only maven can use it"),
        ("maven", "scope", '"@acme"', "remove it, only npm and yarn can use it"),
        ("pip", "index", "both", "is unknown, use 'only' or 'extra'"),
        ("pip", "username", '"a b"', "use letters, digits and ._@+$~- only, 255 at most"),
        ("maven", "server_id", "a/b", "write the repository's id in pom.xml: letters, digits and ._-"),
        ("npm", "token_key", '"a\\nb"', "write a key of the JSON in the secret, in ASCII"),
        ("npm", "token_key", '""', "write a key of the JSON in the secret, in ASCII"),
    ],
)
def test_a_field_that_does_not(manager: str, field: str, value: str, fix: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse(entry(manager, **{field: value}), "x.yaml")

    assert str(refusal.value).splitlines()[0] == f"x.yaml: repository 1 (Acme), field {field}: {fix}."

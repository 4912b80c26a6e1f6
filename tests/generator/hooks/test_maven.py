import pytest

from generator.errors import ConfigurationError
from generator.hooks.maven import MANAGER
from tests.generator.hooks.manager_case import configure

ACME = {"id": "Acme", "manager": "maven", "url": "https://maven.example.com/releases"}


def test_by_the_repositorys_id() -> None:
    assert configure(MANAGER, ACME) == [
        "open_file \"${HOME}/.m2/settings.xml\" '<!-- ' ' -->'",
        "remove_blocks Acme '<id>Acme</id>'",
        "look_into_settings Acme",
        "put_into_settings Acme Acme token",
        "stage_file",
        "look_around_maven",
    ]


def test_by_the_id_in_pom_xml() -> None:
    lines = configure(MANAGER, ACME | {"server_id": "acme-releases", "username": "$oauthtoken"})

    assert "put_into_settings Acme acme-releases '$oauthtoken'" in lines


def test_two_repositories_with_one_id() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^repositories Acme and Other, field server_id: both are Acme"
    ):
        configure(MANAGER, ACME, ACME | {"id": "Other", "server_id": "Acme"})

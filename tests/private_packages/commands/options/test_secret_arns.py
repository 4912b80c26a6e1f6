"""The ARNs of the secrets, one for each repository."""

import click
import pytest

from generator.configuration import Configuration, Repository
from private_packages.commands.options.secret_arns import given_arns

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:npm-AbCdEf"
CONFIGURATION = Configuration(
    repositories=(
        Repository(id="Npm", manager="npm", url="https://npm.acme.example", secret="npm"),
        Repository(id="Pip", manager="pip", url="https://pip.acme.example", secret="pip"),
    )
)


def refusal(*given: str) -> str:
    with pytest.raises(click.UsageError) as refused:
        given_arns(CONFIGURATION, given)
    return refused.value.message


def test_each_repository_gets_its_own() -> None:
    assert given_arns(CONFIGURATION, [f"Pip={ARN}", f"Npm={ARN}"]) == {"Pip": ARN, "Npm": ARN}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["Npm"], "--secret-arn Npm: write it as ID=ARN, Npm=arn:…."),
        ([f"Npm={ARN}", f"Npm={ARN}"], "--secret-arn Npm: is given twice: remove one."),
        (
            [f"Npm={ARN}"],
            "The secret of Pip is not named: add --secret-arn Pip=ARN for each, or --stack-name.",
        ),
        (
            [f"Other={ARN}"],
            "--secret-arn Other: no repository has this id, the configuration lists Npm, Pip.",
        ),
        (
            [f"Npm={ARN}", "Pip=arn:aws:secretsmanager:eu-central-1:111122223333:secret:pip"],
            (
                "--secret-arn Pip: arn:aws:secretsmanager:eu-central-1:111122223333:secret:pip is not a"
                " secret's whole ARN, which reads arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX."
            ),
        ),
    ],
)
def test_what_does_not_fit_is_refused(given: list[str], sentence: str) -> None:
    assert refusal(*given) == sentence

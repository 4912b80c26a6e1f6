"""How the hook reads the secrets, with the real `aws` command."""

import time

import pytest

from tests.hooks.machine import NPM, PIP, STAND_IN, TOKEN, YARN, Machine, arn, refused
from tests.hooks.secrets_manager import SecretsManager

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def _aws(machine: Machine, secrets_manager: SecretsManager) -> None:
    machine.use_real_aws(secrets_manager.endpoint)


def test_the_token_arrives(machine: Machine, secrets_manager: SecretsManager) -> None:
    secrets_manager.store(arn("AcmeNpm"), TOKEN)
    machine.make(NPM)

    machine.run()

    assert f":_authToken={TOKEN}\n" in machine.text(".npmrc")


def test_each_secret_once_and_its_current_version_only(
    machine: Machine, secrets_manager: SecretsManager
) -> None:
    for name in ("AcmeNpm", "AcmePip"):
        secrets_manager.store(arn(name), TOKEN)
    machine.make(NPM, PIP)

    machine.run()

    assert sorted(secrets_manager.requests, key=str) == [
        {"SecretId": arn("AcmeNpm"), "VersionStage": "AWSCURRENT"},
        {"SecretId": arn("AcmePip"), "VersionStage": "AWSCURRENT"},
    ]


def test_one_secret_of_two_repositories_once(machine: Machine, secrets_manager: SecretsManager) -> None:
    secrets_manager.store(arn("Both"), '{"npm": "not-a-real-token-1", "pip": "not-a-real-token-2"}')
    machine.make(
        NPM + "    token_key: npm\n",
        PIP + "    token_key: pip\n",
        arns={"AcmeNpm": arn("Both"), "AcmePip": arn("Both")},
    )

    machine.run()

    assert len(secrets_manager.requests) == 1
    assert ":_authToken=not-a-real-token-1\n" in machine.text(".npmrc")
    assert "password not-a-real-token-2\n" in machine.text(".netrc")


def test_the_region_is_that_of_the_arn_whatever_is_set(
    machine: Machine, secrets_manager: SecretsManager
) -> None:
    (machine.home / ".aws").mkdir()
    (machine.home / ".aws/config").write_text("[default]\nregion = ap-south-1\noutput = table\n")
    secrets = {"AcmeNpm": arn("AcmeNpm", "eu-central-1"), "AcmePip": arn("AcmePip", "us-west-2")}
    for secret in secrets.values():
        secrets_manager.store(secret, TOKEN)
    machine.make(NPM, PIP, arns=secrets)

    machine.run(AWS_REGION="sa-east-1", AWS_DEFAULT_REGION="sa-east-1", AWS_DEFAULT_OUTPUT="yaml")

    regions = {
        asked["SecretId"]: region
        for asked, region in zip(secrets_manager.requests, secrets_manager.regions, strict=True)
    }
    assert regions == {secrets["AcmeNpm"]: "eu-central-1", secrets["AcmePip"]: "us-west-2"}
    assert f":_authToken={TOKEN}\n" in machine.text(".npmrc")


def test_all_at_the_same_time(machine: Machine, secrets_manager: SecretsManager) -> None:
    """The server answers none before it was asked for all."""
    names = ("AcmeNpm", "AcmePip", "AcmeYarn")
    secrets_manager.store_together(*(arn(name) for name in names))
    machine.make(NPM, PIP, YARN)

    machine.run()

    assert len(secrets_manager.requests) == 3


def test_all_before_anything_is_written(machine: Machine, secrets_manager: SecretsManager) -> None:
    secrets_manager.store(arn("AcmeNpm"), TOKEN)
    machine.make(NPM, PIP)

    assert "AcmePip" in refused(machine.run(check=False))
    assert machine.files() == {}


def test_the_largest_secret(machine: Machine, secrets_manager: SecretsManager) -> None:
    """More than a pipe holds, so that who waits for the end before reading waits for ever."""
    filling = "x" * 65_000
    secrets_manager.store(arn("AcmeNpm"), f'{{"note": "{filling}", "token": "{TOKEN}"}}')
    machine.make(NPM + "    token_key: token\n")

    machine.run()

    assert f":_authToken={TOKEN}\n" in machine.text(".npmrc")


def test_a_server_that_does_not_answer_is_given_up(machine: Machine, secrets_manager: SecretsManager) -> None:
    """After three attempts of 10 seconds, here of one; the manual hook waited for 310 seconds."""
    secrets_manager.hold_back(arn("AcmeNpm"), 100)
    machine.wrap("timeout", 'set -- "${@/#10/1}"')
    machine.make(NPM)
    start = time.monotonic()

    assert "the network fails" in refused(machine.run(check=False))
    assert len(secrets_manager.requests) <= 3
    assert time.monotonic() - start < 50


def test_how_aws_is_called(machine: Machine) -> None:
    """Bounded in every way, and in the caller's language, not in the one of the script."""
    variables = "${AWS_MAX_ATTEMPTS} ${AWS_CLI_ERROR_FORMAT} ${LC_ALL-} ${LANG}"
    machine.program("aws", f'#!/bin/bash\nprintf "%s " "$@" "{variables}" >"${{TMPDIR}}/../call"; exit 1\n')
    machine.make(NPM)

    refused(machine.run(LC_ALL="C.UTF-8", LANG="C.UTF-8", check=False))

    assert (machine.temporary.parent / "call").read_text() == (
        f"secretsmanager get-secret-value --region eu-central-1 --secret-id {arn('AcmeNpm')}"
        " --version-stage AWSCURRENT --query [type(SecretString), VersionId, SecretString] --output text"
        " --cli-connect-timeout 5 --cli-read-timeout 10 3 legacy  C.UTF-8 "
    )


def test_a_command_that_does_not_end_is_given_up(machine: Machine) -> None:
    """After 60 seconds; here a second stands for a minute."""
    machine.program("aws", "#!/bin/bash\nexec sleep 50\n")
    machine.wrap("timeout", '[[ "$*" == "-k 5 60 aws "* ]] || exit 99\nshift 3\nset -- -k 5 1 "$@"')
    machine.make(NPM)
    start = time.monotonic()

    assert "AWS did not answer within 60 seconds" in refused(machine.run(check=False))
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["gtimeout", None])
def test_without_timeout_as_on_macos(
    machine: Machine, secrets_manager: SecretsManager, name: str | None
) -> None:
    """The CLI bounds each call by itself; coreutils of brew's have timeout under another name."""
    secrets_manager.store(arn("AcmeNpm"), TOKEN)
    machine.make(NPM)
    machine.without("timeout")
    if name:
        machine.program(name, '#!/bin/bash\n[[ "$1 $2 $3" == "-k 5 60" ]] || exit 99\nshift 3\nexec "$@"\n')

    machine.run()

    assert f":_authToken={TOKEN}\n" in machine.text(".npmrc")


def test_the_history_of_the_cli_keeps_no_token(machine: Machine, secrets_manager: SecretsManager) -> None:
    """Which a user can enable, and which records all answers."""
    (machine.home / ".aws").mkdir()
    (machine.home / ".aws/config").write_text("[default]\ncli_history = enabled\n")
    secrets_manager.store(arn("AcmeNpm"), TOKEN)
    machine.make(NPM)

    machine.run()

    assert sorted(machine.files()) == [".aws/config", ".npmrc"]


@pytest.mark.parametrize(
    "text", [TOKEN, f"  {TOKEN}\r\n", "None", '{"a": "\\u00fc"}', "two\nlines", "tab\tinside", "für"]
)
def test_the_stand_in_of_the_other_tests_prints_the_same(
    machine: Machine, secrets_manager: SecretsManager, text: str
) -> None:
    secrets_manager.store(arn("AcmeNpm"), text)
    machine.store(AcmeNpm=text)
    stand_in = machine.program("stand-in", STAND_IN)
    asked = [
        *("secretsmanager", "get-secret-value", "--region", "eu-central-1", "--secret-id", arn("AcmeNpm")),
        *("--query", "[type(SecretString), VersionId, SecretString]", "--output", "text"),
    ]

    real = machine.run("aws", *asked)

    assert machine.run(stand_in, *asked).stdout == real.stdout

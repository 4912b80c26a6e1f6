"""What cannot be read: a line that says which repository, what happened and what to do; all files stay."""

import os
from collections.abc import Mapping
from typing import Any

import pytest

from tests import ROOT
from tests.hooks.machine import NPM, PIP, TOKEN, Machine, arn, refused
from tests.hooks.secrets_manager import Answer, SecretsManager, error

READ = "not authorized to perform: secretsmanager:GetSecretValue on resource: AcmePip"
ROLE = "User: arn:aws:sts::444455556666:assumed-role/stackery-factory-role/build is"

# What AWS answers, and what the hook must say about it.
ANSWERS: Mapping[str, tuple[Answer, str]] = {
    "no such secret": (
        error("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        "there is no such secret: see that it exists in account 111122223333, and make this hook again",
    ),
    "a secret without a value": (
        error(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        ),
        "the secret has no value yet: store the token in it",
    ),
    "a deleted secret": (
        error(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ),
        "the secret was deleted: restore it, or make this hook again with the ARN of another",
    ),
    "a binary secret": (
        (200, {"ARN": arn("AcmePip"), "Name": "AcmePip", "SecretBinary": "dG9rZW4="}),
        "holds no text: store the token in it, as SecretString and not as SecretBinary",
    ),
    "denied, without a reason": (
        error("AccessDeniedException", f"{ROLE} {READ}"),
        "(the Stackery Role, from 1.25.0 on), at the secret's resource policy in account 111122223333, and",
    ),
    "denied by the role's policy": (
        error(
            "AccessDeniedException",
            f"{ROLE} {READ} because no identity-based policy allows the secretsmanager:GetSecretValue action",
        ),
        "reading is denied: let the role's own policy (the Stackery Role, from 1.25.0 on) read this secret",
    ),
    "denied by the secret's policy": (
        error(
            "AccessDeniedException",
            f"{ROLE} {READ} because no resource-based policy allows the secretsmanager:GetSecretValue action",
        ),
        "reading is denied: let the secret's resource policy, in account 111122223333, admit this role",
    ),
    "denied by an explicit deny": (
        error("AccessDeniedException", f"{ROLE} {READ} with an explicit deny in a service control policy"),
        "reading is denied on purpose: look at the policy that the message names",
    ),
    "denied by the key": (
        error("AccessDeniedException", "Access to KMS is not allowed"),
        "reading is denied by the key: see that it exists and is enabled, and let this role decrypt",
    ),
    "expired credentials": (
        error("ExpiredTokenException", "The security token included in the request is expired"),
        "AWS refuses the credentials: sign in again",
    ),
    "credentials that AWS does not know": (
        error("UnrecognizedClientException", "The security token included in the request is invalid."),
        "AWS refuses the credentials: sign in again",
    ),
    "a fault of the service": (
        error("InternalServiceError", "An error occurred on the server side.", 500),
        "AWS has a fault or is asked too often: try again. aws says: An error occurred (Internal",
    ),
}


@pytest.fixture(autouse=True)
def _hook(machine: Machine) -> None:
    """A hook whose first repository is in order, and a HOME with files that must stay."""
    machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN)
    machine.make(NPM, PIP)
    (machine.home / ".npmrc").write_text("//npm.example.com/acme/:_authToken=the-one-before")


@pytest.mark.server
@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_holds_no_token(machine: Machine, secrets_manager: SecretsManager, case: str) -> None:
    answer, expected = ANSWERS[case]
    machine.use_real_aws(secrets_manager.endpoint)
    secrets_manager.store(arn("AcmeNpm"), TOKEN)
    secrets_manager.answers[arn("AcmePip")] = answer

    assert_refused(machine, "AcmePip: the secret arn:aws:secretsmanager:eu-central-1:111122223333", expected)


KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KMS = f"{ROLE} not authorized to perform: kms:Decrypt on resource: {KEY}"

# What AWS says, as code and message: from public issues and AWS's own pages.
TEXTS = [
    ("AccessDeniedException", "Access to KMS is not allowed", "denied by the key: see that it exists"),
    (
        "AccessDeniedException",
        "Access to KMS is not allowed. This version of secret is not encrypted with the current KMS key.",
        "encrypted with an earlier key of the secret's: store it again",
    ),
    (
        "InvalidRequestException",
        "You can't access a secret from another account if you encrypt it with the default KMS service key.",
        "a key that no other account may use: give it a key of its own",
    ),
    (
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that you are not allowed to access.",
        "denied by the key: see that it exists",
    ),
    ("KMSInvalidStateException", f"{KEY} is pending deletion.", "the secret's KMS key is not in use"),
    ("AccessDeniedException", f"{KEY} is pending deletion.", "the secret's KMS key is not in use"),
    ("DisabledException", f"{KEY} is disabled.", "the secret's KMS key is not in use: enable it"),
    (
        "DecryptionFailure",
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        "denied by the key: see that it exists and is enabled",
    ),
    ("InternalFailure", "An unknown error occurred", "AWS has a fault or is asked too often: try again"),
    ("InternalServiceError", "An error occurred on the server side.", "try again"),
    ("ThrottlingException", "Rate exceeded", "try again"),
    (
        "AccessDeniedException",
        f"{KMS} because no identity-based policy allows the kms:Decrypt action",
        "let the role's own policy (the Stackery Role, from 1.25.0 on) call kms:Decrypt",
    ),
    (
        "AccessDeniedException",
        f"{KMS} because no resource-based policy allows the kms:Decrypt action",
        "denied by the key: let the KMS key's policy, in account 111122223333, admit this role",
    ),
    ("AccessDeniedException", KMS, "denied by the key: see that it exists"),
    (
        "AccessDeniedException",
        f"{ROLE} {READ} because no resource-based policy allows the secretsmanager:GetSecretValue action",
        "admit this role, and see that this is the secret's present ARN",
    ),
    (
        "AccessDeniedException",
        f"{ROLE} {READ} because no identity-based policy allows the secretsmanager:GetSecretValue action",
        "let the role's own policy (the Stackery Role, from 1.25.0 on) read this secret",
    ),
    ("AccessDeniedException", f"{ROLE} {READ}", "look at the role's own policy"),
    *(
        ("AccessDeniedException", f"{ROLE} {READ} {reason}", "reading is denied on purpose")
        for reason in (
            "with an explicit deny in a resource-based policy",
            "with an explicit deny in a service control policy",
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/s/p-1",
            "with an explicit deny in a resource control policy",
            "with an explicit deny in an identity-based policy",
            "because no service control policy allows the secretsmanager:GetSecretValue action",
            "because no VPC endpoint policy allows the secretsmanager:GetSecretValue action",
            "because no permissions boundary allows the secretsmanager:GetSecretValue action",
            "because no session policy allows the secretsmanager:GetSecretValue action",
        )
    ),
    (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        "the secret has no value yet",
    ),
    (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
        "there is no such secret",
    ),
    *(
        ("InvalidRequestException", text, "the secret was deleted: restore it")
        for text in (
            "You can't perform this operation on the secret because it was marked for deletion.",
            "You can\u2019t perform this operation on the secret because it was marked for deletion.",
            "You can't perform this operation on the secret because it was deleted.",
            "You tried to perform the operation on a secret that's currently marked deleted.",
        )
    ),
    (
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of: -/_+=.@!",
        "AWS does not take the ARN",
    ),
    (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        "sign in again",
    ),
    ("ExpiredTokenException", "The security token included in the request is expired", "sign in again"),
    (
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        "the profile asks for an MFA code",
    ),
]
FORMS = {
    "version 1": "\nAn error occurred ({0}) when calling the GetSecretValue operation: {1}",
    "version 2": "\naws: [ERROR]: An error occurred ({0}) when calling the GetSecretValue operation: {1}",
    "JSON": '{{\n    "Code": "{0}",\n    "Message": "{1}"\n}}',
    "YAML": "Code: {0}\nMessage: {1}",
}


@pytest.mark.parametrize(
    ("form", "code", "message", "expected"),
    [*(("version 2", *text) for text in TEXTS), *((form, *TEXTS[0]) for form in FORMS)],
    ids=lambda text: text[-60:],
)
def test_what_aws_says(machine: Machine, form: str, code: str, message: str, expected: str) -> None:
    (machine.secrets / "AcmePip.error").write_text(FORMS[form].format(code, message))

    assert_refused(machine, f"AcmePip: the secret {arn('AcmePip')} was not read: ", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error loading SSO Token: Token for https://x.awsapps.com/start does not exist", "aws sso login"),
        ("Error when retrieving token from sso: Token has expired and refresh failed", "aws sso login"),
        (
            "The SSO session associated with this profile has expired or is otherwise invalid.",
            "aws sso login",
        ),
        ("EOF when reading a line", "the profile asks for an MFA code, which nobody can type here"),
        ("Unable to locate credentials. You can configure credentials by running aws login", "no AWS cred"),
    ],
)
def test_what_the_cli_says_of_sso_and_mfa(machine: Machine, text: str, expected: str) -> None:
    (machine.secrets / "AcmePip.error").write_text(text)

    assert_refused(machine, expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            "there are no AWS credentials: run this in a build with a role, or set AWS_PROFILE",
            id="no credentials",
        ),
        pytest.param(
            {"AWS_PROFILE": "nobody"},
            "there are no AWS credentials: run this in a build",
            id="no such profile",
        ),
        pytest.param({}, "the network fails: see that the build reaches Secrets Manager", id="refused"),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://nowhere.invalid"}, "the network fails: see that", id="no such host"
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "https://nowhere.invalid", "HTTPS_PROXY": "http://127.0.0.1:1"},
            "the network fails: see that the build reaches Secrets Manager (proxy",
            id="no proxy",
        ),
    ],
)
def test_no_answer(machine: Machine, changes: dict[str, Any], expected: str) -> None:
    machine.use_real_aws("http://127.0.0.1:1")

    assert_refused(machine, "AcmeNpm", expected, **changes)


@pytest.mark.server
def test_a_server_that_cannot_prove_itself(machine: Machine, secrets_manager: SecretsManager) -> None:
    machine.use_real_aws(secrets_manager.endpoint.replace("http:", "https:"))

    assert_refused(machine, "AcmeNpm", "the network fails: see that the build reaches Secrets Manager")


def test_no_aws_command(machine: Machine) -> None:
    machine.without("aws")

    assert_refused(
        machine, "there is no aws command: install the AWS CLI, version 1 or 2, in the build image"
    )


def test_no_coreutils(machine: Machine) -> None:
    machine.without("mkfifo")

    assert_refused(machine, "there is no mkfifo command: install coreutils in the build image")


@pytest.mark.parametrize("text", ["#!/no/such/interpreter\n", "#!/\n"])
def test_an_aws_command_that_cannot_run(machine: Machine, text: str) -> None:
    machine.without("aws")
    machine.program("aws", text)

    assert_refused(machine, "AcmeNpm", "the aws command cannot be run: see that the build image holds")


def test_an_aws_command_that_knows_other_options(machine: Machine) -> None:
    machine.program("aws", "#!/bin/bash\necho 'Unknown options: --cli-read-timeout' >&2\nexit 252\n")

    assert_refused(
        machine, "AcmeNpm", "aws failed with exit status 252: see its message. aws says: Unknown opt"
    )


def test_only_the_last_line_of_what_aws_says_without_its_escapes(machine: Machine) -> None:
    machine.program(
        "aws",
        r"""#!/bin/bash
printf 'a warning\n\n\e[31mred\a text\n\n' >&2
exit 1
""",
    )

    line = assert_refused(machine, "AcmeNpm", "aws says:  [31mred  text")
    assert "a warning" not in line


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        pytest.param("", "the token is empty", id="empty"),
        pytest.param(" \r\n\t ", "the token is empty", id="blank"),
        pytest.param("one\ntwo", "the token has a line break inside", id="a line break"),
        pytest.param("one\rtwo", "the token has a line break inside", id="a carriage return"),
        pytest.param("one\ttwo", "the token has a control character inside", id="a tab"),
        pytest.param("one\x1btwo", "the token has a control character inside", id="an escape"),
        pytest.param("one\x7ftwo", "the token has a control character inside", id="a delete"),
        pytest.param("one\x00two", "holds a NUL character", id="a NUL"),
        pytest.param("one two", "the token holds a blank or a letter outside ASCII", id="a blank"),
        pytest.param("für", "the token holds a blank or a letter outside ASCII", id="an umlaut"),
        pytest.param(
            "\ufefftoken", "the token holds a blank or a letter outside ASCII", id="a byte order mark"
        ),
        pytest.param(
            '{"token":"x"}', "the secret holds JSON: say in repositories.yaml which token_key", id="JSON"
        ),
    ],
)
def test_a_text_that_is_no_token(machine: Machine, token: str, expected: str) -> None:
    machine.store(AcmePip=token)

    line = assert_refused(machine, "AcmePip: ", expected)

    assert not token.strip() or token not in line


def test_a_letter_outside_ascii_in_a_locale_that_has_it(machine: Machine) -> None:
    machine.store(AcmePip="für")

    assert_refused(machine, "AcmePip: the token holds a blank or a letter outside ASCII", LC_ALL="C.UTF-8")


@pytest.mark.parametrize(
    ("manager", "piece"),
    [
        *(("npm", piece) for piece in ("${", ";", "#", '"', "'", "`", "\\")),
        *(("yarn", piece) for piece in ("${", "'")),
        *(("pip", piece) for piece in ('"', "'", "\\")),
        *(("maven", piece) for piece in ("${", "{", "}")),
    ],
)
def test_a_token_that_the_file_would_interpret(machine: Machine, manager: str, piece: str) -> None:
    machine.make(
        NPM, f"\n  - {{id: Odd, manager: {manager}, url: 'https://odd.example.com/', secret: Odd}}\n"
    )
    machine.store(Odd=f"before{piece}HOME}}after")

    line = assert_refused(machine, f"Odd: the token holds {piece}, which ", "make a token without it")

    assert "before" not in line


@pytest.mark.parametrize("kind", ["a folder", "a device", "a link to nowhere", "a loop", "a NUL"])
def test_a_file_that_is_none(machine: Machine, kind: str) -> None:
    """The second file is at fault, and the first stays as it was."""
    netrc = machine.home / ".netrc"
    if kind == "a folder":
        netrc.mkdir()
    elif kind == "a device":
        netrc.symlink_to("/dev/null")
    elif kind == "a link to nowhere":
        netrc.symlink_to("no/such/folder")
    elif kind == "a loop":
        netrc.symlink_to(".netrc")
    else:
        netrc.write_bytes("machine other.example.com\n".encode("utf-16"))

    line = assert_refused(machine, f"{netrc} ")

    assert line.partition(f"{netrc} ")[2] in (
        "cannot be read: make it a file that the build's user owns",
        "is a symbolic link that leads nowhere: correct or remove it",
        "is no text file: it holds a NUL character; save it as plain text",
    )


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not write")
def test_a_home_that_cannot_be_written(machine: Machine) -> None:
    os.chown(machine.temporary, 65534, -1)
    machine.let_others_in()

    line = refused(machine.run(user=65534, check=False))

    assert f"{machine.home} cannot be written: give the build's user the right to" in line


def test_a_disk_that_is_full(machine: Machine) -> None:
    """Here, a limit on the size of files; the second file is the one that does not fit."""
    before = {".netrc": "machine other.example.com login me password x\n" * 40}
    (machine.home / ".netrc").write_text(before[".netrc"])
    machine.run("bash", "-c", f"trap '' XFSZ; ulimit -f 1; exec {machine.path}", check=False)

    line = assert_refused(
        machine,
        f"{machine.home}/.netrc cannot be written: let the build's user write to {machine.home}, and",
        command=("bash", "-c", f"trap '' XFSZ; ulimit -f 1; exec {machine.path}"),
    )

    assert "File too large" not in line


def test_a_temporary_folder_that_is_none(machine: Machine) -> None:
    assert_refused(machine, "no temporary folder can be made: let TMPDIR name one", TMPDIR="/no/such/folder")


def test_a_bash_that_is_too_old() -> None:
    """No such bash is at hand: the check stands before anything that an old bash would not understand."""
    text = (ROOT / "generator/hooks/hook.bash").read_text()

    assert text.index("is too old: install bash 4.2") < text.index("declare -A")


def assert_refused(machine: Machine, *expected: str, command: tuple[str, ...] = (), **changes: Any) -> str:
    """Run, see one line with these parts and every file as it was, and return the line."""
    before = machine.files()
    line = refused(machine.run(*command, check=False, **changes))
    for part in expected:
        assert part in line
    assert TOKEN not in line
    assert machine.files() == before
    assert list(machine.temporary.iterdir()) == []
    return line

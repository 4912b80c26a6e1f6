"""`private-packages hook`, called as a user calls it."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner, Result

from generator.configuration_file import parse
from private_packages.main import main
from tests.hooks.machine import NPM, PIP, arn
from tests.private_packages.aws.stack.test_made_from import summary
from tests.serving import Handler, serving

FILE = Path("deployHooks/stackery.prebuild.private-packages")
STACK = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<DescribeStacksResult><Stacks><member><StackName>packages</StackName>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
<Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
REMAKE = "#   private-packages hook "
SUMMARY = """<GetTemplateSummaryResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<GetTemplateSummaryResult><Metadata>%s</Metadata></GetTemplateSummaryResult></GetTemplateSummaryResponse>"""
NO_SUCH_STACK = """<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>
<Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id %s does not exist</Message></Error>
</ErrorResponse>"""
BOTH = ("--secret-arn", f"AcmeNpm={arn('AcmeNpm')}", "--secret-arn", f"AcmePip={arn('AcmePip')}")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source repository."""
    monkeypatch.chdir(tmp_path)
    Path("repositories.yaml").write_text(f"repositories:{NPM}{PIP}")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["hook", *arguments])


def refused(*arguments: str, code: int) -> str:
    """The last line of what a call says that ends with this exit code, and without a traceback."""
    result = call(*arguments)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output.splitlines()[-1]


class TestWriting:
    def test_it_writes_an_executable_file_into_a_new_folder(self) -> None:
        result = call(*BOTH)

        assert result.exit_code == 0, result.output
        assert result.output.splitlines()[0].startswith(f"Wrote {FILE} (")
        assert stat.S_IMODE(FILE.stat().st_mode) == 0o755
        assert FILE.read_text().startswith("#!/usr/bin/env bash\n")
        assert [path.name for path in FILE.parent.iterdir()] == [FILE.name]

    def test_to_another_place_from_another_configuration(self) -> None:
        Path("other.yaml").write_text(f"repositories:{NPM}")

        assert call("--config", "./other.yaml", *BOTH[:2], "--output", "some/hook").exit_code == 0

        assert "hook --config other.yaml" in Path("some/hook").read_text()
        assert "configure_pip" not in Path("some/hook").read_text()

    def test_it_prints(self) -> None:
        printed = call(*BOTH, "--output", "-")
        call(*BOTH)

        assert printed.stdout == FILE.read_text()
        assert "--output -" not in printed.stdout

    def test_it_replaces_what_it_wrote(self) -> None:
        call(*BOTH)
        changed = (*BOTH[:3], f"AcmePip={arn('Other')}")

        assert call(*changed).exit_code == 0
        assert arn("Other") in FILE.read_text()

    def test_it_keeps_what_somebody_else_wrote(self) -> None:
        FILE.parent.mkdir()
        FILE.write_text("#!/bin/bash\necho mine\n")

        assert refused(*BOTH, code=1) == (
            f"Error: {FILE}: was not written by this command and stays as it is; see what it does, then use"
            " --force."
        )
        assert FILE.read_text() == "#!/bin/bash\necho mine\n"
        assert call(*BOTH, "--force").exit_code == 0
        assert "echo mine" not in FILE.read_text()

    @pytest.mark.parametrize("output", ["repositories.yaml/hook", "."])
    def test_a_place_that_cannot_be_written(self, output: str) -> None:
        assert refused(*BOTH, "--output", output, "--force", code=1).startswith(
            f"Error: {output}: cannot be "
        )

    def test_nothing_is_half_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        call(*BOTH)
        before = FILE.read_bytes()

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)

        message = refused(*BOTH[:3], f"AcmePip={arn('Other')}", code=1)
        assert message == f"Error: {FILE}: cannot be written: No space left on device."
        assert FILE.read_bytes() == before
        assert [path.name for path in FILE.parent.iterdir()] == [FILE.name]


class TestChecking:
    def test_fresh(self) -> None:
        call(*BOTH)

        result = call(*BOTH, "--check")

        assert (result.exit_code, result.output) == (0, f"Fresh: {FILE}\n")

    def test_stale(self) -> None:
        call(*BOTH)
        Path("repositories.yaml").write_text(f"repositories:{NPM}{PIP}".replace("pypi.", "new."))
        before = FILE.read_bytes()

        result = call(*BOTH, "--check")

        assert result.exit_code == 1
        assert "-  pip_index='https://pypi.example.com/simple/'" in result.output
        again = f"private-packages hook {' '.join(BOTH)}"
        assert f"Stale: {FILE}. Run `{again}` and commit." in result.output
        assert FILE.read_bytes() == before

    def test_missing(self) -> None:
        assert "Stale: " in refused(*BOTH, "--check", code=1)
        assert not FILE.exists()

    def test_not_executable(self) -> None:
        call(*BOTH)
        FILE.chmod(0o644)

        assert "is not executable" in refused(*BOTH, "--check", code=1)

    def test_nothing_to_look_at(self) -> None:
        assert "names no file for --check" in refused(*BOTH, "--check", "--output", "-", code=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            BOTH[:2],
            "The secret of AcmePip is not named: add --secret-arn AcmePip=ARN for each, or --stack-name.",
        ),
        (
            (*BOTH, "--stack-name", "x"),
            "--secret-arn and --stack-name both say which secrets to use: leave one of",
        ),
    ],
)
def test_arns_that_do_not_fit(arguments: tuple[str, ...], message: str) -> None:
    assert refused(*arguments, code=2).startswith(f"Error: {message}")
    assert not FILE.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        "AcmeNpm",
        arn("AcmeNpm")[:-7],
        "arn:aws:secretsmanager:eu-central-1:1111:secret:x-AbCdEf",
        "arn:aws:ssm:eu-central-1:111122223333:parameter/x-AbCdEf",
        arn("$(touch pwned)"),
        arn("x") + "\n",
        arn("a*"),
        " " + arn("x"),
    ],
)
def test_an_arn_that_is_none(wrong: str) -> None:
    result = call("--secret-arn", f"AcmeNpm={wrong}", *BOTH[2:])

    assert result.exit_code == 2
    assert "is not a secret's whole ARN, which reads arn:aws:secretsmanager:REGION" in result.output


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_arn_of_any_partition(partition: str) -> None:
    assert (
        call(
            "--secret-arn", f"AcmeNpm={arn('x').replace('arn:aws:', f'arn:{partition}:')}", *BOTH[2:]
        ).exit_code
        == 0
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("none.yaml", "none.yaml: cannot be read: No such file"),
        ("bad.yaml", "bad.yaml: repository 1 (A), field url: "),
    ],
)
def test_a_configuration_that_cannot_be_used(config: str, message: str) -> None:
    Path("bad.yaml").write_text("repositories: [{id: A, manager: npm, url: ftp://x, secret: x}]")

    result = call("--config", config, *BOTH)

    assert result.exit_code == 1
    assert message in result.output


@pytest.mark.server
class TestStack:
    """The ARNs of a deployed stack, from a server that answers as CloudFormation does."""

    @pytest.fixture(autouse=True)
    def _aws(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.stacks: dict[str, str] = {}
        stacks = self.stacks

        class CloudFormation(Handler):
            made_from = f"repositories:{NPM}{PIP}"

            def do_POST(self) -> None:
                asked = parse_qs(self.body().decode())
                region = self.headers["Authorization"].split("/")[2]
                stack = stacks.get(f"{asked['StackName'][0]} {region}")
                if stack and asked["Action"] == ["GetTemplateSummary"]:
                    stack = SUMMARY % escape(summary(parse(self.made_from, "x"))["Metadata"])
                self.answer(200 if stack else 400, stack or NO_SUCH_STACK % asked["StackName"][0])

        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        with serving(CloudFormation) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL", url)
            yield

    def deploy(self, outputs: dict[str, str], region: str = "eu-central-1") -> None:
        members = "".join(
            f"<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>"
            for name, value in outputs.items()
        )
        self.stacks[f"packages {region}"] = STACK % members

    def test_its_outputs_are_the_arns(self) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip"), "KeyArn": "x"})

        assert call("--stack-name", "packages").exit_code == 0
        head, _, script = FILE.read_text().partition(REMAKE)
        assert script.startswith("--stack-name packages --region eu-central-1 \\\n#     --output THIS-FILE\n")
        assert "--secret-arn" not in head + script
        call(*BOTH)
        rest = script.partition("THIS-FILE")[2].replace("--stack-name packages --region eu-central-1 ", "")
        assert FILE.read_text().partition(REMAKE)[2].partition("THIS-FILE")[2] == rest

    def test_it_is_the_same_from_any_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A source repository has no repositories.yaml: the stack says what it was made from."""
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip")})
        assert call("--stack-name", "packages").exit_code == 0
        written = FILE.read_bytes()
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert call("--stack-name", "packages").exit_code == 0
        assert FILE.read_bytes() == written
        assert call("--stack-name", "packages", "--check").exit_code == 0

    def test_a_file_that_says_something_else_is_refused_by_name(self) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip")})
        Path("repositories.yaml").write_text(f"repositories:{NPM}")
        said = refused("--stack-name", "packages", code=1)
        assert "repositories.yaml and the stack packages in eu-central-1 differ: AcmePip is only in" in said
        assert not FILE.exists()

    def test_some_can_be_taken_on_purpose(self) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip")})
        Path("repositories.yaml").write_text(f"repositories:{NPM}")
        assert call("--stack-name", "packages", "--only", "AcmePip").exit_code == 0
        text = FILE.read_text()
        assert "AcmeNpm" not in text
        assert f"{REMAKE}--stack-name packages --region eu-central-1 --only AcmePip" in text

    def test_in_another_region(self) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip")}, "us-west-2")

        assert call("--stack-name", "packages", "--region", "us-west-2").exit_code == 0

    def test_in_the_region_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm"), "AcmePipSecretArn": arn("AcmePip")}, "us-west-2")
        monkeypatch.setenv("AWS_REGION", "us-west-2")

        assert call("--stack-name", "packages").exit_code == 0

    def test_a_stack_without_an_output(self) -> None:
        self.deploy({"AcmeNpmSecretArn": arn("AcmeNpm")})

        assert refused("--stack-name", "packages", code=1) == (
            "Error: Stack packages in eu-central-1 (CREATE_COMPLETE) has no output AcmePipSecretArn: deploy a"
            " template made from the same configuration there first."
        )

    def test_an_output_that_is_no_arn(self) -> None:
        self.deploy({"AcmeNpmSecretArn": "x", "AcmePipSecretArn": arn("AcmePip")})

        assert (
            "stack packages, output AcmeNpm: x is not a secret's whole"
            in call("--stack-name", "packages").output
        )


@pytest.mark.parametrize(
    ("environment", "arguments", "message"),
    [
        ({}, ("--region", "eu-central-1"), "No AWS credentials: sign in, or give --profile."),
        ({}, ("--profile", "nobody"), "AWS cannot be asked: The config profile (nobody) could not be found."),
        (
            {},
            ("--region", "not a region"),
            "AWS cannot be asked: Provided region_name 'not a region' doesn't match",
        ),
        (
            {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
            | {"AWS_MAX_ATTEMPTS": "1"},
            ("--region", "eu-central-1"),
            "AWS cannot be asked: Could not connect to the endpoint URL",
        ),
    ],
)
def test_aws_that_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert refused("--stack-name", "packages", *arguments, code=1).startswith(f"Error: {message}")
    assert not FILE.exists()


def test_boto3_is_not_loaded_for_nothing() -> None:
    """It takes half a second."""
    program = "from private_packages.main import main; main(['hook', *sys.argv[1:]], standalone_mode=False)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}; print('boto3' in sys.modules)", *BOTH],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines()[-1] == "False", done.stderr


class TestLooking:
    """The hook itself looks, so that it cannot refuse anything else later."""

    def test_what_would_win_is_told_with_file_and_line(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        Path("home").mkdir()
        call(*BOTH)
        token = "//npm.example.com/acme/:_authToken=${GITHUB_TOKEN}"
        Path(".npmrc").write_text(f"fund=false\n{token}\n@acme:registry=https://x.example.com\n")

        assert call("--look").exit_code == 1

        file = f"private-packages: {tmp_path}/.npmrc"
        assert capfd.readouterr().err.splitlines() == [
            f"{file}, line 2: this token wins over that of the hook: remove the line",
            f"{file}, line 3: this takes @acme from another registry: remove the line",
        ]
        assert list(Path("home").iterdir()) == []
        Path(".npmrc").unlink()
        assert call("--look").exit_code == 0
        assert "nothing stands in the way of the hook" in capfd.readouterr().out
        assert list(Path("home").iterdir()) == []

    def test_without_a_hook(self) -> None:
        assert "Here is no hook: write it first, or name it with --output." in refused("--look", code=1)
        Path("other").write_text("echo")
        assert "other: is no hook: write it first" in refused("--look", "--output", "other", code=1)


class TestWithoutTheRoleCheck:
    def test_it_lies_at_a_place_of_its_own_and_names_what_gives_the_role_its_policy(self) -> None:
        with Path("repositories.yaml").open("a") as file:
            file.write("\nrole_check: none\nbuild_roles: [ci/builder]\n")
        assert call(*BOTH).output.startswith("Wrote ci/private-packages.bash (")
        text = Path("ci/private-packages.bash").read_text()
        assert 'own_policy="the role\'s own policy (templates/build-account.yaml gives it)"' in text
        assert "Stackery" not in text
        assert not FILE.exists()
        assert call("--check", *BOTH).exit_code == 0
        assert "Here is no hook" not in call("--look").output

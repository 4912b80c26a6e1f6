"""`private-packages token check`, called as a user calls it."""

import json
from datetime import UTC, date, datetime

import pytest

from private_packages import registry
from private_packages.aws.tokens import expiry
from private_packages.aws.tokens.token import Token
from private_packages.registry import Answer, Verdict
from tests.aws import ScriptEntry
from tests.private_packages.aws.stack.test_health import UPDATED
from tests.private_packages.aws.tokens.test_expiry import jwt
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DELETED,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    NO_VALUE,
    TOKEN,
    value,
)
from tests.private_packages.commands.token.calls import Aws, call, refused

CHECK = ("token", "check", "GitHubPackages")


def test_it_tells_all_but_the_token(aws: Aws) -> None:
    aws(GetSecretValue=value(f"{TOKEN}\n"))
    result = call(*CHECK)
    assert result.exit_code == 0
    secret, version, token, warning, verdict = result.stdout.splitlines()
    assert secret == f"Secret: {ARN}"
    assert version.startswith("Version: 22222222  2026-02-01 00:00 UTC (")
    assert version.endswith(" ago)  AWSCURRENT")
    assert token == "Token: 16 characters"
    assert warning.startswith("Warning: White space or a line end stands around the token")
    assert verdict == "Usable."


def test_json(aws: Aws) -> None:
    aws(GetSecretValue=value(TOKEN))
    assert json.loads(call(*CHECK, "--output", "json").stdout) == {
        "id": "GitHubPackages",
        "secret_arn": ARN,
        "usable": True,
        "version": {
            "version_id": NEW,
            "stages": ["AWSCURRENT"],
            "created": "2026-02-01T00:00:00+00:00",
            "expires": None,
        },
        "kind": "text",
        "length": 16,
        "expires": None,
        "registry": None,
        "deleted": None,
        "problems": [],
        "warnings": [],
    }


def test_it_fails_where_no_build_could_use_it(aws: Aws) -> None:
    aws(GetSecretValue=NO_VALUE)
    result = call(*CHECK)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "Not usable: The secret has no value yet: store one with `private-packages token set GitHubPackages`."
    )
    as_json = call(*CHECK, "--output", "json")
    assert (as_json.exit_code, json.loads(as_json.stdout)["usable"]) == (1, False)


def test_without_the_right_to_read_it_tells_what_else_it_knows(aws: Aws) -> None:
    aws(GetSecretValue=DENIED)
    result = call(*CHECK)
    assert result.exit_code == 1
    assert "Version: 22222222  2026-02-01 00:00 UTC (" in result.stdout
    assert "no identity-based policy allows it" in result.stdout


def test_a_day_of_deletion_is_shown(aws: Aws) -> None:
    aws(DescribeSecret=DESCRIBED | {"DeletedDate": UPDATED}, GetSecretValue=DELETED)
    assert "Deletion: 2026-02-01 00:00 UTC\n" in call(*CHECK).stdout


def test_a_secret_that_is_gone_is_an_error(aws: Aws) -> None:
    aws(DescribeSecret=NO_SECRET)
    assert refused(*CHECK).startswith("Error: Cannot describe the secret arn:")


ENDS = f"{NEW}-expires-2027-02-01"
STORE = "store a new one with `private-packages token set GitHubPackages`."


class TestItsEnd:
    @pytest.fixture(autouse=True)
    def _today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.today = date(2026, 11, 27)
        monkeypatch.setattr(expiry, "today", lambda: self.today)

    def shown(self, aws: Aws, text: str = TOKEN, version: str = ENDS) -> list[str]:
        aws(GetSecretValue=value(text) | {"VersionId": version})
        return call(*CHECK).stdout.splitlines()[1:]

    def test_the_version_says_it(self, aws: Aws) -> None:
        version, token, verdict = self.shown(aws)
        assert version.endswith(" ago)  AWSCURRENT, ends on 2027-02-01, in 66 days")
        assert token == "Token: 16 characters, ends on 2027-02-01, in 66 days"
        assert verdict == "Usable."
        assert json.loads(call(*CHECK, "--output", "json").stdout)["expires"] == "2027-02-01"

    def test_it_warns_as_builds_do(self, aws: Aws) -> None:
        self.today = date(2027, 1, 18)
        assert self.shown(aws)[2:] == [
            f"Warning: The token ends on 2027-02-01, in 14 days: {STORE}",
            "Usable.",
        ]

    def test_after_it_builds_are_not_expected_to_use_it(self, aws: Aws) -> None:
        self.today = date(2027, 2, 2)
        *_, verdict = self.shown(aws)
        assert verdict == f"Not usable: The token ended on 2027-02-01, 1 day ago: {STORE}"
        assert call(*CHECK).exit_code == 1

    def test_a_json_web_token_knows_better(self, aws: Aws) -> None:
        token = jwt({"exp": 1804032000})
        assert self.shown(aws, token)[1:] == [
            f"Token: {len(token)} characters, ends on 2027-03-03, in 96 days",
            (
                "Warning: Builds know another end, or none: store the same token again with `private-packages"
                " token set GitHubPackages --expires 2027-03-03`."
            ),
            "Usable.",
        ]

    @pytest.mark.parametrize("end", [date(2026, 11, 26), date(2286, 11, 20)])
    def test_no_day_is_proposed_that_would_be_refused(self, aws: Aws, end: date) -> None:
        token = jwt({"exp": datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp()})
        assert not [line for line in self.shown(aws, token, NEW) if line.startswith("Warning:")]


class TestTheRegistry:
    @pytest.fixture(autouse=True)
    def _today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(expiry, "today", lambda: date(2026, 11, 27))

    def ask(
        self,
        aws: Aws,
        monkeypatch: pytest.MonkeyPatch,
        answer: Answer,
        version: str = NEW,
        *options: str,
    ) -> tuple[list[str], int]:
        """What the command tells where the registry says this."""
        asked: list[tuple[str, str]] = []

        def ask(repository: object, token: Token) -> Answer:
            asked.append((getattr(repository, "id", ""), token.value))
            return answer

        monkeypatch.setattr(registry, "ask", ask)
        aws(GetSecretValue=value(f"{TOKEN}\n") | {"VersionId": version})
        result = call(*CHECK, "--ask-registry", *options)
        assert asked == [("GitHubPackages", TOKEN)]
        return result.stdout.splitlines(), result.exit_code

    def test_it_says_whether_and_until_when(self, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = Answer(Verdict.ACCEPTED, "api.github.com", "accepts the token", date(2027, 2, 1))
        shown, code = self.ask(aws, monkeypatch, answer)
        assert "Token: 16 characters, ends on 2027-02-01, in 66 days" in shown
        assert "Registry: api.github.com accepts the token" in shown
        assert any("token set GitHubPackages --expires 2027-02-01`." in line for line in shown)
        assert (shown[-1], code) == ("Usable.", 0)
        text, _ = self.ask(aws, monkeypatch, answer, NEW, "--output", "json")
        assert json.loads("\n".join(text))["registry"] == {
            "verdict": "accepted",
            "host": "api.github.com",
            "explanation": "accepts the token",
            "expires": "2027-02-01",
        }

    def test_its_word_is_the_last_on_a_day_that_is_past(
        self, aws: Aws, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = Answer(Verdict.ACCEPTED, "x.example", "accepts the token")
        shown, code = self.ask(aws, monkeypatch, answer, f"{NEW}-expires-2026-11-26")
        assert (shown[-1], code) == ("Usable.", 0)
        assert f"Warning: The token ended on 2026-11-26, 1 day ago: {STORE}" in shown

    @pytest.mark.parametrize(
        ("verdict", "said", "last", "code"),
        [
            ("refused", "refuses the token (HTTP 401)", f"Not usable: The registry refuses it: {STORE}", 1),
            ("unreachable", "cannot be asked: x", "Not usable: The registry cannot be asked from here.", 1),
            ("unknown", "does not tell now (HTTP 503): try again later", "Usable.", 0),
        ],
    )
    def test_what_else_it_may_say(
        self, aws: Aws, monkeypatch: pytest.MonkeyPatch, verdict: str, said: str, last: str, code: int
    ) -> None:
        shown, ended = self.ask(aws, monkeypatch, Answer(Verdict(verdict), "x.example", said))
        assert f"Registry: x.example {said}" in shown
        assert (shown[-1], ended) == (last, code)

    @pytest.mark.parametrize("answer", [NO_VALUE, DENIED, value("two\nlines"), value(None)])
    def test_what_is_no_token_goes_nowhere(
        self, aws: Aws, monkeypatch: pytest.MonkeyPatch, answer: ScriptEntry
    ) -> None:
        monkeypatch.setattr(registry, "ask", lambda *_: pytest.fail("asked"))
        aws(GetSecretValue=answer)
        assert call(*CHECK, "--ask-registry").exit_code == 1

"""The token in a secret: checked as far as the caller may, and replaced."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import botocore.exceptions
import pytest
from botocore.config import Config

from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError, TokenError
from private_packages.aws.tokens import expiry, stored_token
from private_packages.aws.tokens.token import Token
from tests.aws import Attempts, ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.tokens.test_expiry import jwt

Make = Callable[..., tuple[Aws, Scripted]]

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:/stackery/token-AbCdEf"
ID = "GitHubPackages"
TOKEN = "not-a-real-token"
OLD, NEW = "1" * 36, "2" * 36
THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
DESCRIBED: dict[str, Any] = {
    "ARN": ARN,
    "Name": "/stackery/token",
    "VersionIdsToStages": {OLD: ["AWSPREVIOUS"], NEW: ["AWSCURRENT"]},
}
VERSIONS: dict[str, Any] = {
    "Versions": [{"VersionId": OLD, "CreatedDate": THEN}, {"VersionId": NEW, "CreatedDate": NOW}]
}
DENIED = ErrorAnswer("AccessDeniedException", "because no identity-based policy allows it")
NO_VALUE = ErrorAnswer(
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
)
NO_SECRET = ErrorAnswer("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
DELETED = ErrorAnswer(
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


def value(text: str | None) -> dict[str, Any]:
    held = {"SecretBinary": b"x"} if text is None else {"SecretString": text}
    return {"ARN": ARN, "VersionId": NEW, "VersionStages": ["AWSCURRENT"], "CreatedDate": NOW} | held


def script(**changes: ScriptEntry) -> dict[str, ScriptEntry]:
    return {
        "DescribeSecret": DESCRIBED,
        "ListSecretVersionIds": VERSIONS,
        "GetSecretValue": value("not-the-old-token"),
        "PutSecretValue": {"ARN": ARN, "VersionId": NEW},
    } | changes


def put(session: Scripted) -> list[dict[str, Any]]:
    return [parameters for operation, parameters in session.sent if operation == "PutSecretValue"]


class TestDescribing:
    def test_the_newest_version_comes_first(self, scripted: Make) -> None:
        aws, session = scripted(**script())
        found = stored_token.describe_if_allowed(aws, ARN)
        assert found
        assert [(each.id, each.created, each.stages) for each in found.versions] == [
            (NEW, NOW, ["AWSCURRENT"]),
            (OLD, THEN, ["AWSPREVIOUS"]),
        ]
        assert found.current == found.versions[0]
        assert {region for _, region in session.calls} == {"eu-central-1"}

    def test_without_the_right_to_list_versions_their_times_are_not_known(self, scripted: Make) -> None:
        aws, _ = scripted(**script(ListSecretVersionIds=DENIED))
        found = stored_token.describe_if_allowed(aws, ARN)
        assert found
        assert [(each.stages, each.created) for each in found.versions] == [
            (["AWSCURRENT"], None),
            (["AWSPREVIOUS"], None),
        ]

    def test_without_the_right_to_describe_nothing_is_known(self, scripted: Make) -> None:
        aws, _ = scripted(**script(DescribeSecret=DENIED))
        assert stored_token.describe_if_allowed(aws, ARN) is None

    def test_a_secret_without_value_has_no_current_version(self, scripted: Make) -> None:
        aws, _ = scripted(DescribeSecret={"ARN": ARN, "Name": "x"}, ListSecretVersionIds={"Versions": []})
        found = stored_token.describe_if_allowed(aws, ARN)
        assert found
        assert found.current is None

    @pytest.mark.parametrize("operation", ["DescribeSecret", "ListSecretVersionIds"])
    def test_other_errors_are_told(self, scripted: Make, operation: str) -> None:
        aws, _ = scripted(**script(**{operation: ErrorAnswer("InternalServiceError")}))
        with pytest.raises(AwsError, match="InternalServiceError"):
            stored_token.describe_if_allowed(aws, ARN)


class TestChecking:
    def test_it_reads_as_the_hook_does(self, scripted: Make) -> None:
        aws, session = scripted(**script(GetSecretValue=value(TOKEN)))
        found = stored_token.check(aws, ARN, None, ID)
        assert ("GetSecretValue", {"SecretId": ARN, "VersionStage": "AWSCURRENT"}) in session.sent
        assert (found.problems, found.version and found.version.id) == ([], NEW)
        assert found.inspection
        assert found.inspection.length == 16
        assert TOKEN not in repr(found)

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (NO_VALUE, "The secret has no value yet: store one"),
            (DELETED, "The secret is marked for deletion: restore it first"),
            (DENIED, "May not read the secret arn:"),
            (ErrorAnswer("AccessDeniedException", "Access to KMS is not allowed"), "May not read the secret"),
            (value(" "), "The token is empty"),
            (value(None), "The secret holds bytes"),
        ],
    )
    def test_what_keeps_builds_from_using_it_is_told(
        self, scripted: Make, answer: ScriptEntry, problem: str
    ) -> None:
        aws, _ = scripted(**script(GetSecretValue=answer))
        [found] = stored_token.check(aws, ARN, None, ID).problems
        assert found.startswith(problem)

    def test_without_the_right_to_read_it_tells_what_the_description_says(self, scripted: Make) -> None:
        aws, _ = scripted(**script(GetSecretValue=DENIED))
        found = stored_token.check(aws, ARN, None, ID)
        assert found.version
        assert (found.version.id, found.version.created, found.inspection) == (NEW, NOW, None)

    def test_a_secret_that_is_gone_is_an_error(self, scripted: Make) -> None:
        aws, _ = scripted(**script(DescribeSecret=NO_SECRET))
        with pytest.raises(AwsError, match="can't find the specified secret"):
            stored_token.check(aws, ARN, None, ID)


class TestStoring:
    @pytest.mark.parametrize("before", [value("not-the-old-token"), value(None), NO_VALUE, DENIED])
    def test_the_token_becomes_the_value(self, scripted: Make, before: ScriptEntry) -> None:
        aws, session = scripted(**script(GetSecretValue=before))
        assert stored_token.store(aws, ARN, Token(TOKEN), None, ID)
        [sent] = put(session)
        assert (sent["SecretId"], sent["SecretString"]) == (ARN, TOKEN)

    def test_another_attempt_makes_no_second_version(self, scripted: Make, monkeypatch: Any) -> None:
        monkeypatch.setattr("time.sleep", lambda _: None)
        closed = botocore.exceptions.ConnectionClosedError(endpoint_url="https://x")
        attempts = Attempts([closed, closed])
        bodies: list[bytes] = []
        aws, session = scripted(**script(PutSecretValue=attempts))
        made = session.client

        def client(*arguments: Any, **options: Any) -> Any:
            found = made(*arguments, **options)
            found.meta.events.register("before-sign", lambda request, **_: bodies.append(request.data))
            return found

        monkeypatch.setattr(session, "client", client)
        # botocore would keep another test's AWS_MAX_ATTEMPTS in the settings that all share.
        aws = replace(aws, config=Config(retries={"mode": "adaptive", "total_max_attempts": 3}))
        with pytest.raises(
            TokenError, match="Whether the token was stored is not known: look with"
        ) as raised:
            stored_token.store(aws, ARN, Token(TOKEN), None, ID)
        sent = [body for body in bodies if b"SecretString" in body]
        assert attempts.made == len(sent) == 3
        assert len(set(sent)) == 1
        assert b"ClientRequestToken" in sent[0]
        assert TOKEN not in "".join(traceback.format_exception(raised.value))

    def test_each_call_makes_a_version_of_its_own(self, scripted: Make) -> None:
        aws, session = scripted(**script())
        for _ in range(2):
            stored_token.store(aws, ARN, Token(TOKEN), None, ID)
        first, second = put(session)
        assert first["ClientRequestToken"] != second["ClientRequestToken"]

    @pytest.mark.parametrize(
        ("current", "key"), [(TOKEN, None), (f'{{"user": "x", "token": "{TOKEN}"}}', "token")]
    )
    def test_the_current_token_is_not_stored_again(
        self, scripted: Make, current: str, key: str | None
    ) -> None:
        aws, session = scripted(**script(GetSecretValue=value(current)))
        assert stored_token.store(aws, ARN, Token(TOKEN), key, ID) is None
        assert put(session) == []

    def test_the_current_token_with_a_line_end_is_stored_without_it(self, scripted: Make) -> None:
        aws, session = scripted(**script(GetSecretValue=value(f"{TOKEN}\n")))
        stored_token.store(aws, ARN, Token(TOKEN), None, ID)
        assert put(session)[0]["SecretString"] == TOKEN

    def test_the_other_keys_stay(self, scripted: Make) -> None:
        aws, session = scripted(**script(GetSecretValue=value('{"user": "x", "token": "old"}')))
        stored_token.store(aws, ARN, Token(TOKEN), "token", ID)
        assert put(session)[0]["SecretString"] == f'{{"user": "x", "token": "{TOKEN}"}}'

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (
                DENIED,
                "The secret's other keys could not be kept, so nothing was changed. May not read the secret",
            ),
            (value(None), "The secret holds bytes, in which no token can be set"),
            (value("text"), "The secret holds no JSON object in which token could be set"),
            (value('{"a": {}}'), "Nothing was changed. The JSON has more than one level"),
        ],
    )
    def test_nothing_changes_where_the_other_keys_could_not_stay(
        self, scripted: Make, answer: ScriptEntry, message: str
    ) -> None:
        aws, session = scripted(**script(GetSecretValue=answer))
        with pytest.raises(TokenError) as refused:
            stored_token.store(aws, ARN, Token(TOKEN), "token", ID)
        assert str(refused.value).startswith(message)
        assert put(session) == []

    @pytest.mark.parametrize("operation", ["GetSecretValue", "PutSecretValue"])
    @pytest.mark.parametrize("answer", [DELETED, NO_SECRET, ErrorAnswer("InternalServiceError")])
    def test_what_aws_refuses_is_told_without_the_token(
        self, scripted: Make, operation: str, answer: ErrorAnswer
    ) -> None:
        aws, _ = scripted(**script(**{operation: answer}))
        with pytest.raises(AwsError) as refused:
            stored_token.store(aws, ARN, Token(TOKEN), None, ID)
        assert refused.value.code == answer.code
        assert TOKEN not in "".join(traceback.format_exception(refused.value))

    def test_not_being_allowed_to_write_is_told(self, scripted: Make) -> None:
        aws, _ = scripted(**script(PutSecretValue=DENIED))
        with pytest.raises(AwsError, match="May not put a value into the secret"):
            stored_token.store(aws, ARN, Token(TOKEN), None, ID)


class TestItsEnd:
    @pytest.fixture(autouse=True)
    def _november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(expiry, "today", lambda: date(2026, 11, 27))

    @pytest.mark.parametrize(
        ("token", "said", "end"),
        [
            (TOKEN, None, None),
            (TOKEN, date(2027, 2, 1), date(2027, 2, 1)),
            (jwt({"exp": 1801440000}), None, date(2027, 2, 1)),
            (jwt({"exp": 1801440000}), date(2027, 3, 1), date(2027, 2, 1)),
        ],
    )
    def test_the_new_version_knows_it(
        self, scripted: Make, token: str, said: date | None, end: date | None
    ) -> None:
        aws, session = scripted(**script())
        assert stored_token.store(aws, ARN, Token(token), None, ID, said)
        [sent] = put(session)
        assert expiry.of_version(sent["ClientRequestToken"]) == end

    @pytest.mark.parametrize("token", [Token(TOKEN), Token(jwt({"exp": 1767225600}))])
    def test_one_that_has_ended_is_not_stored(self, scripted: Make, token: Token) -> None:
        aws, session = scripted(**script())
        with pytest.raises(TokenError, match="The token ended on 2026-01-01, 330 days ago"):
            stored_token.store(aws, ARN, token, None, ID, date(2026, 1, 1))
        assert put(session) == []

    def test_of_a_stored_one_its_own_word_is_better(self, scripted: Make) -> None:
        ends = {"VersionId": f"{NEW}-expires-2027-03-01"}
        for text, end in ((TOKEN, date(2027, 3, 1)), (jwt({"exp": 1801440000}), date(2027, 2, 1))):
            aws, _ = scripted(**script(GetSecretValue=value(text) | ends))
            assert stored_token.check(aws, ARN, None, ID).expires == end


class TestRollingBack:
    def test_a_broken_connection_leaves_open_what_was_done(self, scripted: Make) -> None:
        closed = botocore.exceptions.ConnectionClosedError(endpoint_url="https://x")
        aws, _ = scripted(**script(UpdateSecretVersionStage=Attempts([closed])))
        aws = replace(aws, config=Config(retries={"total_max_attempts": 1}))
        description = stored_token.describe_for_roll_back(aws, ARN, ID)
        with pytest.raises(TokenError, match="Whether the versions were exchanged is not known: look with"):
            stored_token.roll_back(aws, description, ID)

"""What a registry says of a token: imitations on loopback, over https, that keep what they were asked."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from generator.configuration import Repository
from private_packages import registry
from private_packages.aws.tokens.token import Token
from private_packages.registry import Answer, Verdict, ask
from tests.e2e.hooks.certificates import Authority
from tests.serving import Handler, serving

pytestmark = pytest.mark.server

TOKEN = "not-a-real-token"
BEARER = f"Bearer {TOKEN}"
Reply = tuple[int, dict[str, str], str]
"""Status, headers and body."""
KNOWN: Reply = (200, {}, '{"username": "builds"}')
NOBODY: Reply = (200, {}, "{}\n")


@dataclass
class Imitation:
    """Answers by path, with the token and without."""

    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    replies: dict[tuple[str, bool], Reply] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return self.url.removeprefix("https://")

    def reply(self, path: str, known: Reply | int, unknown: Reply | int = 401) -> None:
        """Say what who shows a token gets, and who shows none."""
        for shown, given in ((True, known), (False, unknown)):
            self.replies[path, shown] = (given, {}, "") if isinstance(given, int) else given

    def handler(self) -> type[Handler]:
        """Return what answers."""
        imitation = self

        class Answering(Handler):
            def do_GET(self) -> None:
                shown = self.headers.get("Authorization")
                imitation.asked.append((self.path, shown))
                status, headers, body = imitation.replies.get((self.path, bool(shown)), (404, {}, ""))
                self.answer(status, body, **headers)

        return Answering


Start = Callable[[], Imitation]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "files", ["localhost"])


@pytest.fixture
def start(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start imitations whose certificates are trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setattr(registry, "_SECONDS", 1)
    with ExitStack() as stack:

        def start() -> Imitation:
            imitation = Imitation()
            imitation.url = stack.enter_context(serving(imitation.handler(), authority.server))
            return imitation

        yield start


@pytest.fixture
def server(start: Start) -> Imitation:
    return start()


def repository(url: str, manager: str = "npm", **fields: str) -> Repository:
    return Repository.model_validate({"id": "Acme", "manager": manager, "url": url, "secret": "x", **fields})


class TestAsTheManagerAsks:
    @pytest.mark.parametrize("manager", ["npm", "yarn"])
    def test_npm_and_yarn_ask_who_they_are(self, server: Imitation, manager: str) -> None:
        server.reply("/acme/-/whoami", KNOWN)
        found = ask(repository(f"{server.url}/acme", manager), Token(TOKEN))
        assert found == Answer(Verdict.ACCEPTED, server.host, "accepts the token")
        assert server.asked == [("/acme/-/whoami", BEARER), ("/acme/-/whoami", None)]

    @pytest.mark.parametrize(
        ("manager", "fields", "user"),
        [
            ("pip", {}, "__token__"),
            ("pip", {"username": "build@acme"}, "build@acme"),
            ("maven", {}, "token"),
        ],
    )
    def test_pip_and_maven_show_user_and_password(
        self, server: Imitation, manager: str, fields: dict[str, str], user: str
    ) -> None:
        server.reply("/simple/", 200)
        assert ask(repository(f"{server.url}/simple", manager, **fields), Token(TOKEN)).verdict == "accepted"
        shown = base64.b64encode(f"{user}:{TOKEN}".encode()).decode()
        assert server.asked == [("/simple/", f"Basic {shown}"), ("/simple/", None)]


@pytest.mark.parametrize(
    ("known", "unknown", "verdict", "explanation"),
    [
        (KNOWN, 401, "accepted", "accepts the token"),
        (KNOWN, 403, "accepted", "accepts the token"),
        (KNOWN, NOBODY, "accepted", "accepts the token"),
        (404, 401, "accepted", "accepts the token"),
        (KNOWN, (302, {"Location": "https://sign-in.example"}, ""), "accepted", "accepts the token"),
        (401, 401, "refused", "refuses the token (HTTP 401)"),
        (403, 404, "refused", "refuses the token (HTTP 403)"),
        (NOBODY, NOBODY, "refused", "refuses the token (HTTP 200)"),
        *(
            ((200, {}, body), 401, "unknown", "does not answer (HTTP 200) as npm's registries do")
            for body in ("<html>", "", '["builds"]', "[" * 9_999)
        ),
        ((200, {}, '{"username": 1}'), 401, "refused", "refuses the token (HTTP 200)"),
        (KNOWN, (200, {}, "<html>"), "accepted", "accepts the token"),
        (KNOWN, KNOWN, "unknown", "answers (HTTP 200) without a token as well, which tells nothing of it"),
        (404, 404, "unknown", "answers (HTTP 404) without a token as well, which tells nothing of it"),
        (503, 401, "unknown", "does not tell now (HTTP 503): try again later"),
        (429, 401, "unknown", "does not tell now (HTTP 429): try again later"),
    ],
)
def test_what_its_answers_mean(
    server: Imitation, known: Reply | int, unknown: Reply | int, verdict: str, explanation: str
) -> None:
    server.reply("/-/whoami", known, unknown)
    found = ask(repository(server.url), Token(TOKEN))
    assert (found.verdict, found.explanation, found.expires) == (verdict, explanation, None)


class TestGitHub:
    @pytest.fixture
    def github(self, server: Imitation, monkeypatch: pytest.MonkeyPatch) -> Imitation:
        monkeypatch.setattr(registry, "GITHUB", f"{server.url}/user")
        return server

    @pytest.mark.parametrize(
        ("header", "day"),
        [
            ("2027-02-01 19:07:53 UTC", date(2027, 2, 1)),
            ("2027-02-01 23:07:53 -0800", date(2027, 2, 2)),
            ("soon\u202e", None),
            ("", None),
        ],
    )
    @pytest.mark.parametrize("host", ["npm.pkg.github.com", "maven.pkg.github.com"])
    def test_its_api_says_when_the_token_ends(
        self, github: Imitation, host: str, header: str, day: date | None
    ) -> None:
        headers = {"GitHub-Authentication-Token-Expiration": header.encode().decode("latin-1")}
        github.reply("/user", (200, headers, '{"login": "x"}'))
        found = ask(repository(f"https://{host}/acme"), Token(TOKEN))
        assert found == Answer(Verdict.ACCEPTED, github.host, "accepts the token", day)
        assert github.asked == [("/user", BEARER), ("/user", None)]

    def test_a_token_that_has_ended_is_refused(self, github: Imitation) -> None:
        github.reply("/user", 401)
        assert ask(repository("https://npm.pkg.github.com"), Token(TOKEN)).verdict == "refused"

    @pytest.mark.parametrize("host", ["pkg.github.com.evil.example", "npm-pkg.github.com"])
    def test_no_other_host_is_taken_for_it(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def get(url: str, _headers: object) -> None:
            asked.append(url)
            raise OSError

        monkeypatch.setattr(registry, "_get", get)
        ask(repository(f"https://{host}"), Token(TOKEN))
        assert asked == [f"https://{host}/-/whoami"]


class TestGitLab:
    PATH = "/api/v4/projects/7/packages/npm/"
    SELF = "/api/v4/personal_access_tokens/self"

    @pytest.mark.parametrize(
        ("body", "day"),
        [
            ({"active": True, "expires_at": "2027-02-01"}, date(2027, 2, 1)),
            ({"active": True, "expires_at": None}, None),
            ({"expires_at": ["x"]}, None),
            ([], None),
            ("no JSON", None),
        ],
    )
    def test_its_api_says_when_the_token_ends(self, server: Imitation, body: Any, day: date | None) -> None:
        server.reply(self.SELF, (200, {}, body if isinstance(body, str) else json.dumps(body)))
        found = ask(repository(server.url + self.PATH), Token(TOKEN))
        assert found == Answer(Verdict.ACCEPTED, server.host, "accepts the token", day)
        assert {shown for _, shown in server.asked} == {BEARER, None}

    @pytest.mark.parametrize(("status", "verdict"), [(404, "accepted"), (401, "refused")])
    def test_a_deploy_token_which_the_api_refuses_is_shown_to_the_registry(
        self, server: Imitation, status: int, verdict: str
    ) -> None:
        server.reply(self.SELF, 401)
        server.reply(f"{self.PATH}-/whoami", status)
        assert ask(repository(server.url + self.PATH), Token(TOKEN)).verdict == verdict


class TestWhereTheTokenGoes:
    SENDS_ON = "sends on (HTTP 302) to another host, which gets no token, or in a circle"

    def test_no_other_host_gets_it_by_a_redirect(self, start: Start) -> None:
        server, other = start(), start()
        server.reply("/-/whoami", (302, {"Location": f"{other.url}/-/whoami"}, ""))
        found = ask(repository(server.url), Token(TOKEN))
        assert (found.verdict, other.asked) == ("unknown", [])
        assert found.explanation == self.SENDS_ON

    def test_a_circle_ends(self, server: Imitation) -> None:
        server.reply("/-/whoami", (302, {"Location": "/-/whoami"}, ""))
        found = ask(repository(server.url), Token(TOKEN))
        assert (found.verdict, found.explanation) == ("unknown", self.SENDS_ON)

    @pytest.mark.parametrize("location", ["http://localhost/x", "file:///etc/passwd", "//x:y@[", "http://["])
    def test_nor_does_anything_but_the_same_by_https(self, server: Imitation, location: str) -> None:
        server.reply("/-/whoami", (307, {"Location": location}, ""))
        assert ask(repository(server.url), Token(TOKEN)).verdict in ("unknown", "unreachable")
        assert server.asked == [("/-/whoami", BEARER)]

    def test_the_same_host_may_send_on(self, server: Imitation) -> None:
        server.reply("/-/whoami", (301, {"Location": "/there"}, ""), (301, {"Location": "/there"}, ""))
        server.reply("/there", KNOWN)
        assert ask(repository(server.url), Token(TOKEN)).verdict == "accepted"
        assert server.asked[:2] == [("/-/whoami", BEARER), ("/there", BEARER)]

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(
        self, server: Imitation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        found = ask(repository(server.url), Token(TOKEN))
        assert (found.verdict, server.asked) == ("unreachable", [])
        assert "certificate verify failed" in found.explanation


def drip(authority: Authority, listening: socket.socket) -> None:
    """Answer one caller with headers, one after the other, until it hangs up."""
    connection = authority.server.wrap_socket(listening.accept()[0], server_side=True)
    with suppress(OSError), connection:
        connection.recv(1_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(50):
            connection.sendall(b"X-More: yes\r\n")
            time.sleep(0.1)


class TestWhatCannotBeAsked:
    def test_nobody_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            found = ask(repository(f"https://localhost:{free.getsockname()[1]}"), Token(TOKEN))
        assert found.verdict == "unreachable"
        assert found.explanation.startswith("cannot be asked: ")

    def test_silence_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "_SECONDS", 1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            found = ask(repository(f"https://localhost:{silent.getsockname()[1]}"), Token(TOKEN))
        assert found.verdict == "unreachable"
        assert "timed out" in found.explanation

    def test_an_answer_without_end_is_given_up(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        monkeypatch.setattr(registry, "_ALL_SECONDS", 1)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=drip, args=(authority, listening), daemon=True).start()
            found = ask(repository(f"https://localhost:{listening.getsockname()[1]}"), Token(TOKEN))
        assert found.verdict == "unreachable"
        assert found.explanation == "cannot be asked: it did not end its answer within 1 seconds"

    def test_what_goes_wrong_is_told_without_the_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ValueError(f"Invalid header value b'{BEARER}'\x1b[31m")

        monkeypatch.setattr(registry, "_get", fail)
        found = ask(repository("https://x.example"), Token(TOKEN))
        assert found.explanation == "cannot be asked: Invalid header value b'Bearer (not shown)' [31m"

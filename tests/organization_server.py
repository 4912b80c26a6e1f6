"""An AWS Organization on loopback: what the role check calls, with a latency, on many connections at once.

It knows only STS, IAM, CloudFormation and Organizations, and of these only the calls that the check makes.
Each account has credentials of its own; a call that is not signed with them is refused, as by AWS.
"""

import asyncio
import hashlib
import hmac
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

ORGANIZATION = "o-a1b2c3d4e5"
MANAGEMENT_ACCOUNT = "999988887777"
PAGE = 20
"""Accounts in an answer of ListAccounts, which gives no more."""


@dataclass(frozen=True)
class Account:
    """An account as the check finds it."""

    id: str
    version: str | None = "1.25.0"
    """The Stackery Role's; None where it is not installed."""
    region: str = "us-east-1"
    """Where its stack is."""
    admits: bool = True
    """Whether the role that the check assumes can be."""
    is_active: bool = True
    called: str = ""
    """Its name, where it is not named for its number."""
    template: str = ""
    """The Stackery Role's; where it is given, there is no output Version."""
    drips: str = ""
    """The operation whose answer never ends: it comes byte by byte."""

    @property
    def name(self) -> str:
        return self.called or f"team-{self.id[-4:]}"


@dataclass
class RefusalError(Exception):
    code: str
    message: str
    status: int = 400


@dataclass
class Organization:
    """Answers the calls, and counts them."""

    accounts: Mapping[str, Account]
    calls: Counter[str] = field(default_factory=Counter)

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        try:
            caller, region = _authenticate(headers, body)
            if target := headers.get("x-amz-target"):
                operation = target.split(".")[1]
                self.calls[operation] += 1
                return 200, json.dumps(getattr(self, operation)(caller, json.loads(body)))
            asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            operation = asked["Action"]
            self.calls[operation] += 1
            result = getattr(self, operation)(caller, region, asked)
        except RefusalError as refusal:
            error = f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
            return refusal.status, f"<ErrorResponse>{error}</ErrorResponse>"
        return (
            200,
            f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>",
        )

    def DescribeOrganization(self, _caller: str, _asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT_ACCOUNT}}

    def ListAccounts(self, _caller: str, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        start = int(asked.get("NextToken", 0))
        members = [
            {
                "Id": account.id,
                "Name": account.name,
                "State": "ACTIVE" if account.is_active else "SUSPENDED",
            }
            for account in list(self.accounts.values())[start : start + PAGE]
        ]
        more = {"NextToken": str(start + PAGE)} if start + PAGE < len(self.accounts) else {}
        return {"Accounts": members, **more}

    def GetCallerIdentity(self, caller: str, _region: str, _asked: dict[str, str]) -> str:  # noqa: N802
        arn = f"arn:aws:iam::{caller}:user/me"
        return f"<Account>{caller}</Account><Arn>{arn}</Arn><UserId>me</UserId>"

    def AssumeRole(self, caller: str, _region: str, asked: dict[str, str]) -> str:  # noqa: N802
        account, role = asked["RoleArn"].split(":")[4], asked["RoleArn"].split("/")[-1]
        assert caller == MANAGEMENT_ACCOUNT
        if not self.accounts[account].admits:
            raise RefusalError(
                "AccessDenied",
                f"User: arn:aws:iam::{caller}:user/me is not authorized to perform: sts:AssumeRole on"
                f" resource: {asked['RoleArn']}",
                403,
            )
        key, secret, token = _credentials(account)
        return (
            f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
            f"<SessionToken>{token}</SessionToken><Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>"
            f"<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:{account}</AssumedRoleId>"
            f"<Arn>arn:aws:sts::{account}:assumed-role/{role}/private-packages</Arn></AssumedRoleUser>"
        )

    def GetRole(self, caller: str, _region: str, asked: dict[str, str]) -> str:  # noqa: N802
        name = asked["RoleName"]
        if self.accounts[caller].version is None:
            raise RefusalError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return (
            f"<Role><Path>/stackery/</Path><RoleName>{name}</RoleName><RoleId>AROAEXAMPLEEXAMPLE</RoleId>"
            f"<Arn>arn:aws:iam::{caller}:role/stackery/{name}</Arn>"
            "<CreateDate>2019-01-01T00:00:00Z</CreateDate></Role>"
        )

    def DescribeStacks(self, caller: str, region: str, asked: dict[str, str]) -> str:  # noqa: N802
        account, name = self.accounts[caller], asked["StackName"]
        if account.region != region:
            raise RefusalError("ValidationError", f"Stack with id {name} does not exist")
        return (
            f"<Stacks><member><StackName>{name}</StackName>"
            f"<StackId>arn:aws:cloudformation:{region}:{caller}:stack/{name}/1</StackId>"
            "<CreationTime>2019-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>"
            f"<Outputs><member><OutputKey>{'Other' if account.template else 'Version'}</OutputKey>"
            f"<OutputValue>{escape(str(account.version))}</OutputValue></member></Outputs></member></Stacks>"
        )

    def GetTemplate(self, caller: str, _region: str, _asked: dict[str, str]) -> str:  # noqa: N802
        return f"<TemplateBody>{escape(self.accounts[caller].template)}</TemplateBody>"

    def drips(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the answer to this call never ends."""
        key = headers["authorization"].partition("Credential=")[2].partition("/")[0]
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        account = asked["RoleArn"].split(":")[4] if "RoleArn" in asked else key[4:]
        found = self.accounts.get(account)
        return found is not None and bool(found.drips) and found.drips == asked.get("Action")


def _credentials(account: str) -> tuple[str, str, str]:
    return f"ASIA{account}", f"not-a-real-key-of-{account}", f"token-of-{account}"


def _authenticate(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Return the account and the Region of a call that is signed as Signature Version 4 wants it."""
    parts = dict(
        part.split("=", 1) for part in headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    )
    key, *scope = parts["Credential"].split("/")
    account = key[4:]
    _, secret, token = _credentials(account)
    if account != MANAGEMENT_ACCOUNT and headers.get("x-amz-security-token") != token:
        raise RefusalError(
            "InvalidClientTokenId", "The security token included in the request is invalid.", 403
        )
    names = parts["SignedHeaders"]
    request = ["POST", "/", "", *(f"{name}:{headers[name]}" for name in names.split(";")), "", names]
    digest = hashlib.sha256("\n".join([*request, hashlib.sha256(body).hexdigest()]).encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], "/".join(scope), digest])
    signer = f"AWS4{secret}".encode()
    for part in (*scope, text):
        signer = hmac.digest(signer, part.encode(), "sha256")
    if signer.hex() != parts["Signature"]:
        raise RefusalError("SignatureDoesNotMatch", "The signature does not match that of AWS.", 403)
    return account, scope[1]


@dataclass
class Server:
    """A running server."""

    url: str
    control: Connection = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to call it from the management account."""
        key, secret, _ = _credentials(MANAGEMENT_ACCOUNT)
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
        }

    def calls(self) -> Counter[str]:
        """Return how often each operation was called so far."""
        self.control.send(None)
        calls: Counter[str] = self.control.recv()
        return calls


@contextmanager
def running(accounts: Sequence[Account], latency: float = 0) -> Iterator[Server]:
    """Serve an organization in a process of its own; latency is in seconds for each call."""
    context = multiprocessing.get_context("spawn")
    control, other = context.Pipe()
    process = context.Process(target=_main, args=(accounts, latency, other), daemon=True)
    process.start()
    try:
        yield Server(f"http://127.0.0.1:{control.recv()}", control)
    finally:
        process.kill()
        process.join()


def _main(accounts: Sequence[Account], latency: float, control: Connection) -> None:
    asyncio.run(_serve(Organization({account.id: account for account in accounts}), latency, control))


async def _serve(organization: Organization, latency: float, control: Connection) -> None:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                pairs = (line.split(":", 1) for line in head[1:] if line)
                headers = {name.lower(): value.strip() for name, value in pairs}
                body = await reader.readexactly(int(headers["content-length"]))
                await asyncio.sleep(latency)
                if organization.drips(headers, body):
                    writer.write(b"HTTP/1.1 200 -\r\nContent-Length: 1000000\r\n\r\n<")
                    while True:
                        await writer.drain()
                        await asyncio.sleep(1)
                        writer.write(b" ")
                status, text = organization.answer(headers, body)
                content = text.encode()
                writer.write(
                    f"HTTP/1.1 {status} -\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
                )
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=256)
    control.send(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, control.poll, None):
        control.recv()
        control.send(organization.calls)

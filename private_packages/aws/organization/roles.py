"""A role in each of many accounts, reached through clients that all accounts share."""

import json
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials

from private_packages.aws.aws import Aws, Identity, asking
from private_packages.aws.clients import Clients, prepared
from private_packages.aws.text import hide

SECONDS = 900
"""How long the credentials of a role last; it is the least that AWS gives."""

CALLS = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=3, read_timeout=8)
"""Not adaptive: that would slow all accounts down because AWS throttles one."""

_caller: ContextVar[ReadOnlyCredentials] = ContextVar("caller")


class Roles:
    """One role's name in many accounts, and the clients for them.

    There is one client for each service and Region, whatever the account: making one and its connections
    costs more than the calls of a whole check. Each call is signed with the credentials of the account that
    it is made for, and fails where there are none.
    """

    def __init__(self, aws: Aws, role_name: str, *, actions: Sequence[str], connections: int) -> None:
        """Take AWS as it is that may assume the roles, and what those may do at most."""
        self._aws = aws
        self._role_name = role_name
        self._policy = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Sid": "NothingElse", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
                ],
            }
        )
        pool = Config(max_pool_connections=connections)
        self._sts = aws.client("sts", config=pool)
        self._clients = _SharedClients(_profile(aws), CALLS.merge(pool))

    def assume(self, account: str) -> "RoleInAccount":
        """Return AWS as the role reaches it in this account.

        Raises:
            AwsError: the role cannot be assumed.
        """
        role_arn = f"arn:{self._aws.identity.partition}:iam::{account}:role/{self._role_name}"
        with asking(f"assume {role_arn}"):
            answer = self._sts.assume_role(
                RoleArn=role_arn,
                RoleSessionName="private-packages",
                DurationSeconds=SECONDS,
                Policy=self._policy,
            )
        keys = answer["Credentials"]
        hide((keys["SecretAccessKey"], keys["SessionToken"]))
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return RoleInAccount(
            identity=Identity.of(answer["AssumedRoleUser"]["Arn"], "sts:AssumeRole"),
            region=self._aws.region,
            credentials=credentials.get_frozen_credentials(),
            clients=self._clients,
        )


@dataclass(frozen=True)
class RoleInAccount(Clients):
    """AWS as a role reaches it in one account."""

    identity: Identity
    region: str
    credentials: ReadOnlyCredentials = field(repr=False)
    clients: "_SharedClients" = field(repr=False)

    def _client(self, service: str, region_name: str | None, config: Config | None) -> Any:  # noqa: ARG002
        # A client for plain calls; config is not looked at, since all accounts share one.
        return _Signed(self.clients.get(service, region_name or self.region), self.credentials)


class _SharedClients:
    """The clients, each made when it is first asked for."""

    def __init__(self, profile: str | None, config: Config) -> None:
        # A session of its own: one with credentials would sign with those whatever is not signed otherwise.
        self._session = botocore.session.Session(profile=profile)
        self._session.register_component("credential_provider", CredentialResolver([_CallerProvider()]))
        # Nobody reads the dates in the answers, and to parse them takes as long as all the rest of an answer.
        self._session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
        self._config = config
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def get(self, service: str, region: str) -> Any:
        with self._lock, asking(f"reach {service}"):
            if (service, region) not in self._clients:
                self._clients[service, region] = prepared(
                    self._session.create_client(service, region_name=region, config=self._config)
                )
            return self._clients[service, region]


@dataclass(frozen=True)
class _Signed:
    """A shared client whose calls are signed for one account."""

    _client: Any
    _credentials: ReadOnlyCredentials = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        return self._signing(attribute) if callable(attribute) else attribute

    def _signing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def signing(*args: Any, **parameters: Any) -> Any:
            before = _caller.set(self._credentials)
            try:
                return call(*args, **parameters)
            finally:
                _caller.reset(before)

        return signing


class _CallerCredentials(Credentials):
    """The credentials of whoever makes the call at hand."""

    def __init__(self) -> None:
        super().__init__("none", "none")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        # botocore signs in the thread that makes the call; LookupError where it is made for nobody.
        return _caller.get()


class _CallerProvider(CredentialProvider):
    METHOD = "private-packages"

    def load(self) -> Credentials:
        return _CallerCredentials()


def _profile(aws: Aws) -> str | None:
    """Return the profile, which may set endpoints; boto3 calls it default where there is none."""
    name = aws.session.profile_name
    return name if name in aws.session.available_profiles else None

"""A repository's URL, in the parts that package managers look a token up by."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from generator.errors import ConfigurationError

HOST = r"[a-z0-9._-]+|[0-9a-f:.]+"
PLAIN_IN_PATHS = "/%:@+,~!*()&"
"""Besides letters, digits and -._~: what no file of a package manager reads as anything but itself."""


@dataclass(frozen=True)
class Address:
    """A URL that stands in any package manager's file as it is: everything else is percent-encoded."""

    host: str
    port: int | None
    path: str
    """Without a slash at its end."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take a URL apart.

        Raises:
            ConfigurationError: the host's name cannot be one.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not re.fullmatch(HOST, host):
            raise ConfigurationError(f"{url}: write a host's name of letters, digits, - and . only.")
        port = None if parts.port == 443 else parts.port
        return cls(host, port, quote(parts.path, safe=PLAIN_IN_PATHS).rstrip("/"))

    @property
    def authority(self) -> str:
        """The host, and the port unless it is https's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL with a slash at its end, which npm and pip both want."""
        return f"https://{self.authority}{self.path}/"

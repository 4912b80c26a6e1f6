"""A repository's URL, in the parts that package managers look a token up by."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

PLAIN_IN_PATHS = "/%:@+,~!*()&"
"""Besides letters, digits and -._~: what no file of a package manager reads as anything but itself."""


@dataclass(frozen=True)
class Address:
    """A URL that stands in any package manager's file as it is: everything else is percent-encoded."""

    host: str
    """Letters, digits and ._- only: the configuration lets nothing else pass."""
    port: int | None
    path: str
    """Without a slash at its end."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take the URL of a validated configuration apart."""
        parts = urlsplit(url)
        port = None if parts.port == 443 else parts.port
        return cls(parts.hostname or "", port, quote(parts.path, safe=PLAIN_IN_PATHS).rstrip("/"))

    @property
    def authority(self) -> str:
        """The host, and the port unless it is https's own."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL with a slash at its end, which npm and pip both want."""
        return f"https://{self.authority}{self.path}/"

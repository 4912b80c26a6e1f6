"""A repository's URL, in the parts that package managers look a token up by."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

PLAIN_IN_PATHS = "/%:@+,~!*()&"
"""Besides letters, digits and -._~: what no file of a package manager reads as anything but itself."""

FIX = "write an address such as https://npm.pkg.github.com, without user, token, query or fragment"


@dataclass(frozen=True)
class Address:
    """A URL that stands in any package manager's file as it is: everything else is percent-encoded."""

    host: str
    """Letters, digits and ._- only."""
    port: int | None
    path: str
    """Without a slash at its end."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take a URL apart.

        Raises:
            ValueError: it is not what a package manager can be given; the message says what to write.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(FIX) from None
        is_printable = re.fullmatch("[!-~]*", url) and not re.search("[?#]", url)
        is_host = re.fullmatch(r"[A-Za-z0-9._-]+(?::[0-9]+)?", parts.netloc)
        if not (is_printable and is_host and parts.scheme == "https"):
            raise ValueError(FIX)
        path = quote(parts.path, safe=PLAIN_IN_PATHS).rstrip("/")
        return cls(parts.hostname or "", None if port == 443 else port, path)

    @property
    def authority(self) -> str:
        """The host, and the port unless it is https's own."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL with a slash at its end, which npm and pip both want."""
        return f"https://{self.authority}{self.path}/"

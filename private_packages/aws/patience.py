"""Waiting for AWS while something goes on there that a call more or less makes no difference to."""

import time
from collections.abc import Callable
from typing import TypeVar

from private_packages.aws.errors import AwsError

Answer = TypeVar("Answer")

_PAUSES = (2, 4, 8, 16, 32, 64)
"""Seconds, beside what botocore's own attempts take: two minutes in all."""


def patiently(call: Callable[[], Answer]) -> Answer:
    """Return what a call returns, also where AWS throttles it or does not answer for a minute or two.

    Args:
        call: changes nothing, so that it may be made again.

    Raises:
        AwsError: AWS refuses, or has not answered in all that time.
    """
    for seconds in _PAUSES:
        try:
            return call()
        except AwsError as error:
            if not error.may_pass:
                raise
        time.sleep(seconds)
    return call()

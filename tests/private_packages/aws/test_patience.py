"""What passes is waited for, and nothing else is."""

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.patience import patiently

BUSY = [AwsError("Busy.", code) for code in ("Throttling", "503", "InternalFailure")]
NO_ANSWER = AwsError("No answer.", is_network=True)


def answering(*outcomes: AwsError) -> object:
    """What comes of a call with these outcomes before it succeeds."""
    waiting = list(outcomes)

    def call() -> str:
        if waiting:
            raise waiting.pop(0)
        return "answer"

    try:
        return patiently(call)
    except AwsError as error:
        return error


def test_what_passes_is_waited_for_longer_and_longer(pauses: list[float]) -> None:
    assert (answering(), pauses) == ("answer", [])
    assert (answering(*BUSY, NO_ANSWER), pauses) == ("answer", [2, 4, 8, 16])


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "ValidationError", ""])
def test_what_does_not_pass_is_told_at_once(code: str, pauses: list[float]) -> None:
    refused = AwsError("No.", code)
    assert (answering(BUSY[0], refused), pauses) == (refused, [2])


def test_it_ends_after_more_than_a_minute(pauses: list[float]) -> None:
    assert answering(*[NO_ANSWER] * 9) is NO_ANSWER
    assert sum(pauses) > 60

"""CloudFormation gets exactly one answer, and nobody gets the address that it is sent to."""

import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_resource import role_check
from tests.custom_resource.aws import ACCOUNT, Account, own_stack, stack, stack_id
from tests.custom_resource.cloudformation import PATIENCE, CloudFormation, Event, Trouble
from tests.custom_resource.conftest import LambdaContext

Ask = Callable[..., dict[str, Any]]

KINDS = ["Create", "Update", "Delete"]
TROUBLES: list[Trouble] = ["refuses", "has trouble", "hangs up", "redirects"]


class Untouchable:
    """A session that no test may use."""

    def client(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("AWS was called.")


# One answer


@pytest.mark.parametrize("kind", KINDS)
def test_one_answer_is_delivered_and_names_the_request(
    ask: Ask, cloudformation: CloudFormation, kind: str
) -> None:
    answer = ask(kind)
    event = cloudformation.event(kind)
    assert len(cloudformation.attempts) == 1
    assert answer["Status"] == "SUCCESS"
    assert answer["Reason"]
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[key] == event[key]


@pytest.mark.parametrize("kind", KINDS)
def test_the_address_is_used_as_it_came_and_no_content_type_is_sent(
    ask: Ask, cloudformation: CloudFormation, kind: str
) -> None:
    ask(kind)
    (delivery,) = cloudformation.accepted
    assert cloudformation.address + delivery.target == cloudformation.event(kind)["ResponseURL"]
    assert delivery.headers["Content-Type"] == ""
    assert delivery.headers["Content-Length"] == str(len(delivery.body))


@pytest.mark.parametrize("kind", ["Create", "Update"])
@pytest.mark.parametrize("version", ["1.25.0", "1.24.9"])
def test_the_physical_id_is_the_same_in_success_and_failure(
    ask: Ask, account: Account, kind: str, version: str
) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version=version)
    answer = ask(kind)
    assert answer["Status"] == ("SUCCESS" if version == "1.25.0" else "FAILED")
    assert answer["PhysicalResourceId"] == "stackery-role-check"


# Delete


@pytest.mark.parametrize(
    "physical_id",
    [
        pytest.param("stackery-role-check", id="its own"),
        pytest.param("private-packages-StackeryRole-1A2B3C4D5E6F", id="one that CloudFormation made up"),
        pytest.param("i" * 1024, id="one as long as can be"),
    ],
)
def test_delete_succeeds_without_a_call_and_keeps_the_physical_id(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, physical_id: str
) -> None:
    monkeypatch.setattr("boto3.Session", Untouchable)
    event = cloudformation.event("Delete") | {"PhysicalResourceId": physical_id}
    role_check.handler(event, LambdaContext())
    assert cloudformation.answer["Status"] == "SUCCESS"
    assert cloudformation.answer["PhysicalResourceId"] == physical_id
    assert len(cloudformation.accepted[0].body) < 4096


def test_delete_succeeds_whatever_its_properties_are(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boto3.Session", Untouchable)
    event = cloudformation.event("Delete")
    del event["ResourceProperties"]
    role_check.handler(event, LambdaContext())
    assert cloudformation.answer["Status"] == "SUCCESS"


# Delivery that fails


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("times", [1, 2, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_not_taken_is_sent_again_after_growing_pauses(
    cloudformation: CloudFormation,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
    trouble: Trouble,
    times: int,
    kind: str,
) -> None:
    monkeypatch.setattr(role_check, "decide", lambda *_: role_check.failed("No."))
    cloudformation.troubles = [trouble] * times
    role_check.handler(cloudformation.event(kind), LambdaContext())
    assert cloudformation.answer["Reason"] == "No."
    assert len({delivery.body for delivery in cloudformation.attempts}) == 1
    assert len(cloudformation.attempts) == times + 1
    assert pauses == [1, 2, 4, 8][:times]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_answer_that_is_never_taken_fails_the_function_so_that_lambda_runs_it_again(
    cloudformation: CloudFormation, pauses: list[float], trouble: Trouble
) -> None:
    cloudformation.troubles, cloudformation.always = [trouble], True
    with pytest.raises(RuntimeError, match=r"^No attempt to answer CloudFormation succeeded\.$"):
        role_check.handler(cloudformation.event("Delete"), LambdaContext())
    assert len(cloudformation.attempts) == 5
    assert cloudformation.accepted == []
    assert pauses == [1, 2, 4, 8]


def test_the_time_kept_for_the_answer_covers_each_attempt_and_pause(
    cloudformation: CloudFormation, pauses: list[float]
) -> None:
    cloudformation.troubles, cloudformation.always = ["has trouble"], True
    with pytest.raises(RuntimeError):
        role_check.handler(cloudformation.event("Delete"), LambdaContext())
    waiting = len(cloudformation.attempts) * role_check.ANSWER_TIMEOUT
    assert sum(pauses) + waiting == role_check.ANSWER_TIME


def test_an_attempt_that_is_never_answered_is_given_up(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_check, "ANSWER_TIMEOUT", 0.1)
    cloudformation.troubles = ["never answers"]
    role_check.handler(cloudformation.event("Delete"), LambdaContext())
    assert cloudformation.next_attempt.is_set()
    assert not cloudformation.waited_in_vain
    assert cloudformation.answer["Status"] == "SUCCESS"


# The deadline


@contextmanager
def hanging_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the check hang, and release it in the end whatever happens to the test."""
    released = threading.Event()

    def hang(*_: Any) -> dict[str, str]:
        released.wait(3 * PATIENCE)
        return {"Version": "too late"}

    monkeypatch.setattr(role_check, "check", hang)
    before = set(threading.enumerate())
    try:
        yield
    finally:
        released.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(PATIENCE)


@pytest.mark.parametrize(
    ("remaining", "kept"),
    [
        pytest.param(120, 119.5, id="when only the time for the answer is left"),
        pytest.param(30, 40, id="when even less is left"),
    ],
)
@pytest.mark.slow
def test_a_check_that_hangs_is_answered_before_the_functions_time_is_over(
    account: Account,
    cloudformation: CloudFormation,
    monkeypatch: pytest.MonkeyPatch,
    remaining: float,
    kept: float,
) -> None:
    monkeypatch.setattr("boto3.Session", lambda: account)
    monkeypatch.setattr(role_check, "ANSWER_TIME", kept)
    event, context = cloudformation.event("Create"), LambdaContext(remaining)
    with hanging_check(monkeypatch):
        function = threading.Thread(target=role_check.handler, args=(event, context))
        function.start()
        function.join(PATIENCE)
        assert not function.is_alive()
        assert cloudformation.answer["Status"] == "FAILED"
        late = "Try again: AWS did not answer the role check in time. It changed nothing."
        assert cloudformation.answer["Reason"] == late
        assert cloudformation.answer["PhysicalResourceId"] == "stackery-role-check"
    assert len(cloudformation.attempts) == 1


@pytest.mark.slow
def test_a_check_that_takes_long_but_not_too_long_gives_its_own_answer(
    account: Account, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_long(*_: Any) -> dict[str, str]:
        threading.Event().wait(1.2)
        return {"Version": "just in time"}

    monkeypatch.setattr("boto3.Session", lambda: account)
    monkeypatch.setattr(role_check, "check", take_long)
    role_check.handler(cloudformation.event("Create"), LambdaContext(120))
    assert cloudformation.answer["Data"] == {"Version": "just in time"}


# The limits of an answer


def body_of(cloudformation: CloudFormation, event: Event) -> bytes:
    cloudformation.reset()
    role_check.handler(event, LambdaContext())
    (delivery,) = cloudformation.accepted
    return delivery.body


def check_limits(body: bytes) -> dict[str, Any]:
    assert len(body) < 4096
    answer: dict[str, Any] = json.loads(body)
    told = [answer["Reason"], *answer.get("Data", {}).values()]
    assert all(text.isascii() and text.isprintable() for text in told)
    return answer


def with_long_names(event: Event, stack_name: str) -> Event:
    """Return the event with every id as long as AWS makes them."""
    event["StackId"] = stack_id("ap-southeast-2", stack_name, "aws-us-gov")
    return event | {"LogicalResourceId": "L" * 255, "RequestId": "11111111-2222-3333-4444-555555555555"}


ANY_TEXT = st.one_of(
    st.text(max_size=3000), st.text('"\\', min_size=1000, max_size=3000), st.just("\U0001f680" * 3000)
)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True) | st.just("s" * 128)
FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(kind=st.sampled_from(["Create", "Update"]), told=ANY_TEXT, name=NAMES, refused=st.booleans())
def test_any_refusal_and_any_exception_fit_into_an_answer(
    cloudformation: CloudFormation, account: Account, kind: str, told: str, name: str, refused: bool
) -> None:
    def stop(*_: Any) -> dict[str, str]:
        raise role_check.Refused(role_check.OLD, told) if refused else RuntimeError(told)

    event = with_long_names(cloudformation.event(kind), name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boto3.Session", lambda: account)
        patch.setattr(role_check, "check", stop)
        answer = check_limits(body_of(cloudformation, event))
    assert answer["Status"] == "FAILED"
    if told.isascii() and told.isprintable() and refused:
        assert answer["Reason"] == told[:1000]


@FEW
@given(mode=st.sampled_from(["Enforce", "Warn"]), version=ANY_TEXT, name=NAMES)
def test_any_version_under_any_name_of_a_stack_fits_into_an_answer(
    cloudformation: CloudFormation, boto: boto3.Session, mode: str, version: str, name: str
) -> None:
    account = Account(boto, stacks={"us-east-1": stack("us-east-1", name, Version=version)})
    event = with_long_names(
        cloudformation.event(
            "Create", RoleCheck=mode, StackeryStackName=name, StackeryStackRegion="us-east-1"
        ),
        name,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boto3.Session", lambda: account)
        answer = check_limits(body_of(cloudformation, event))
    if mode == "Enforce" and answer["Status"] == "FAILED":
        assert answer["Reason"].startswith(
            f"Upgrade the Stackery Role in account {ACCOUNT} to version 1.25.0"
        )
        assert f" stack {name} in us-east-1 has version " in answer["Reason"]


@FEW
@given(told=ANY_TEXT, name=NAMES)
def test_any_warning_fits_into_an_answer(
    cloudformation: CloudFormation, account: Account, told: str, name: str
) -> None:
    def stop(*_: Any) -> None:
        raise role_check.Refused(role_check.OLD, told)

    event = with_long_names(cloudformation.event("Create", RoleCheck="Warn"), name)
    event["StackId"] = stack_id("us-east-1", name)
    account.stacks["us-east-1"] = stack("us-east-1", "s" * 128, Version='"' * 500)
    event["ResourceProperties"]["StackeryStackName"] = "s" * 128
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boto3.Session", lambda: account)
        patch.setattr(role_check, "require_version", stop)
        answer = check_limits(body_of(cloudformation, event))
    assert answer["Data"]["Version"] == '"' * 100
    assert answer["Data"]["Status"].startswith("Warning: ")


def test_of_a_long_reason_the_fix_stays(ask: Ask, account: Account) -> None:
    account.roles = {}
    roles = ["p" * 400 + f"/builder-{number}" for number in range(10)]
    told = ask(BuildRoles=roles)["Reason"]
    assert told.startswith(f"Create what is missing in account {ACCOUNT}: the account has no IAM role ppp")
    assert len(told) == role_check.TEXT_LENGTH


# What must not leak


def secrets_of(event: Event) -> list[str]:
    """Return what would betray the address or that the event was printed."""
    url = event["ResponseURL"]
    return [url, url.partition("?")[2], "not-a-signature", event["RequestId"], event["ServiceToken"], "May"]


def assert_nothing_of(event: Event, *texts: str) -> None:
    for text in texts:
        for secret in secrets_of(event):
            assert secret not in text


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="custom_resource")
    caplog.set_level(logging.INFO)
    return caplog


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", ["success", "refusal", "warning", "bug", "trouble once"])
def test_neither_the_address_nor_the_event_is_printed(
    account: Account,
    cloudformation: CloudFormation,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    everything_logged: pytest.LogCaptureFixture,
    kind: str,
    outcome: str,
) -> None:
    monkeypatch.setattr("boto3.Session", lambda: account)
    mode = "Warn" if outcome == "warning" else "Enforce"
    event = cloudformation.event(kind, RoleCheck=mode, Recheck="the second of May")
    if outcome in ("refusal", "warning"):
        account.stacks = {"us-east-1": stack("us-east-1", Version="1.0.0")}
    if outcome == "bug":
        monkeypatch.delattr(role_check, "check")
    if outcome == "trouble once":
        cloudformation.troubles = ["has trouble"]
    role_check.handler(event, LambdaContext())
    out, err = capfd.readouterr()
    assert f"{kind} {cloudformation.answer['Status']}: {cloudformation.answer['Reason']}\n" in out
    assert_nothing_of(event, out, err, everything_logged.text, cloudformation.answer["Reason"])


@pytest.mark.parametrize("trouble", [*TROUBLES, "an address that cannot be reached", "no address at all",
                                     "an address with a blank", "an address without a host"])  # fmt: skip
def test_neither_the_address_nor_the_event_is_told_when_no_attempt_succeeds(
    cloudformation: CloudFormation,
    capfd: pytest.CaptureFixture[str],
    everything_logged: pytest.LogCaptureFixture,
    trouble: Any,
) -> None:
    cloudformation.troubles, cloudformation.always = [trouble], True
    event = cloudformation.event("Delete", Recheck="the second of May")
    path = event["ResponseURL"].removeprefix(cloudformation.address)
    event["ResponseURL"] = {
        "an address that cannot be reached": f"http://127.0.0.1:1{path}",
        "no address at all": path,
        "an address with a blank": f"{cloudformation.address}/ {path}",
        "an address without a host": f"http://{path}",
    }.get(trouble, event["ResponseURL"])
    with pytest.raises(RuntimeError) as failure:
        role_check.handler(event, LambdaContext())
    out, err = capfd.readouterr()
    trace = "".join(traceback.format_exception(failure.value))
    assert_nothing_of(event, out, err, everything_logged.text, str(failure.value), trace)
    attempts = 0 if trouble == "no address at all" else 5
    assert out.count("CloudFormation did not take the answer: ") == attempts


def test_a_rollback_is_answered_like_any_update(ask: Ask, account: Account) -> None:
    account.own_stack = own_stack("UPDATE_ROLLBACK_IN_PROGRESS")
    account.roles = {}
    answer = ask("Update")
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == "stackery-role-check"


# Whatever CloudFormation sends


@pytest.mark.parametrize("kind", ["Read", None])
def test_a_request_of_an_unknown_type_is_refused(kind: str | None) -> None:
    told = role_check.decide({"RequestType": kind}, 80)
    assert told == role_check.failed(f"Report this: CloudFormation asked for {kind}.")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/x", "data:,x", ""])
def test_no_other_address_than_one_of_the_web_is_opened(url: str) -> None:
    with pytest.raises(RuntimeError, match="no address to answer to"):
        role_check.deliver({"ResponseURL": url}, role_check.failed("No."))


@given(
    reason=st.text(max_size=2000),
    stack_id=st.text("ab:/-", max_size=256),
    logical=st.text("aB1", max_size=255),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_answer_is_larger_than_cloudformation_takes(
    monkeypatch: pytest.MonkeyPatch, reason: str, stack_id: str, logical: str
) -> None:
    sent: list[bytes] = []

    def open_url(request: Any, **_: Any) -> Any:
        sent.append(request.data)
        return BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", open_url)
    event = {
        "ResponseURL": "https://x",
        "StackId": stack_id,
        "LogicalResourceId": logical,
        "RequestId": "r" * 128,
    }
    event["PhysicalResourceId"] = "p" * 1024
    role_check.deliver(event, role_check.failed(reason))
    role_check.deliver(event, role_check.failed('"' * 2000))
    assert all(len(body) <= 4096 for body in sent)

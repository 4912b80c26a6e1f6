"""Whatever AWS answers, a command ends: with a sentence and an exit code, not with a traceback."""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError
from botocore.model import OperationModel, Shape
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_resource import role_check
from private_packages.commands.failures import UNFORESEEN
from private_packages.main import main

EXAMPLES = int(os.environ.get("ANSWERS", "40"))
MOST_CALLS = 60
"""Then nobody answers any more, so that what AWS says is under way comes to an end."""
ARN = "arn:aws:iam::111122223333:role/x"
COMMANDS = (
    *("check", "check --organization", "status", "status --drift", "token set GitHubPackages"),
    *("deploy --dry-run", "deploy --yes --no-token", "deploy --token-stdin --yes", "deploy --remove --yes"),
    *("deploy --yes --no-token --import", "token check GitHubPackages", "hook --output -"),
    *("token versions GitHubPackages", "token roll-back GitHubPackages --yes"),
    *("verify --stack-name x", f"verify --stack-name x --role-arn {ARN}", "rollout stop"),
    *("rollout plan --ou r-ab12", "rollout start --ou r-ab12 --yes", "rollout watch"),
    *("rollout status --versions --html page.html", "rollout remove --yes", "rollout status --output csv"),
)
CODES = (
    *("AccessDenied", "Throttling", "ValidationError", "ResourceNotFoundException", "NoSuchEntity"),
    *("StackSetNotFoundException", "AWSOrganizationsNotInUseException", "ExpiredToken", "", "Odd\u202e"),
)
SAID = (
    *(
        "",
        "1.25.0",
        "o-a1b2c3d4e5",
        "111122223333",
        "stackery",
        "private-packages",
        "us-east-1",
        "x\n\u2028y",
    ),
    *("CREATE_COMPLETE", "{}", '{"Statement": []}', '{"Statement": "x"}', "Resources: {}", "a: [", "[]"),
    *("arn:aws:cloudformation:us-east-1:111122223333:stack/x/1", ARN, "arn:aws:kms", "does not exist"),
)


def answers(shape: Shape | None, depth: int = 0) -> st.SearchStrategy[Any]:
    """All answers of a shape, those that lack what AWS always gives, too."""
    kind = shape.type_name if shape and depth < 6 else ""
    model: Any = shape
    match kind:
        case "structure":
            members = {name: answers(each, depth + 1) for name, each in model.members.items()}
            some, whole = st.fixed_dictionaries({}, optional=members), st.fixed_dictionaries(members)
            return st.integers(0, 25).flatmap(lambda number: whole if number else some)
        case "list":
            return st.lists(answers(model.member, depth + 1), max_size=2)
        case "map":
            return st.dictionaries(st.sampled_from(SAID), answers(model.value, depth + 1), max_size=2)
        case "string":
            return st.sampled_from((*model.enum, *SAID)) | st.text(max_size=9)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.just(datetime(2026, 1, 1, tzinfo=UTC))
        case "blob":
            return st.binary(max_size=9)
        case "integer" | "long":
            return st.integers(-1, 400)
    return st.none()


_answers: dict[str, st.SearchStrategy[Any]] = {}


def failures() -> st.SearchStrategy[dict[str, Any]]:
    said = st.builds(
        lambda code, text: {"Code": code, "Message": text}, st.sampled_from(CODES), st.sampled_from(SAID)
    )
    return said.map(lambda error: {"Error": error})


class Aws:
    """Takes the place of what sends calls, and draws what comes back."""

    def __init__(self, data: st.DataObject) -> None:
        self.data, self.calls = data, 0

    def make_request(self, operation: OperationModel, request: dict[str, Any]) -> tuple[AWSResponse, Any]:
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise EndpointConnectionError(endpoint_url=request["url"])
        name = f"{operation.service_model.service_name}:{operation.name}"
        strategy = _answers.setdefault(name, answers(operation.output_shape))
        fails = self.data.draw(st.integers(0, 9)) == 0
        parsed = self.data.draw(failures() if fails else strategy)
        response = AWSResponse(request["url"], 400 if fails else 200, HTTPHeaders(), None)
        return response, parsed | {"ResponseMetadata": {}}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[st.DataObject], Aws]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "none"), ("REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)

    def draw(data: st.DataObject) -> Aws:
        aws = Aws(data)
        monkeypatch.setattr(Endpoint, "make_request", lambda _, *arguments: aws.make_request(*arguments))
        return aws

    return draw


anything = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="ANSWERS" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_each_command_ends_with_a_sentence(drawn: Callable[[st.DataObject], Aws]) -> None:
    seen: Counter[str] = Counter()

    @anything
    @given(st.data(), st.sampled_from(COMMANDS))
    def run(data: st.DataObject, command: str) -> None:
        drawn(data)
        begun = time.monotonic()
        result = CliRunner().invoke(main, command.split(), input="a-token-0123456789", prog_name="x")
        assert time.monotonic() - begun < 30
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        assert result.exit_code in (0, 1), result.output
        assert "Traceback" not in result.output
        assert UNFORESEEN not in result.output, result.output
        seen[f"exit {result.exit_code}"] += 1

    run()
    print(seen)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(SAID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
properties = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("BuildRoles", "MinimumRoleVersion", "StackeryStackName", "StackeryStackRegion", "RoleCheck"),
        json_values,
    ),
)
events = st.fixed_dictionaries(
    {"RequestType": st.sampled_from(["Create", "Update", "Delete"]) | json_values},
    optional={
        "StackId": st.sampled_from(SAID) | json_values,
        "ResourceProperties": properties | json_values,
        "PhysicalResourceId": json_values,
    },
)


@pytest.mark.slow
def test_the_function_answers_each_event(drawn: Callable[[st.DataObject], Aws]) -> None:
    seen: Counter[str] = Counter()

    @anything
    @given(st.data(), events)
    def decide(data: st.DataObject, event: dict[str, Any]) -> None:
        drawn(data)
        answer = role_check.decide(event, 0)
        assert answer["Status"] in ("SUCCESS", "FAILED")
        assert answer["Reason"]
        seen[answer["Status"]] += 1

    decide()
    print(seen)

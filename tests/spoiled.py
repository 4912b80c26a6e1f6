"""AWS's answers as they once came, played again with one thing in them that is not as AWS documents."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Literal, get_args

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError
from botocore.model import OperationModel

MOST_CALLS = 200
"""Then nobody answers any more, so that what AWS says is under way comes to an end."""
Recording = dict[str, list[tuple[int, Any]]]
"""Status and answer of each call, by the operation."""
How = Literal["missing", "empty", "odd"]
Place = tuple[str, tuple[str, ...], How]
"""An operation, the way to a member of its answers, through lists, and what becomes of it there."""


def _name(operation: OperationModel) -> str:
    return f"{operation.service_model.service_name}:{operation.name}"


@contextmanager
def recording() -> Iterator[Recording]:
    """Keep all that is answered meanwhile."""
    made: Recording = {}
    ask = Endpoint.make_request

    def make_request(endpoint: Endpoint, operation: OperationModel, request: Any) -> Any:
        response, answer = ask(endpoint, operation, request)
        made.setdefault(_name(operation), []).append((response.status_code, deepcopy(answer)))
        return response, answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", make_request)
        yield made


@contextmanager
def playing(recording: Recording, place: Place) -> Iterator[None]:
    """Answer what was recorded, in this order and the last for ever, spoiled in this place."""
    spoiled, path, how = place
    left = {name: iter(answers) for name, answers in recording.items()}
    calls = 0

    def make_request(_: Endpoint, operation: OperationModel, request: Any) -> Any:
        nonlocal calls
        calls += 1
        name = _name(operation)
        if calls > MOST_CALLS or name not in recording:
            raise EndpointConnectionError(endpoint_url=request["url"])
        status, answer = next(left[name], recording[name][-1])
        if name == spoiled:
            answer = _spoiled(answer, path, how)
        return AWSResponse(request["url"], status, HTTPHeaders(), None), deepcopy(answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", make_request)
        yield


def places(recording: Recording) -> list[Place]:
    """Where it can be spoiled, and how."""
    return sorted(
        {
            (name, path, how)
            for name, answers in recording.items()
            for _, answer in answers
            for path, value in _members(answer)
            if path[0] != "ResponseMetadata" and path != ("Error",)
            for how in (get_args(How) if isinstance(value, str) else ("missing", "empty"))
            if how == "missing" or isinstance(value, str | list | dict)
        }
    )


def _members(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield (*path, key), each
            yield from _members(each, (*path, key))
    if isinstance(value, list):
        for each in value:
            yield from _members(each, path)


def _spoiled(value: Any, path: tuple[str, ...], how: How) -> Any:
    if isinstance(value, list):
        return [_spoiled(each, path, how) for each in value]
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    key, rest = path[0], path[1:]
    others = {name: each for name, each in value.items() if name != key}
    if rest:
        return {**value, key: _spoiled(value[key], rest, how)}
    return others if how == "missing" else {**value, key: "odd" if how == "odd" else type(value[key])()}

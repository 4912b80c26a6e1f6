"""A server on loopback that answers GetSecretValue as it is told to, also in ways that no simulator has."""

import json
import threading
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from tests.serving import Handler, serving

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = tuple[int, dict[str, Any]]


def error(code: str, message: str, status: int = 400) -> Answer:
    """The answer to a request that fails."""
    return status, {"__type": code, "Message": message, "message": message}


class SecretsManager:
    """Secrets by ARN, each with its answer, and a record of what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[dict[str, Any]] = []
        self.regions: list[str] = []
        server = self

        class Answering(Handler):
            def do_POST(self) -> None:
                asked = json.loads(self.body())
                server.requests.append(asked)
                # Credential=KEY/DATE/REGION/SERVICE/aws4_request
                server.regions.append(self.headers["Authorization"].split("/")[2])
                answer = server.answers.get(
                    asked["SecretId"],
                    error("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
                )
                status, content = answer() if callable(answer) else answer
                self.answer(status, json.dumps(content), Content_Type="application/x-amz-json-1.1")

        self._handler = Answering
        self._running = ExitStack()
        self.endpoint = ""

    def __enter__(self) -> Self:
        self.endpoint = self._running.enter_context(serving(self._handler))
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def store(self, arn: str, text: str, version: str = "1" * 32) -> None:
        """Answer with a text, as this version."""
        self.answers[arn] = (200, {"ARN": arn, "Name": "secret", "VersionId": version, "SecretString": text})

    def store_together(self, *arns: str, seconds: float = 20) -> None:
        """Answer these only when all of them have been asked for."""
        barrier = threading.Barrier(len(arns))

        def wait(content: Answer) -> Answer:
            barrier.wait(timeout=seconds)
            return content

        for arn in arns:
            self.answers[arn] = partial(wait, (200, {"SecretString": "not-a-real-token-1"}))

    def hold_back(self, arn: str, seconds: float) -> None:
        """Take the request and let the caller wait."""

        def wait() -> Answer:
            time.sleep(seconds)
            return 200, {"SecretString": "too-late"}

        self.answers[arn] = wait

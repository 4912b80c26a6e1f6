"""A server on loopback that answers GetSecretValue as it is told to, also in ways that no simulator has."""

import json
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

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

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append(asked)
                # Credential=KEY/DATE/REGION/SERVICE/aws4_request
                server.regions.append(self.headers["Authorization"].split("/")[2])
                answer = server.answers.get(
                    asked["SecretId"],
                    error("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
                )
                status, content = answer() if callable(answer) else answer
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                """A client that went away is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

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

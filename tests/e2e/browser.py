"""Chromium as a person uses it, driven over the W3C WebDriver protocol."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DRIVER = shutil.which("chromedriver")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ENTER, TAB = "\ue007", "\ue004"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which the protocol gives an element's id."""


@dataclass(frozen=True)
class Browser:
    """A window of the browser."""

    session: str
    """The address of the session at the driver."""

    def open(self, page: Path) -> None:
        self._post("url", {"url": page.as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns."""
        return self._post("execute/sync", {"script": script, "args": list(arguments)})

    def click(self, css: str) -> None:
        self._post(f"element/{self._find(css)}/click", {})

    def type(self, css: str, text: str) -> None:
        element = self._find(css)
        self._post(f"element/{element}/clear", {})
        self._post(f"element/{element}/value", {"text": text})

    def press(self, key: str) -> None:
        """Press a key, which goes to what has the focus."""
        pressed = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._post("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": pressed}]})

    def role(self, css: str) -> str:
        """Return what assistive technology takes an element for."""
        return str(_call(f"{self.session}/element/{self._find(css)}/computedrole"))

    def set_screen(self, width: int, height: int) -> None:
        """Set the size of the page as a phone's or a desktop's browser has it, in CSS pixels."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.devtools("Emulation.setDeviceMetricsOverride", screen)

    def set_media(self, media: str = "", scheme: str = "") -> None:
        """Show the page on screen or on paper (print), light or dark; by default as the machine does."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.devtools("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def settle(self) -> None:
        """Wait until what is in sight is laid out."""
        frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.devtools("Runtime.evaluate", {"expression": frames, "awaitPromise": True})

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._post("goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return the lines of a log since it was last asked for: browser (the console) or performance."""
        lines: list[dict[str, Any]] = self._post("se/log", {"type": kind})
        return lines

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since this was last called."""
        messages = [json.loads(line["message"])["message"] for line in self.log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def _find(self, css: str) -> str:
        found = self._post("element", {"using": "css selector", "value": css})
        return str(found[_ELEMENT])

    def _post(self, command: str, parameters: dict[str, Any]) -> Any:
        return _call(f"{self.session}/{command}", parameters)


@contextmanager
def driver() -> Iterator[str]:
    """Run the driver and give its address."""
    assert DRIVER
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([DRIVER, f"--port={port}", "--silent"], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/status")
            yield f"http://127.0.0.1:{port}/session"
        finally:
            process.terminate()


@contextmanager
def browser(driver_address: str, profile: Path, *arguments: str) -> Iterator[Browser]:
    """Open a window with a profile of its own."""
    options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}", *arguments]}
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }
    opened = _call(driver_address, {"capabilities": {"alwaysMatch": wanted}})
    session = f"{driver_address}/{opened['sessionId']}"
    try:
        yield Browser(session)
    finally:
        _call(session, method="DELETE")


def _call(address: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - always http
    # The driver is on this machine, whatever proxy is set.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        with error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            _call(address)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return

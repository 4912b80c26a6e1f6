"""The installed command in a pseudo-terminal, as a person has it before them."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = Path(sys.executable).with_name("private-packages")
SECONDS = 60
_TAKE_THE_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell starts with &
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Terminal:
    """A running command and all that it has written."""

    process: "subprocess.Popen[bytes]"
    screen: int
    pieces: list[tuple[float, str]] = field(default_factory=list)
    """What was read at once, with the time in seconds."""

    @property
    def raw(self) -> str:
        """What was written, as it was."""
        return "".join(text for _, text in self.pieces)

    @property
    def text(self) -> str:
        """What was written, without colours and moves of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw).replace("\r", "")

    def wait_for(self, text: str) -> None:
        """Read until this is written."""
        while text not in self.text:
            assert self._read(), f"ended without {text!r}:\n{self.text}"

    def type(self, text: str) -> None:
        """Type, as on a keyboard."""
        os.write(self.screen, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C at a question, and again where nothing comes of it.

        What arrives between input()'s prompt and its wait is heard only with the next key.
        """
        for _ in range(SECONDS // 5):
            self.type("\x03")
            # The terminal echoes the key; what comes after that is the command's.
            while select.select([self.screen], [], [], 5)[0] and self._read():
                if not self.text.endswith("^C"):
                    return
        raise AssertionError(f"goes on in spite of Ctrl-C:\n{self.text}")

    def end(self) -> int:
        """Read the rest and return the exit code."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.screen], [], [], SECONDS)
        assert ready, f"nothing more in {SECONDS} s:\n{self.text}"
        try:
            data = os.read(self.screen, 65_536)
        except OSError:  # how Linux tells that nobody holds the other end any more
            return False
        self.pieces.append((time.monotonic(), data.decode(errors="replace")))
        return bool(data)


@contextmanager
def terminal(
    *arguments: str, folder: Path, environment: Mapping[str, str], program: Path | str = COMMAND
) -> Iterator[Terminal]:
    """Start the command in a terminal of 100 columns and 30 lines; yields it, and ends it afterwards."""
    screen, keyboard = pty.openpty()
    fcntl.ioctl(keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_THE_TERMINAL, program, *arguments],
        cwd=folder,
        env=os.environ | dict(environment) | {"TERM": "xterm-256color"},
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        start_new_session=True,
    )
    os.close(keyboard)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)

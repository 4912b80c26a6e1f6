"""A terminal's recording as an SVG that plays, without a script, in every page that shows pictures."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import pyte

COLUMNS, LINES = 100, 30
LETTER, LINE, MARGIN = 8.4, 18, 14
SHORTEST, PER_LINE, LONGEST, END = 0.12, 0.2, 2.5, 6.0
"""How many seconds a frame stays: at least, for each new line, at most, and the last one."""
POSTER, TURNS = 2, 3
"""For how many seconds the last frame is shown first, as it is on paper, and how often the film runs."""

Written = Sequence[tuple[float, str]]
"""What a program wrote to its terminal, each piece with its time in seconds."""

_COLOURS = {
    "red": ("#b3261e", "#ff8a80"),
    "green": ("#146c2e", "#7ddc8a"),
    "brown": ("#8a5a00", "#f0c674"),  # as terminals call what everybody else calls yellow
    "blue": ("#0b57d0", "#8ab4f8"),
    "magenta": ("#8e24aa", "#e1a5f0"),
    "cyan": ("#00677d", "#7fd6e8"),
}
"""The colours of a terminal on light and on dark."""


@dataclass(frozen=True)
class Frame:
    """What a terminal shows, for how many seconds."""

    lines: tuple[str, ...]
    """Each line as SVG, empty where nothing stands in it."""
    seconds: float


def frames(written: Written) -> list[Frame]:
    """Return what the terminal showed, one after the other, as slowly as a person reads lines.

    What passed too quickly to be seen is left out, and what took long is cut short.
    """
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    found: list[Frame] = []
    for text, seconds in _paced(written):
        stream.feed(text)
        if seconds < SHORTEST:
            continue
        lines = tuple(_line(screen.buffer[number]) for number in range(LINES))
        if found and found[-1].lines == lines:
            found[-1] = Frame(lines, found[-1].seconds + seconds)
        else:
            found.append(Frame(lines, seconds))
    return found


def _paced(written: Written) -> Iterator[tuple[str, float]]:
    """Split what was written into lines; gives each with the seconds for which it is the last one."""
    for (time, text), (following, _) in zip(written, [*written[1:], (float("inf"), "")], strict=True):
        *lines, last = re.split("(?<=\\n)", text)
        yield from ((line, PER_LINE) for line in lines)
        gap = following - time
        yield last, END if gap == float("inf") else min(gap, LONGEST)


def _line(cells: Mapping[int, Any]) -> str:
    """Return a line of the screen: a text for each run of letters that look alike."""
    letters = [cells[column] for column in range(COLUMNS)]
    pieces, column = [], 0
    for style, run in groupby(letters, lambda each: (each.fg, each.bold, each.italics, each.underscore)):
        text = "".join(letter.data for letter in run)
        if text.strip():
            shown = text.rstrip()
            lead = len(shown) - len(shown.lstrip())
            x = MARGIN + (column + lead) * LETTER
            width = len(shown.lstrip()) * LETTER
            pieces.append(
                f'<text x="{x:.1f}" textLength="{width:.1f}"{_class(*style)}>{escape(shown.lstrip())}</text>'
            )
        column += len(text)
    return "".join(pieces)


def _class(colour: str, bold: bool, italics: bool, underlined: bool) -> str:
    names = [colour.removeprefix("bright")] if colour.removeprefix("bright") in _COLOURS else []
    names += [name for name, on in (("b", bold), ("i", italics), ("u", underlined)) if on]
    return f' class="{" ".join(names)}"' if names else ""


def svg(film: Sequence[Frame], title: str) -> str:
    """Return the film as an SVG; who wants no movement, or prints it, sees its last frame."""
    width = round(2 * MARGIN + COLUMNS * LETTER)
    height = 2 * MARGIN + max(_height(frame) for frame in film) * LINE
    names = {line: f"l{number}" for number, line in enumerate(dict.fromkeys(_all_lines(film)))}
    total = sum(frame.seconds for frame in film)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_style(film, total)}</style>",
            "<defs>",
            *(f'<g id="{name}">{line}</g>' for line, name in names.items()),
            "</defs>",
            f'<rect width="{width}" height="{height}" rx="8"/>',
            *(f'<g id="f{number}">{"".join(_uses(frame, names))}</g>' for number, frame in enumerate(film)),
            "</svg>",
            "",
        ]
    )


def _all_lines(film: Iterable[Frame]) -> Iterator[str]:
    return (line for frame in film for line in frame.lines if line)


def _uses(frame: Frame, names: dict[str, str]) -> Iterator[str]:
    for number, line in enumerate(frame.lines, 1):
        if line:
            yield f'<use href="#{names[line]}" y="{MARGIN + number * LINE - 5}"/>'


def _height(frame: Frame) -> int:
    return max((number for number, line in enumerate(frame.lines, 1) if line), default=1)


def _style(film: Sequence[Frame], total: float) -> str:
    light = "".join(f".{name}{{fill:{on_light}}}" for name, (on_light, _) in _COLOURS.items())
    dark = "".join(f".{name}{{fill:{on_dark}}}" for name, (_, on_dark) in _COLOURS.items())
    rules = [
        "rect{fill:#f7f7f9;stroke:#d0d0d7}",
        ".b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}",
        "text{fill:#1f2328;white-space:pre;font:14px ui-monospace,Consolas,'DejaVu Sans Mono',monospace}",
        light,
        f"@media(prefers-color-scheme:dark){{rect{{fill:#16181d;stroke:#33363d}}text{{fill:#e6e6e6}}{dark}}}",
        f"g[id^=f]{{visibility:hidden}}#f{len(film) - 1}{{visibility:visible}}",
    ]
    shown, moves = 0.0, []
    for number, frame in enumerate(film):
        start, end = 100 * shown / total, 100 * (shown + frame.seconds) / total
        shown += frame.seconds
        before = (
            f"0%{{visibility:hidden}}{start:.3f}%{{visibility:visible}}"
            if number
            else "0%{visibility:visible}"
        )
        after = f"{end:.3f}%{{visibility:hidden}}100%{{visibility:hidden}}" if number < len(film) - 1 else ""
        rules.append(f"@keyframes k{number}{{{before}{after or '100%{visibility:visible}'}}}")
        moves.append(f"#f{number}{{animation:k{number} {total:.2f}s step-end {POSTER}s {TURNS}}}")
    return "\n".join([*rules, f"@media(prefers-reduced-motion:no-preference){{{''.join(moves)}}}"])

"""A recording becomes an SVG that shows what the terminal showed."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pictures.film import END, LONGEST, PER_LINE, frames, svg

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_lines_come_one_after_the_other_and_stay() -> None:
    film = frames([(0, "one\r\ntwo\r\n"), (9, "three")])
    assert [sum(bool(line) for line in frame.lines) for frame in film] == [1, 2, 3]
    assert [frame.seconds for frame in film] == [PER_LINE, PER_LINE + LONGEST, END]
    assert texts(svg(film, "three lines")) == ["one", "two", "three"]


def test_what_passes_too_quickly_is_left_out() -> None:
    film = frames([(0, "10 %"), (0.01, "\r50 %"), (0.02, "\rdone")])
    assert texts(svg(film, "a bar")) == ["done"]


def test_colours_follow_the_reader_and_blanks_keep_their_width() -> None:
    picture = svg(frames([(0, "\x1b[31mfailed\x1b[0m   2 < 3 & more")]), "colours")
    assert texts(picture) == ["failed", "2 < 3 & more"]
    assert 'class="red"' in picture
    first, second = (float(x) for x in re.findall(r'<text x="([\d.]+)"', picture))
    assert round((second - first) / 8.4) == len("failed   ")
    assert "prefers-color-scheme:dark" in picture


def test_who_wants_no_movement_sees_the_last_frame() -> None:
    picture = svg(frames([(0, "one\r\n"), (1, "two")]), "still")
    style = picture.split("@media(prefers-reduced-motion")[0]
    assert "g[id^=f]{visibility:hidden}#f1{visibility:visible}" in style
    assert "animation" not in style


def test_paper_shows_the_last_frame_and_nothing_moves_for_ever() -> None:
    moves = re.findall(r"animation:(.+?)}", svg(frames([(0, "one\r\n"), (1, "two")]), "moving"))
    assert moves == [f"k{number} 7.20s step-end 2s 3" for number in (0, 1)]


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\r\n\b\t")),
        min_size=1,
    ),
    st.text(alphabet="<>&\"'x", max_size=9),
)
def test_any_output_is_a_picture(pieces: list[str], title: str) -> None:
    picture = svg(frames([(number, piece) for number, piece in enumerate(pieces)]), title)
    assert ElementTree.fromstring(picture).tag == f"{SVG}svg"

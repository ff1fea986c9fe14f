"""The logo of a company: what of a file is shown, what is taken away, and what is refused with a way out."""

import base64
import struct
import zlib
from pathlib import Path

import pytest
from small_run import SmallRun, lines

from elt.faults import Fault
from elt.report import logo, pages
from elt.run import settings

remedy = pytest.mark.remedy
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#0a0"/></svg>'


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*more: bytes) -> bytes:
    """A picture of one black point, with further chunks."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return logo.SIGNATURE + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def shown(folder: Path, content: str | bytes, name: str = "logo.svg") -> bytes:
    """The picture that a page holds of a file."""
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    kind, _, text = logo.address(folder / name).partition(";base64,")
    assert kind == ("data:image/png" if name.endswith("png") else "data:image/svg+xml")
    return base64.b64decode(text)


def refused(folder: Path, content: str | bytes, name: str = "logo.svg") -> str:
    """The message with which a file is refused."""
    with pytest.raises(Fault) as caught:
        shown(folder, content, name)
    return str(caught.value)


def test_a_picture_is_shown_as_it_is(tmp_path):
    assert shown(tmp_path, png(), "logo.png") == png()
    assert b'<rect width="9" height="9" fill="#0a0" />' in shown(tmp_path, SVG)


def test_what_a_drawing_program_leaves_beside_the_picture_is_taken_away(tmp_path):
    assert shown(tmp_path, png(chunk(b"tEXt", b"Author\0Erika Muster")), "logo.png") == png()
    left = (
        '<metadata>Erika Muster</metadata><!-- Erika --><i:view xmlns:i="http://inkscape.example" a="Muster"/>'
        '<g xmlns:i="http://inkscape.example" i:label="Muster"><path d="M0 0h9"/></g></svg>'
    )
    found = shown(tmp_path, SVG.replace("</svg>", left))
    assert b"Muster" not in found and b"Erika" not in found and b'd="M0 0h9"' in found


@remedy("elt.report.logo", "Save it as a plain SVG of shapes and text")
@remedy("elt.report.logo", "Save it as a plain SVG")
@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>", "<foreignObject/>", '<image href="https://x.example/a.png"/>', '<g onload="a()"/>',
        '<use href="https://x.example/a.svg#b"/>', '<g style="fill:url(https://x.example)"/>', "<animate/>",
        "<style>@import 'https://x.example/a.css';</style>", "<style>g{fill:u\\72l(https://x.example)}</style>",
        '<use xmlns:x="http://www.w3.org/1999/xlink" x:href="data:image/svg+xml,a"/>', '<a href="javascript:a()"/>',
    ],
)  # fmt: skip
def test_what_runs_or_fetches_something_is_refused_and_a_plain_picture_is_taken(tmp_path, part):
    assert "plain SVG" in refused(tmp_path, SVG.replace("</svg>", f"{part}</svg>"))
    assert "document type" in refused(tmp_path, f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{SVG}")
    assert shown(tmp_path, SVG.replace("</svg>", '<g fill="url(#a)"/><use href="#b"/></svg>'))


@remedy("elt.report.logo", "Save the picture as an SVG or a PNG")
@remedy("elt.report.logo", "Save the picture as a PNG again")
@remedy("elt.report.logo", "Save it smaller, or as a simpler SVG")
@remedy("elt.report.logo", "Put the file there, or take logo out of company.yaml")
def test_what_is_no_picture_too_large_or_not_there_is_refused_until_it_is_saved_as_one(tmp_path):
    with pytest.raises(Fault, match="there is no such logo"):
        logo.address(tmp_path / "logo.svg")
    assert "is no SVG" in refused(tmp_path, "<html/>") and "is no SVG" in refused(tmp_path, "no picture")
    assert "is no PNG" in refused(tmp_path, SVG, "logo.png")
    assert "breaks off" in refused(tmp_path, png()[:-5], "logo.png")
    assert f"a logo may have {logo.LARGEST}" in refused(tmp_path, SVG + " " * logo.LARGEST)
    assert shown(tmp_path, SVG) and shown(tmp_path, png(), "logo.png")


def test_a_logo_that_cannot_be_shown_is_named_before_anything_runs(tmp_path):
    stated = {"contracts": {}, "company.yaml": {"logo": "logo.svg"}}
    (line,) = settings.logo_faults(tmp_path, stated)
    assert line.startswith("company.yaml: logo: ") and "there is no such logo. Put the file there" in line
    (tmp_path / "logo.svg").write_text(SVG, encoding="utf-8")
    assert list(settings.logo_faults(tmp_path, stated)) == list(settings.logo_faults(tmp_path, {"contracts": {}})) == []


def test_the_exposé_holds_the_picture_itself(tmp_path):
    (tmp_path / "logo.svg").write_text(SVG, encoding="utf-8")
    page, _ = SmallRun(tmp_path, lines()).reports(logo=str(tmp_path / "logo.svg"))
    assert f'<img class="logo" src="{logo.address(tmp_path / "logo.svg")}" alt="">' in page


def test_every_report_as_a_page_has_the_logo_at_its_head_and_is_the_same_without_one(tmp_path):
    template = str(Path(logo.__file__).parents[2] / "templates/report.html.j2")
    (tmp_path / "logo.svg").write_text(SVG, encoding="utf-8")
    made = [
        pages.page("# A\n\nText\n", tmp_path, one)
        for one in ([template, str(tmp_path / "logo.svg")], [template], template)
    ]
    picture = f'<img class="logo" src="{logo.address(tmp_path / "logo.svg")}" alt="">\n'
    assert made[0].replace(picture, "", 1) == made[1] == made[2] and made[0].count(picture) == 1
    assert made[0].index("<main>") < made[0].index(picture) < made[0].index("<h1>")


def test_no_rule_names_the_template_of_pages_without_the_logo():
    rules = sorted((Path(logo.__file__).parents[3] / "rules").glob("*.smk"))
    named = {path.name for path in rules if "report.html.j2" in path.read_text("utf-8")}
    assert named == {"common.smk"}

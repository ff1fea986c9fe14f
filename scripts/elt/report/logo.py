"""A company's logo for the exposé: a small SVG or PNG, made harmless, as an address that holds the picture itself.

A page shows it as a picture, in which nothing runs and nothing is fetched. What could do either is refused here all the
same; what a drawing program leaves in a file beside the picture, such as the name of its author, is taken away.
"""

import base64
import re
import struct
from pathlib import Path
from xml.etree import ElementTree

from elt.faults import Fault

LARGEST = 100_000  # bytes; every copy of the exposé holds it
SVG, LINKED = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}href"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
# chunks of a picture itself and of its colours; texts, times and what programs add are none of them
CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs"}
SHAPES = {
    *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text"),
    *("tspan", "title", "desc", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "style"),
}
OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:|expression\(|\\", re.IGNORECASE)  # in a value or a style


def address(path: Path) -> str:
    """The picture of a file as `data:…`; raises Fault for one that is missing, too large or no harmless picture."""
    where = path.as_posix()
    if not path.is_file():
        raise Fault(where, "there is no such logo", "Put the file there, or take logo out of company.yaml")
    if (size := path.stat().st_size) > LARGEST:
        raise Fault(where, f"has {size} bytes; a logo may have {LARGEST}", "Save it smaller, or as a simpler SVG")
    content = path.read_bytes()
    kind, picture = ("png", png(content, where)) if path.suffix == ".png" else ("svg+xml", svg(content, where))
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def png(content: bytes, where: str) -> bytes:
    """A PNG with the chunks of its picture alone."""
    remedy = "Save the picture as a PNG again"
    if not content.startswith(SIGNATURE):
        raise Fault(where, "is no PNG", remedy)
    kept, place, name = [SIGNATURE], len(SIGNATURE), b""
    while name != b"IEND":
        head = content[place : place + 8]
        length, name = struct.unpack(">I4s", head) if len(head) == 8 else (len(content), b"")
        chunk = content[place : (place := place + 12 + length)]
        if len(chunk) != 12 + length:
            raise Fault(where, "is a PNG that breaks off", remedy)
        kept += [chunk] if name in CHUNKS else []
    return b"".join(kept)


def svg(content: bytes, where: str) -> bytes:
    """An SVG with its shapes alone; raises Fault for one that runs or fetches something."""
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        raise Fault(where, "has a document type", "Save it as a plain SVG")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without a document type there are no entities
    except ElementTree.ParseError:
        raise Fault(where, "is no SVG", "Save the picture as an SVG or a PNG") from None
    if root.tag != f"{{{SVG}}}svg":
        raise Fault(where, "is no SVG", "Save the picture as an SVG or a PNG")
    cleaned(root, where)
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="utf-8")


def cleaned(element: ElementTree.Element, where: str) -> None:
    """Take away what is none of SVG's own; raises Fault for what runs or fetches something."""
    for child in list(element):
        space, _, name = str(child.tag).rpartition("}")
        if space != f"{{{SVG}" or name == "metadata":
            element.remove(child)
        elif name not in SHAPES:
            raise Fault(where, f"has <{name}>, which a logo may not have", "Save it as a plain SVG of shapes and text")
        else:
            cleaned(child, where)
    for name, value in list(element.attrib.items()):
        is_link = name in ("href", LINKED)
        if name.lower().startswith("on") or OUTSIDE.search(value) or (is_link and not value.startswith("#")):
            raise Fault(where, "has a part that runs or fetches something", "Save it as a plain SVG of shapes and text")
        if name.startswith("{") and not is_link:
            del element.attrib[name]
    if OUTSIDE.search(element.text or "") and str(element.tag).endswith("}style"):
        raise Fault(where, "has a style that fetches something", "Save it as a plain SVG of shapes and text")

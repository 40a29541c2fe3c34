"""Files for publishers: SVG as it is; PDF and PNG through Typst, set in the typeface of ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

from ranvier.errors import InputError
from ranvier.reporting.figures.lettering import FONTS

__all__ = ["rendered", "write"]

#: One page, as large as the figure; 96 pixels are 72 points.
_PAGE = """#set document(title: sys.inputs.title, description: sys.inputs.description, date: none)
#set page(width: {width}pt, height: {height}pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, alt: sys.inputs.description)
"""


def write(
    svg: str,
    path: Path,
    *,
    width: float,
    height: float,
    title: str,
    description: str,
    dpi: float,
) -> Path:
    """Write a figure in the format the path ends with."""
    kind = path.suffix.lower()
    if kind not in {".svg", ".pdf", ".png"}:
        raise InputError(
            f"{path.name} does not say a format of figures.",
            remedy="End the name with .svg, .pdf or .png.",
        )
    if kind == ".svg":
        data = svg.encode()
    else:
        data = rendered(
            svg,
            "pdf" if kind == ".pdf" else "png",
            width=width,
            height=height,
            title=title,
            description=description,
            dpi=dpi,
        )
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.",
            remedy="Name a folder that exists and that you may write to.",
        ) from error
    return path


def rendered(
    svg: str,
    format: Literal["pdf", "png"],
    *,
    width: float,
    height: float,
    title: str = "",
    description: str = "",
    dpi: float = 300.0,
) -> bytes:
    """Turn an SVG into a PDF (text stays text, fonts embedded) or a PNG; the same bytes each time.

    Raises
    ------
    InputError
        If Typst is not installed, or the size in pixels is out of range.
    """
    if not 20 <= dpi <= 2400:
        raise InputError(f"dpi must be 20 to 2400; it is {dpi}.", remedy="Journals ask for 300.")
    try:
        import typst
    except ImportError as error:
        raise InputError(
            "PDF and PNG need the package typst, which is not installed.",
            remedy='Install it (pip install "ranvier[figures]"), or save as .svg.',
        ) from error
    page = _PAGE.format(width=f"{width * 0.75:.4f}", height=f"{height * 0.75:.4f}")
    compiler = typst.Compiler(
        page.encode(),
        font_paths=typst.Fonts(font_paths=[FONTS]),
        sys_inputs={"svg": svg, "title": title, "description": description},
    )
    made = compiler.compile(format=format, ppi=dpi, timestamp=0)
    return cast(bytes, made[0] if isinstance(made, list) else made)

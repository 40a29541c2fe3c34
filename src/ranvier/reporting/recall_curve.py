"""The recall curve of a screening: how many were found as the reading went on."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ranvier.reporting.svg import coordinate, element, linear_scale, text

__all__ = ["recall_svg"]

WIDTH, HEIGHT = 440.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 14.0, 40.0


def recall_svg(found_at: Sequence[int], read: int, *, id: str = "recall") -> Markup:
    """Draw how many of the records read so far were found to be worth keeping.

    Parameters
    ----------
    found_at : sequence of int
        Places, counted from 1, in the order of reading, at which one was found.
    read : int
        How many were read.
    id : str
        Of the drawing, so that a page can hold several.

    Returns
    -------
    Markup
        An SVG with title and description; empty where nothing was read.

    Examples
    --------
    >>> drawn = recall_svg([2, 5], 10)
    >>> "2 found among the first 10 read" in drawn
    True
    >>> recall_svg([], 0)
    Markup('')
    """
    if read < 1:
        return Markup("")
    x = linear_scale([float(read)], start=LEFT, end=WIDTH - RIGHT)
    y = linear_scale([float(max(len(found_at), 1))], start=HEIGHT - BOTTOM, end=TOP)
    parts = [
        element("title", "Recall curve", id=f"{id}-t"),
        element("desc", _description(found_at, read), id=f"{id}-d"),
    ]
    for tick in y.ticks:
        if tick != int(tick):
            continue
        at = y.at(tick)
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at, class_="grid"))
        parts.append(text(LEFT - 8, at + 4, f"{int(tick):,}", anchor="end", class_="tick"))
    for tick in x.ticks:
        if tick == int(tick):
            label = text(x.at(tick), HEIGHT - BOTTOM + 18, f"{int(tick):,}", anchor="middle")
            parts.append(element("g", label, class_="tick"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, HEIGHT - 4, "Records read", anchor="middle", class_="head"))
    parts.append(
        element(
            "text",
            "Kept",
            x=12,
            y=(TOP + HEIGHT - BOTTOM) / 2,
            text_anchor="middle",
            transform=f"rotate(-90 12 {coordinate((TOP + HEIGHT - BOTTOM) / 2)})",
            class_="head",
        )
    )
    steps = [f"M{coordinate(x.at(0))} {coordinate(y.at(0))}"]
    for n, place in enumerate(found_at, 1):
        steps.append(f"H{coordinate(x.at(place))}V{coordinate(y.at(n))}")
    steps.append(f"H{coordinate(x.at(read))}")
    parts.append(element("path", d="".join(steps), class_="recall"))
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {coordinate(WIDTH)} {coordinate(HEIGHT)}",
        class_="figure recall",
        role="img",
        aria_labelledby=f"{id}-t {id}-d",
    )


def _description(found_at: Sequence[int], read: int) -> str:
    """Say in words what the curve shows."""
    said = f"{len(found_at):,} found among the first {read:,} read."
    if found_at:
        said += f" The last of them was number {found_at[-1]:,}."
        said += f" Since then {read - found_at[-1]:,} were read."
    return said

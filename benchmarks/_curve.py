"""A curve as SVG, both scales logarithmic, so that a straight line of slope one is a linear cost."""

import math
from collections.abc import Mapping, Sequence
from html import escape


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 440, 70, 20, 50, 50
# Dark enough on white, and told apart by their dashes too.
STYLES = (
    ("#000091", ""),
    ("#b34000", "8 4"),
    ("#18753c", "2 4"),
    ("#6e445a", "12 4 2 4"),
)
Point = tuple[float, float]


def drawn(title: str, across: str, up: str, lines: Mapping[str, Sequence[Point]]) -> str:
    """Draw named lines of (across, up) points, all above zero."""
    points = [point for line in lines.values() for point in line]
    x = _scale([point[0] for point in points], LEFT, WIDTH - RIGHT)
    y = _scale([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    ticks = sorted({point[0] for point in points})
    parts = [_text(WIDTH / 2, 24, title, size=16), _text(WIDTH / 2, HEIGHT - 10, across)]
    parts += [_text(LEFT, 44, up, anchor="end")]
    parts += [_text(x(tick), HEIGHT - BOTTOM + 18, f"{tick:,.0f}".replace(",", " ")) for tick in ticks]
    parts += _grid(y, [point[1] for point in points])
    for at, (name, line) in enumerate(lines.items()):
        parts += _line(name, [(x(a), y(b)) for a, b in line], *STYLES[at % len(STYLES)], row=at)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _scale(values: Sequence[float], start: float, end: float):
    low, high = math.log10(min(values)), math.log10(max(values))
    return lambda value: start + (math.log10(value) - low) / max(high - low, 1e-9) * (end - start)


def _grid(y, values: Sequence[float]) -> list[str]:
    powers = range(math.ceil(math.log10(min(values))), math.floor(math.log10(max(values))) + 1)
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10.0**power):.1f}" y2="{y(10.0**power):.1f}" stroke="#ddd"/>'
        + _text(LEFT - 8, y(10.0**power) + 4, f"{10.0**power:g}", anchor="end")
        for power in powers
    ]


def _line(name: str, places: Sequence[Point], colour: str, dash: str, *, row: int) -> list[str]:
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
    dots = [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in places]
    top = TOP + 14 + 18 * row
    key = f'<line x1="{LEFT + 14}" x2="{LEFT + 54}" y1="{top}" y2="{top}" {style}/>'
    return [
        f'<polyline points="{path}" {style}/>',
        *dots,
        key,
        _text(LEFT + 62, top + 4, name, anchor="start"),
    ]


def _text(x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'

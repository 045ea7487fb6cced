"""A line plot as one SVG file, without a library."""

import html
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 70, 170, 40, 50
COLOURS = ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df"]


def _ticks(low, high, log):
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0 ** e for e in range(first, last + 1)]
    step = 10 ** math.floor(math.log10((high - low) / 4 or 1))
    step *= next(m for m in (1, 2, 5, 10) if (high - low) / (step * m) <= 6)
    count = math.ceil((high - low) / step)
    return [low + step * i for i in range(count + 1)]


def _text(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def line_plot(path, title, x_label, y_label, lines, log_x=False):
    """`lines`: name -> [(x, y)]. The y axis begins at 0, so that flat looks flat."""
    points = [p for line in lines.values() for p in line]
    xs = _ticks(min(x for x, _ in points), max(x for x, _ in points), log_x)
    ys = _ticks(0, max(y for _, y in points) * 1.05 or 1, False)
    scale = math.log10 if log_x else float

    def at(x, y):
        across = (scale(x) - scale(xs[0])) / ((scale(xs[-1]) - scale(xs[0])) or 1)
        return (LEFT + across * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - y / ys[-1] * (HEIGHT - TOP - BOTTOM))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="22" font-size="15">{html.escape(title)}</text>']
    for x in xs:
        px, py = at(x, 0)
        out.append(f'<path d="M{px:.1f} {TOP}V{py:.1f}" stroke="#ddd"/>'
                   f'<text x="{px:.1f}" y="{py + 18:.1f}" text-anchor="middle">{_text(x)}</text>')
    for y in ys:
        px, py = at(xs[0], y)
        out.append(f'<path d="M{px:.1f} {py:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{px - 6:.1f}" y="{py + 4:.1f}" text-anchor="end">{_text(y)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
               f'{html.escape(x_label)}</text>'
               f'<text x="14" y="{TOP - 8}">{html.escape(y_label)}</text>')
    for i, (name, line) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        drawn = " ".join("%.1f,%.1f" % at(x, y) for x, y in line)
        out.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (*at(x, y), colour)
                for x, y in line[:200]]
        out.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 14 + 18 * i}" fill="{colour}">'
                   f'{html.escape(name)}</text>')
    out.append("</svg>\n")
    with open(path, "w") as file:
        file.write("\n".join(out))

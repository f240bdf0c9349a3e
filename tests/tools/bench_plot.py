#!/usr/bin/env python3
"""Speed as drawings, from the output of `sheaf bench --format json`.

    bench_plot.py [--x traces|prompt|threads] [--y FIELD] [--title TEXT] [--linear] OUT.svg LABEL=FILE.json ...

Each file is a curve: its rows by x (traces at once; the tokens of the prompt; threads), tokens per second of
all traces together unless --y names another field; bars from the slowest to the fastest run where the file has
FIELD_min and FIELD_max. Files with the same label are joined to one curve: one for each context, say.

Standard library alone. The looks are those of `sheaf vote --svg` (src/svg_chart.c).
"""
import argparse
import json
import math
import sys
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1080, 620, 84, 270, 72, 560
COLOURS = ["#1f66b0", "#b04a12", "#0b6b4f", "#7a3d9a", "#8a6d00", "#555d68", "#a8325e", "#2b7f8c"]
SHAPES = ["M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z", "M-4 -4h8v8h-8z", "M0 -5.5L5 4h-10z",
          "M0 -5.5L5.5 0L0 5.5L-5.5 0z", "M0 5.5L5 -4h-10z", "M-5 -2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"]
TITLES = {"traces": "traces at once", "prompt": "tokens of the shared prompt", "threads": "threads",
          "decode_tps": "tokens per second, all traces", "prompt_tps": "prompt tokens per second",
          "trace_tps": "tokens per second and trace", "token_ms": "milliseconds per step"}


class Axis:
    """Values to places between two ends; logarithmic or from 0."""

    def __init__(self, values, begin, end, log, ticks=None):
        self.log, self.begin, self.end = log, begin, end
        if log:
            self.low, self.high = min(values) / 1.08, max(values) * 1.08
            self.ticks = ticks or list(log_ticks(self.low, self.high))
        else:
            step = round_up(max(values) / 5)
            self.low, self.high = 0, step * math.ceil(max(values) / step)
            self.ticks = ticks or [i * step for i in range(round(self.high / step) + 1)]

    def at(self, value):
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + (self.end - self.begin) * share


def round_up(step):
    """The round number (1, 2, 5 times a power of ten) next above."""
    power = 10 ** math.floor(math.log10(step))
    return next((r * power for r in (1, 2, 5) if step <= r * power * (1 + 1e-9)), 10 * power)


def log_ticks(low, high):
    value = round_up(low)
    while value <= high:
        yield value
        value = round_up(1.5 * value)


def read_curves(inputs, x, y):
    """Label to points (x, y, low, high) in order of x."""
    curves = {}
    for item in inputs:
        label, _, path = item.partition("=")
        if not path:
            sys.exit(f"bench_plot.py: '{item}' given; LABEL=FILE.json wanted")
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
        for row in rows:
            if row.get(y) is None or row.get(x) is None:
                sys.exit(f"bench_plot.py: {path}: a row without {x} or {y}")
            low, high = row.get(y + "_min") or row[y], row.get(y + "_max") or row[y]
            curves.setdefault(label, []).append((row[x], row[y], low, high))
    return {label: sorted(points) for label, points in curves.items()}


def number(value):
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def text(kind, x, y, words, anchor="start"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def draw_axes(across, up, x_title, y_title):
    for value in up.ticks:
        y = up.at(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield text("tick", LEFT - 8, y + 4, number(value), "end")
    for value in across.ticks:
        x = across.at(value)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
        yield text("tick", x, BOTTOM + 19, number(value), "middle")
    yield text("axis", (LEFT + WIDTH - RIGHT) / 2, BOTTOM + 46, x_title, "middle")
    yield (f'<text class="axis" transform="translate(20 {(TOP + BOTTOM) / 2:.1f}) rotate(-90)" '
           f'text-anchor="middle">{escape(y_title)}</text>')


def draw_mark(i, x, y, note=""):
    title = f"<title>{escape(note)}</title>" if note else ""
    return (f'<path transform="translate({x:.1f} {y:.1f})" d="{SHAPES[i % len(SHAPES)]}" '
            f'fill="{COLOURS[i % len(COLOURS)]}" stroke="#fff">{title}</path>')


def draw_curve(i, label, points, across, up):
    colour = COLOURS[i % len(COLOURS)]
    line = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y, _, _ in points)
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="2.2" points="{line}"/>'
    for x, y, low, high in points:
        at = across.at(x)
        yield (f'<path stroke="{colour}" opacity=".6" fill="none" d="M{at - 3:.1f} {up.at(low):.1f}h6M{at:.1f} '
               f'{up.at(low):.1f}V{up.at(high):.1f}M{at - 3:.1f} {up.at(high):.1f}h6"/>')
        yield draw_mark(i, at, up.at(y), f"{label}: {number(x)}, {y:.1f}")
    legend_y = TOP + 14 + 24 * i
    legend_x = WIDTH - RIGHT + 24
    yield f'<path stroke="{colour}" stroke-width="2.2" d="M{legend_x} {legend_y}h26"/>'
    yield draw_mark(i, legend_x + 13, legend_y)
    yield text("name", legend_x + 34, legend_y + 5, label)


STYLE = ('text{font:14px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:#1c2026}'
         ".title{font-size:19px;font-weight:600}.tick{font-size:13px;fill:#555d68}"
         ".grid{stroke:#d4d8de;stroke-width:1}")


def draw(args, curves):
    points = [p for line in curves.values() for p in line]
    xs = sorted({p[0] for p in points})
    across = Axis(xs, LEFT, WIDTH - RIGHT, len(xs) > 2 and xs[0] > 0, xs if len(xs) <= 10 else None)
    values = [v for p in points for v in p[1:]]
    up = Axis(values, BOTTOM, TOP, not args.linear and min(values) > 0)
    title = args.title or f"{TITLES.get(args.y, args.y)} by {TITLES.get(args.x, args.x)}"
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
           f'height="{HEIGHT}" role="img"><title>{escape(title)}</title><style>{STYLE}</style>')
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    yield text("title", 18, 32, title)
    yield from draw_axes(across, up, TITLES.get(args.x, args.x), TITLES.get(args.y, args.y))
    for i, (label, line) in enumerate(curves.items()):
        yield from draw_curve(i, label, line, across, up)
    yield "</svg>"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--x", default="traces", choices=["traces", "prompt", "threads"])
    parser.add_argument("--y", default="decode_tps", metavar="FIELD")
    parser.add_argument("--title")
    parser.add_argument("--linear", action="store_true", help="y from 0 instead of logarithmic")
    parser.add_argument("out")
    parser.add_argument("inputs", nargs="+", metavar="LABEL=FILE")
    args = parser.parse_args()
    curves = read_curves(args.inputs, args.x, args.y)
    if not any(curves.values()):
        sys.exit("bench_plot.py: the files have no rows")
    with open(args.out, "w", encoding="utf-8") as file:
        file.write("\n".join(draw(args, curves)) + "\n")


if __name__ == "__main__":
    main()

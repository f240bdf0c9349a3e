"""The log of a run (CSV) and its loss curve (SVG, written by hand: axes, grid, four lines)."""
import csv
import math
import os

FIELDS = ("step", "tokens", "seconds", "loss", "rate", "valid_loss", "greedy_trained",
          "greedy_heldout")
LINES = (("loss", "#7a9", "training loss, questions too", 0),
         ("valid_loss", "#c33", "validation loss", 1),
         ("greedy_trained", "#36c", "greedy, known frames", 2),
         ("greedy_heldout", "#96c", "greedy, new frames", 3))
WIDE, HIGH, LEFT, BASE = 720, 360, 56, 320


class Log:
    """Appends rows; on opening it drops what a killed run wrote after its last checkpoint."""

    def __init__(self, path, steps_done):
        self.path = path
        old = rows(path) if os.path.exists(path) else []
        kept = [r for r in old if int(r["step"]) <= steps_done]
        with open(path, "w", newline="") as f:
            out = csv.DictWriter(f, FIELDS)
            out.writeheader()
            out.writerows(kept)

    def add(self, **values):
        with open(self.path, "a", newline="") as f:
            csv.DictWriter(f, FIELDS).writerow(values)
        print("  ".join(f"{k} {v}" for k, v in values.items()), flush=True)


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def _points(table, name, x_of, y_of):
    return [(x_of(float(r["tokens"])), y_of(float(r[name]))) for r in table if r[name] != ""]


def _line(points, colour, label, nth):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            f'<text x="{WIDE - 190}" y="{30 + 16 * nth}" fill="{colour}">{label}</text>')


def _grid(bottom, top, last, y_of):
    marks = []
    for power in range(bottom, top + 1):
        y = y_of(10.0 ** power)
        marks.append(f'<path d="M{LEFT} {y:.1f}H{WIDE - 50}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
                     f'{10.0 ** power:g}</text>')
    for part in range(5):
        x = LEFT + (WIDE - 50 - LEFT) * part / 4
        marks.append(f'<text x="{x:.1f}" y="{BASE + 18}" text-anchor="middle">'
                     f'{last * part / 4e6:.1f} M</text>')
    for part in range(6):
        y = BASE - (BASE - 20) * part / 5
        marks.append(f'<text x="{WIDE - 44}" y="{y + 4:.1f}">{20 * part} %</text>')
    return marks


def draw(log_path, svg_path):
    """Losses on a logarithmic scale (left) and greedy accuracy (right) over training tokens."""
    table = rows(log_path)
    losses = [float(r[n]) for r in table for n in ("loss", "valid_loss") if r[n] != ""]
    if not losses:
        return
    last = float(table[-1]["tokens"])
    bottom, top = math.floor(math.log10(min(losses))), math.ceil(math.log10(max(losses)))
    span = max(1, top - bottom)

    def x_of(tokens):
        return LEFT + (WIDE - 50 - LEFT) * tokens / last

    def y_of(loss):
        return BASE - (BASE - 20) * (math.log10(loss) - bottom) / span

    def y_of_share(share):
        return BASE - (BASE - 20) * share

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
             *_grid(bottom, top, last, y_of),
             *(_line(_points(table, name, x_of, y_of_share if "greedy" in name else y_of), *look)
               for name, *look in LINES),
             f'<text x="{WIDE / 2}" y="{HIGH - 6}" text-anchor="middle">tokens</text>', "</svg>"]
    with open(svg_path, "w") as f:
        f.write("\n".join(parts) + "\n")

"""What a benchmark measured: stored as JSON, told as Markdown, drawn, and compared with what was stored before."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

SIDES = {
    "golden_path": "the whole Golden Path",
    "duckdb": "DuckDB by hand: the warehouse alone",
    "dbt": "a peer built with dbt and DuckDB: the warehouse alone",
    "nothing_to_do": "the Golden Path again: nothing to do",
    "empty_workflow": "a workflow of one empty rule, in the same Snakemake: nothing to do",
    "small_file_changed": "the Golden Path again: two records of the smallest raw file changed places",
}
RATIOS = {  # side in whose row it stands: what is divided by what
    "duckdb": ("golden_path", "duckdb"),
    "dbt": ("golden_path", "dbt"),
    "empty_workflow": ("nothing_to_do", "empty_workflow"),
    "small_file_changed": ("small_file_changed", "golden_path"),
}
SAID = {"empty_workflow": "with nothing to do ", "small_file_changed": "then of the whole "}
YARDSTICK = "duckdb"  # it does the same work on every machine, so that machines of different speed can be compared

# Wide on purpose: figures of machines that others use too must not cry wolf. What fails here is no noise.
SLOWER = 1.5  # by which processor time may exceed what was stored
LONGER = 2.0  # by which time, which other programs stretch, may
LARGER = 1.3  # by which memory may
SECONDS = 0.5  # so much more of processor time is no difference
MEGABYTES = 50  # nor is so much more memory
APART = 3  # times, for both of two numbers of order lines to be named in the figure


@dataclass(frozen=True)
class Used:
    """Seconds, seconds of processor, and the memory of the largest process in MB."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True)
class Rule:
    """All jobs of a rule: how many, seconds of processor together, and the memory of the largest in MB."""

    jobs: int
    processor: float
    memory: float


@dataclass(frozen=True)
class Measurement:
    """One size of data on one machine: what each side and each rule used."""

    lines: int
    megabytes: float
    machine: str
    sides: Mapping[str, Used]
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The measurement of a JSON document."""
        sides = {name: Used(**used) for name, used in content["sides"].items()}
        rules = {name: Rule(**used) for name, used in content["rules"].items()}
        return cls(**{**content, "sides": sides, "rules": rules})

    def ratio(self, side: str, what: str) -> float | None:
        """How many times one side takes of what another takes (RATIOS); None if one of them was not measured."""
        over, under = RATIOS.get(side, (side, side))
        if over == under or over not in self.sides or under not in self.sides:
            return None
        return getattr(self.sides[over], what) / getattr(self.sides[under], what)


def read(path: Path) -> dict[int, Measurement]:
    """Order lines -> measurement, of a file of them; none if there is no file."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {one["lines"]: Measurement.of(one) for one in content}


def store(path: Path, measured: Measurement) -> dict[int, Measurement]:
    """Put a measurement in the place of the former one of its size; all of them by order lines."""
    found = dict(sorted({**read(path), measured.lines: measured}.items()))
    whole = json.dumps([asdict(one) for one in found.values()])
    rounded = json.loads(whole, parse_float=lambda text: round(float(text), 2))
    path.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    return read(path)


@dataclass(frozen=True)
class Comparison:
    """One figure: what was stored, what was found, and the most that it may be."""

    what: str
    stored: float
    found: float
    limit: float

    @property
    def is_worse(self) -> bool:
        """Whether it is more than it may be."""
        return self.found > self.limit


def compared(stored: Measurement, found: Measurement) -> Iterator[Comparison]:
    """Every figure that both have: ratios to the baselines, processor time and memory of the rules.

    Processor time of a rule is expected as often as long as the yardstick took here of what it took when stored.
    """
    for side in RATIOS:
        for what, wider in (("processor", SLOWER), ("seconds", LONGER)):
            before, now = stored.ratio(side, what), found.ratio(side, what)
            if before is not None and now is not None:
                yield Comparison(f"{what}, times {side}", before, now, wider * before)
    speed = 1.0
    if YARDSTICK in stored.sides and YARDSTICK in found.sides:
        speed = found.sides[YARDSTICK].processor / stored.sides[YARDSTICK].processor
    for name, before in stored.rules.items():
        if (now := found.rules.get(name)) is None:
            continue
        expected = before.processor * speed
        yield Comparison(f"{name}: processor, s", expected, now.processor, SLOWER * expected + SECONDS)
        yield Comparison(f"{name}: memory, MB", before.memory, now.memory, LARGER * before.memory + MEGABYTES)


def worse_table(comparisons: Sequence[Comparison]) -> str:
    """What got worse, as a Markdown table; empty if nothing did."""
    worse = [one for one in comparisons if one.is_worse]
    if not worse:
        return ""
    lines = ["| what got worse | stored | now | at most |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {one.what} | {one.stored:.2f} | {one.found:.2f} | {one.limit:.2f} |" for one in worse]
    return "\n".join(lines) + "\n"


def sides_table(measured: Measurement) -> str:
    """Time, processor and memory of each side, and how many times the Golden Path takes of it."""
    head = f"{measured.lines:,} order lines, {measured.megabytes:,.0f} MB of exports. {measured.machine}."
    lines = [
        "| | seconds | of processor | largest process, MB | the Golden Path takes |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for side, title in SIDES.items():
        if (used := measured.sides.get(side)) is None:
            continue
        time, processor = measured.ratio(side, "seconds"), measured.ratio(side, "processor")
        digits = 2 if side in SAID else 1
        told = (
            f"{SAID.get(side, '')}{time:.{digits}f} × the time, {processor:.{digits}f} × the processor" if time else ""
        )
        lines.append(f"| {title} | {used.seconds:.1f} | {used.processor:.1f} | {used.memory:.0f} | {told} |")
    return f"{head}\n\n" + "\n".join(lines) + "\n"


def rules_table(measurements: Sequence[Measurement]) -> str:
    """Processor and memory of each rule, a pair of columns a size; what took most at the largest size first."""
    largest = measurements[-1].rules
    names = sorted({name for one in measurements for name in one.rules}, key=lambda n: (-processor_of(largest, n), n))
    sizes = [f"{one.lines:,} lines" for one in measurements]
    lines = [
        "| step | jobs | " + " | ".join(f"{size}: processor, s | memory, MB" for size in sizes) + " |",
        "| --- | ---: |" + " ---: | ---: |" * len(sizes),
    ]
    for name in names:
        cells = [
            f"{u.processor:.1f} | {u.memory:.0f}" if (u := one.rules.get(name)) else "– | –" for one in measurements
        ]
        jobs = max(one.rules[name].jobs for one in measurements if name in one.rules)
        lines.append(f"| `{name}` | {jobs} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def processor_of(rules: Mapping[str, Rule], name: str) -> float:
    """Seconds of processor of a rule, 0 if it did not run."""
    return rules[name].processor if name in rules else 0.0


def page(measurements: Sequence[Measurement]) -> str:
    """All sizes as Markdown."""
    return "\n".join([*map(sides_table, measurements), rules_table(measurements)])


LEGEND = 8  # how far the axes go on above the lines, for the legend


def draw(measurements: Sequence[Measurement], path: Path) -> None:
    """Time and processor time of each side by number of order lines, all axes logarithmic, as SVG."""
    from elt.report.colours import ACCENT, MUTED, SOFT
    from elt.report.figures import new_figure, save_svg

    figure, sizes = new_figure(), [one.lines for one in measurements]
    ticks = [size for size, larger in zip(sizes, [*sizes[1:], math.inf], strict=True) if larger >= APART * size]
    for axes, what, title in zip(
        figure.subplots(1, 2, sharey=True), ("seconds", "processor"), ("seconds", "seconds of processor"), strict=True
    ):
        for side, colour, name in (
            ("golden_path", ACCENT, "Golden Path, whole"),
            ("dbt", SOFT, "dbt and DuckDB, warehouse"),
            ("duckdb", MUTED, "DuckDB by hand, warehouse"),
        ):
            points = [(one.lines, getattr(one.sides[side], what)) for one in measurements if side in one.sides]
            if points:
                axes.plot(*zip(*points, strict=True), color=colour, marker="o", label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(ticks, [f"{size:,}" for size in ticks])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("order lines")
        axes.set_title(title)
        axes.grid(axis="y")
    first = figure.axes[0]
    first.set_ylim(top=first.get_ylim()[1] * LEGEND)
    first.legend(loc="upper left")
    save_svg(figure, path)

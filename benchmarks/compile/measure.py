#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Compiles the generated programs and compares the library with the sqlite3 API by hand.

Question: what does a program that inserts, gets and queries N models pay its compiler?
Floor:    the same job written by hand on sqlite3_*, compiled in the same run with the same options.

    headers      the structs with the standard headers they need
    by_hand      the same job on sqlite3_*
    describe     the library's descriptions alone
    ours         a file of a program that uses the library, compiled with CAIRN_SEPARATE
    header_only  the same file without it, and without a carrier
    carrier      the one file that carries the functions that are no templates; once a program

The budget is that of a file of a program, which is what is compiled again and again. The figure is
processor time (user + system, the least of the repetitions, of which header_only has two), which
other programs disturb less than wall time, and the largest resident memory. One compilation runs at
a time, the programs in turn; compiler caches are bypassed. Each program is linked and run: a
program that does not do its job is not a figure.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import generate

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# CPU seconds of one model and of each further one, peak MB by models, ratio at 10 models, seconds
# that descriptions add to the standard headers and to each model, characters of a symbol.
BUDGET = {
    "first": 1.5,
    "further": 0.22,
    "memory": {10: 420, 40: 1000},
    "ratio": 2.8,
    "describe": (0.15, 0.04),
    "symbol": 600,
}


# What is compiled of which generated source, and how.
FORMS = {
    "headers": ("headers", []),
    "by_hand": ("by_hand", []),
    "describe": ("describe", []),
    "ours": ("ours", ["-DCAIRN_SEPARATE"]),
    "header_only": ("ours", []),
}

# What has no budget and takes most of the time is compiled less often.
SLOW = {"header_only"}
SLOW_REPETITIONS = 2

CARRIER = "#define CAIRN_CARRIER\n#include <cairn/cairn.hpp>\n#include <cairn/sqlite.hpp>\n"


def include_flags():
    return ["-I", str(ROOT / "include")]


def spend(command):
    """Processor seconds and peak megabytes of a command that must succeed."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError("failed: " + " ".join(map(str, command)))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Program:
    def __init__(self, source, object_file, flags, compiler):
        self.source = source
        self.object = object_file
        self.command = [*compiler, "-std=c++20", "-O2", "-c", *flags, *include_flags()]
        self.command += [str(self.source), "-o", str(self.object)]
        self.seconds = float("inf")
        self.megabytes = 0.0

    def compile(self):
        seconds, megabytes = spend(self.command)
        self.seconds = min(self.seconds, seconds)
        self.megabytes = max(self.megabytes, megabytes)

    def check_that_it_works(self, compiler, *others):
        binary = self.object.with_suffix("")
        objects = [str(self.object), *map(str, others)]
        command = [*compiler, *objects, "-o", str(binary), "-lsqlite3", "-pthread"]
        subprocess.run(command, check=True)
        subprocess.run([str(binary)], check=True, cwd=self.object.parent)

    def longest_symbol(self):
        listed = subprocess.run(
            ["nm", "-P", str(self.object)], check=True, capture_output=True, text=True
        )
        return max((len(line.split(" ", 1)[0]) for line in listed.stdout.splitlines()), default=0)


def measure(folder, counts, compiler, repetitions):
    """Every program by (name, count); ABBA order within a count."""
    generate.main([str(folder), *map(str, counts)])
    carrier = make_carrier(folder, compiler)
    programs = {"carrier": carrier}
    for count in counts:
        group = {name: make_program(folder, name, count, compiler) for name in FORMS}
        for repetition in range(repetitions):
            order = [
                program
                for name, program in group.items()
                if name not in SLOW or repetition < SLOW_REPETITIONS
            ]
            for program in order if repetition % 2 == 0 else reversed(order):
                program.compile()
        for name, program in group.items():
            program.check_that_it_works(compiler, *([carrier.object] if name == "ours" else []))
        programs.update(((name, count), program) for name, program in group.items())
    return programs


def make_carrier(folder, compiler):
    source = folder / "carrier.cpp"
    source.write_text(CARRIER)
    carrier = Program(source, folder / "carrier.o", ["-DCAIRN_SEPARATE"], compiler)
    carrier.compile()
    return carrier


def make_program(folder, name, count, compiler):
    source, flags = FORMS[name]
    return Program(
        folder / f"{source}_{count}.cpp", folder / f"{name}_{count}.o", flags, compiler
    )


def rows(programs, counts, backend):
    def row(case, unit, ours, floor):
        return {
            "case": case,
            "backend": backend,
            "threads": 1,
            "unit": unit,
            "ours": float(f"{ours:.4g}"),
            "floor": float(f"{floor:.4g}"),
            "ratio": float(f"{ours / floor:.4g}"),
        }

    result = []
    for count in counts:
        ours, floor = programs["ours", count], programs["by_hand", count]
        result.append(row(f"compile_{count}", "s", ours.seconds, floor.seconds))
        result.append(row(f"compile_{count}_memory", "MB", ours.megabytes, floor.megabytes))
        whole = programs["header_only", count]
        result.append(row(f"compile_{count}_header_only", "s", whole.seconds, floor.seconds))
    carrier, floor = programs["carrier"], programs["by_hand", min(counts)]
    result.append(row("compile_carrier", "s", carrier.seconds, floor.seconds))
    return result


def verdicts(programs, counts):
    """(what, measured, budget, unit) for each figure of the budget that was measured."""
    ours = {count: programs["ours", count] for count in counts}
    first, last = min(counts), max(counts)
    if first == 1:
        yield "one model", ours[1].seconds, BUDGET["first"], "s"
    for low, high in zip(counts, counts[1:]):
        further = (ours[high].seconds - ours[low].seconds) / (high - low)
        yield f"each further model, {low} to {high}", further, BUDGET["further"], "s"
    for count in counts[1:] if first == 1 else []:
        allowed = BUDGET["first"] + BUDGET["further"] * (count - 1)
        yield f"{count} models in all", ours[count].seconds, allowed, "s"
    for count in counts:
        if count in BUDGET["memory"]:
            yield f"memory at {count} models", ours[count].megabytes, BUDGET["memory"][count], "MB"
    if 10 in counts:
        ratio = ours[10].seconds / programs["by_hand", 10].seconds
        yield "10 models, against by hand", ratio, BUDGET["ratio"], "x"
    for count in counts:
        alone = programs["describe", count].seconds - programs["headers", count].seconds
        allowed = BUDGET["describe"][0] + BUDGET["describe"][1] * count
        yield f"describing {count} models, over the headers", alone, allowed, "s"
    yield "longest symbol", ours[last].longest_symbol(), BUDGET["symbol"], "characters"


def print_table(programs, counts):
    print(f"{'program':<14}" + "".join(f"{n:>7} s {'MB':>6}" for n in counts))
    for name in FORMS:
        cells = (programs[name, n] for n in counts)
        print(f"{name:<14}" + "".join(f"{p.seconds:>9.2f} {p.megabytes:>6.0f}" for p in cells))
    carrier = programs["carrier"]
    print(f"{'carrier':<14}{carrier.seconds:>9.2f} {carrier.megabytes:>6.0f}  once a program")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--models", type=int, nargs="+", default=[1, 10, 40])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--cxx", default=os.environ.get("CXX", "g++"))
    parser.add_argument("--json", help="write the rows as one JSON array")
    parser.add_argument("--check", action="store_true", help="fail if over the budget")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    compiler = shlex.split(options.cxx)
    os.environ["CCACHE_DISABLE"] = "1"
    counts = sorted(set(options.models))
    with tempfile.TemporaryDirectory(prefix="cairn-compile-") as folder:
        programs = measure(pathlib.Path(folder), counts, compiler, options.repetitions)
        judged = list(verdicts(programs, counts))
    print_table(programs, counts)
    for what, value, budget, unit in judged:
        verdict = "ok  " if value <= budget else "OVER"
        print(f"{verdict} {what}: {value:.4g} {unit} (budget {budget:.4g})")
    if options.json:
        backend = pathlib.Path(compiler[0]).name
        text = json.dumps(rows(programs, counts, backend), indent=2)
        pathlib.Path(options.json).write_text(text + "\n")
    return 1 if options.check and any(value > budget for _, value, budget, _ in judged) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

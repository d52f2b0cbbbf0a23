#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes the frozen samples of tests/golden as inputs of the fuzz target: as bytes, each behind the
byte by which fuzz::try_bytes chooses its decoder.

usage: tests/fuzz/seeds.py FOLDER"""
import pathlib
import sys

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
RECORD, KEY, JSON = b"\0", b"\1", b"\2"
HEADER, CHECKSUM = 5, 8  # around the fields of a body
# By which fuzz::choose_columns answers with this one column.
COLUMN = {"bool": 33, "i8": 12, "i64": 24, "u16": 3, "u64": 15, "f64": 27, "text": 6, "bytes": 18,
          "text?": 9}


def lines_of(name):
    lines = (GOLDEN / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def samples():
    for line in lines_of("body.txt"):
        body = bytes.fromhex(line.split()[1])
        yield RECORD + body[HEADER:-CHECKSUM]
    for line in lines_of("ordered.txt"):
        column, *_, encoded = line.split()
        if column in COLUMN:
            yield KEY + bytes([COLUMN[column]]) + bytes.fromhex(encoded)
    for line in lines_of("json.txt"):
        yield JSON + line.split(" ", 1)[1].encode()


def main():
    folder = pathlib.Path(sys.argv[1])
    for number, sample in enumerate(samples()):
        (folder / f"{number:03}").write_bytes(sample)


if __name__ == "__main__":
    main()

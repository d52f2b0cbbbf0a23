#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Every header compiles alone, and twice, without a warning. Ends with `N passed, N failed`.

usage: tests/headers/run.py [--cxx CXX] [NAME]...
A NAME is part of a header's path, for running a few."""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FLAGS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
         "-Werror", "-Iinclude"]


def compile_alone(cxx, header):
    name = header.relative_to(ROOT / "include")
    folder = ROOT / "build" / "headers" / pathlib.Path(cxx).name
    source = folder / (str(name).replace("/", "-") + ".cpp")
    source.parent.mkdir(parents=True, exist_ok=True)
    text = f"#include <{name}>\n#include <{name}>\n"
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
    launcher = ["ccache"] if shutil.which("ccache") else []
    command = launcher + [cxx, *FLAGS, "-c", str(source), "-o", str(source.with_suffix(".o"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return name, done.returncode == 0, done.stderr


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cxx", default="g++")
    options.add_argument("names", nargs="*")
    chosen = options.parse_args()
    headers = [header for header in sorted((ROOT / "include").rglob("*.hpp"))
               if not chosen.names or any(name in str(header) for name in chosen.names)]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, good, said in pool.map(lambda h: compile_alone(chosen.cxx, h), headers):
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{name} does not compile alone:\n" + "\n".join(said.splitlines()[:12]))
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())

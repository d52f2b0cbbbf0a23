#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
# Compiles programs that must be rejected, and looks at what the compiler says.
"""Each file in cases/ is one mistake. Its second line says what its reader must see:

    // error, at most 12 lines, about task: cairn::key: two fields touch: put .*

There is exactly one error, the sentence on its line matches the expression, which begins with the
full public name, and within the given number of lines of it stand the words after `about` and the
place of the source line that is marked with `// here`. With ACCEPT defined, the same file compiles
without a word. A case that only describes a schema `app` is also compiled with stores of it, which
must add nothing to what is said: that is where most readers will meet the mistake.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEADER = re.compile(r"// error, at most (\d+) lines, about (.+?): (cairn::.+)")
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic"]
STORES = """#include "{path}"
void use(cairn::store<app, cairn::sqlite>&, cairn::store<app, cairn::memory>&);
void open()
{{
    auto a = cairn::store<app, cairn::sqlite>{{"a.db"}};
    auto b = cairn::store<app, cairn::memory>{{}};
    use(a, b);
}}
"""


class Case:
    def __init__(self, path):
        self.path = path
        text = path.read_text().splitlines()
        header = HEADER.fullmatch(text[1])
        if not header:
            sys.exit(f"{path}: the second line does not say what to expect")
        self.limit = int(header[1])
        self.about = header[2]
        self.message = re.compile(header[3])
        self.uses_store = "#include <cairn/cairn.hpp>" in text
        self.wants_store = not self.uses_store and any(
            line.startswith("struct app : cairn::schema<") for line in text)
        self.here = [i for i, line in enumerate(text, 1) if line.endswith("// here")]
        if len(self.here) != 1:
            sys.exit(f"{path}: one line must be marked with // here")


def compile_case(command, case, *more):
    run = subprocess.run(
        [*command, *more, str(case.path)], capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


def compile_with_stores(command, case):
    run = subprocess.run(
        [*command, "-x", "c++", "-"], input=STORES.format(path=case.path),
        capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


def near(lines, at, limit, wanted):
    return any(wanted in line for line in lines[max(0, at - limit):at + limit + 1])


def faults_of_rejection(case, code, said):
    """What is wrong with how the compiler rejects the case."""
    lines = said.splitlines()
    errors = [i for i, line in enumerate(lines) if re.search(r"\berror:", line)]
    if code == 0:
        return ["it compiles"]
    if len(errors) != 1:
        return [f"{len(errors)} errors instead of one"]
    at = errors[0]
    faults = []
    # The sentence follows the compiler's own words and, with clang, a quotation mark.
    words = lines[at].replace('\\"', '"')
    if not re.search(r"(?:failed: | \")" + case.message.pattern, words):
        faults.append("the line with the error has another sentence")
    if not near(lines, at, case.limit, case.about):
        faults.append(f"'{case.about}' is not within {case.limit} lines of the error")
    if not near(lines, at, case.limit, f"{case.path.name}:{case.here[0]}:"):
        faults.append(f"line {case.here[0]} is not within {case.limit} lines of the error")
    if "warning:" in said:
        faults.append("there are warnings")
    return faults


def check(commands, case):
    report = check_rejection(*compile_case(commands[case.uses_store], case), case, "")
    if case.wants_store:
        report += check_rejection(*compile_with_stores(commands[True], case), case, " (in a store)")
    code, said = compile_case(commands[case.uses_store], case, "-DACCEPT", "-Werror")
    if code != 0 or said:
        report += [f"{case.path.name}: the accepted twin does not compile in silence", said]
    return "\n".join(report)


def check_rejection(code, said, case, how):
    faults = faults_of_rejection(case, code, said)
    return [f"{case.path.name}{how}: {fault}" for fault in faults] + ([said] if faults else [])


def precompiled(command, folder, headers):
    """Options with which `headers` are read once instead of hundreds of times."""
    header = pathlib.Path(folder) / f"cases{len(headers)}.hpp"
    header.write_text("".join(f"#include <{name}>\n" for name in headers))
    version = subprocess.run(
        [command[0], "--version"], capture_output=True, text=True, check=True).stdout
    clang = "clang" in version
    out = f"{header}.{'pch' if clang else 'gch'}"
    flags = [flag for flag in command if flag != "-fsyntax-only"]
    subprocess.run([*flags, "-x", "c++-header", str(header), "-o", out], check=True)
    return ["-include-pch", out] if clang else ["-include", str(header)]


def run_all(command, cases, jobs):
    describing = ["cairn/base/timestamp.hpp", "cairn/describe/key.hpp"]
    storing = [*describing, "cairn/cairn.hpp", "cairn/memory.hpp", "cairn/sqlite.hpp"]
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            uses: command + precompiled(command, folder, storing if uses else describing)
            for uses in (False, True)}
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(lambda case: check(commands, case), cases))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cxx", default="c++", help="the compiler")
    parser.add_argument(
        "--include", action="append", default=[], help="a folder of headers; may be repeated")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    includes = options.include or [str(HERE.parents[1] / "include")]
    command = options.cxx.split() + FLAGS + [f"-I{folder}" for folder in includes]
    cases = [Case(p) for p in sorted((HERE / "cases").glob("*.cpp")) if options.only in p.stem]
    failed = [report for report in run_all(command, cases, options.jobs) if report]
    for report in failed:
        print(report, file=sys.stderr)
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())

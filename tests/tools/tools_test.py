#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What tools/ promises of itself: a check that could not run, or looked at nothing, never passes.
Each tool is copied into a small tree that was made to deceive it."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LICENCE = "# SPDX-License-Identifier: BSL-1.0\n"


class in_a_tree(unittest.TestCase):
    """A project of its own for each test, and programs that stand in for the real ones."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cairn-tools-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve() / "tree"
        self.copy("tools/lib.sh", "tools/files")

    def copy(self, *names):
        for name in names:
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)

    def write(self, name, text="", executable=False):
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        if executable:
            target.chmod(0o755)
        return target

    def stand_in(self, name, script):
        self.write(f"../bin/{name}", f"#!/bin/sh\n{script}\n", executable=True)

    def run_in(self, folder, *command, **more):
        path = f"{self.root.parent / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run([str(word) for word in command], cwd=folder, text=True,
                              capture_output=True, env=dict(os.environ, PATH=path, **more))
        self.said = done.stdout + done.stderr
        self.last = self.said.splitlines()[-1] if self.said else ""
        return done.returncode

    def tool(self, name, *arguments):
        return self.run_in(self.root, self.root / name, *arguments)


class counting_the_cases(in_a_tree):
    def setUp(self):
        super().setUp()
        self.copy("tools/run-cases")

    def entry(self, name, **more):
        usual = {"name": name, "result": "OK", "duration": 0.1, "stdout": "", "stderr": ""}
        return dict(usual, **more)

    def run_with(self, defined, entries, *broken, program="/bin/true"):
        tests = [{"name": name, "cmd": [program]} for name in defined]
        self.write("build/meson-info/intro-tests.json", json.dumps(tests))
        self.write("build/meson-logs/left-over")
        log = self.write("entries", "".join(json.dumps(entry) + "\n" for entry in entries))
        self.stand_in("meson", f"cp {log} {self.root}/build/meson-logs/testlog.json; kill -9 $$")
        return self.tool("tools/run-cases", "build", *broken)

    def test_the_cases_of_every_program_are_added_up(self):
        summary = "[doctest] test cases: 5 | 5 passed | 0 failed | 2 skipped\n"
        entries = [self.entry("a", stdout=summary), self.entry("cairn / b")]
        self.assertEqual(self.run_with(["a", "b"], entries), 0)
        self.assertEqual(self.last, "6 passed, 0 failed")

    def test_a_program_that_meson_did_not_report_is_a_failure(self):
        self.assertNotEqual(self.run_with(["a", "b", "c"], [self.entry("a")]), 0)
        self.assertEqual(self.last, "1 passed, 2 failed")
        self.assertIn("b: did not run", self.said)

    def test_a_program_that_is_not_there_although_nothing_is_broken_is_a_failure(self):
        self.assertNotEqual(self.run_with(["a"], [], program="/not/there"), 0)
        self.assertEqual(self.last, "0 passed, 1 failed")

    def test_a_program_that_is_not_there_since_a_file_is_broken_is_counted_by_that_file(self):
        self.assertNotEqual(self.run_with(["a"], [], "1", program="/not/there"), 0)
        self.assertEqual(self.last, "0 passed, 1 failed")

    def test_a_skipped_program_is_named_with_its_reason(self):
        skipped = self.entry("b", result="SKIP", stdout="no zstd\n")
        self.assertEqual(self.run_with(["a", "b"], [self.entry("a"), skipped]), 0)
        self.assertIn("SKIP b: no zstd", self.said)
        self.assertEqual(self.last, "1 passed, 0 failed")


class finding_what_is_in_no_list(in_a_tree):
    def setUp(self):
        super().setUp()
        self.copy("tools/check-lists", "meson.build", "conanfile.py",
                  "include/cairn/base/version.hpp")

    def lists(self, text):
        self.write("examples/meson.build", text)
        self.write("examples/system/main.cpp")
        return self.tool("tools/check-lists")

    def test_a_listed_source_passes(self):
        self.assertEqual(self.lists("x = files('system/main.cpp') # the program\n"), 0)
        self.assertEqual(self.last, "2 passed, 0 failed")

    def test_a_source_of_the_same_name_in_another_folder_does_not_list_it(self):
        self.assertNotEqual(self.lists("executable('a', 'main.cpp')\n"), 0)
        self.assertIn("examples/system/main.cpp: in no meson.build", self.said)

    def test_a_comment_does_not_list_it(self):
        self.assertNotEqual(self.lists("  # 'system/main.cpp',\n"), 0)
        self.assertNotEqual(self.lists("x = [] # 'system/main.cpp'\n"), 0)


class finding_files_without_a_licence(in_a_tree):
    def setUp(self):
        super().setUp()
        self.copy("tools/check-layers")
        self.write("include/cairn/cairn.hpp", "// " + LICENCE[2:] + "#pragma once\n")

    def test_every_kind_of_file_is_looked_at(self):
        self.assertEqual(self.tool("tools/check-layers"), 0, self.said)
        for name in (".ci/run", "conanfile.py", "meson_options.txt", "examples/a/demo/run",
                     "tests/long/kills", "tests/consumers/run", "benchmarks/compile/measure.py",
                     "subprojects/packagefiles/zstd/meson.build"):
            file = self.write(name, "nothing\n")
            self.assertNotEqual(self.tool("tools/check-layers"), 0, name)
            self.assertIn(f"{name}: does not begin with its SPDX line", self.said)
            file.write_text(LICENCE)
        self.assertEqual(self.tool("tools/check-layers"), 0, self.said)

    def test_what_was_built_or_fetched_is_not_looked_at(self):
        self.copy(".gitignore")
        for name in ("build/gcc/a.cpp", "subprojects/zstd-1.5.7/a.c", "tools/__pycache__/a.pyc",
                     "tests/consumers/conan/test_package/build-release/a.cpp"):
            self.write(name, "nothing\n")
        self.assertEqual(self.tool("tools/check-layers"), 0, self.said)
        if shutil.which("git"):
            self.run_in(self.root, "git", "init", "-q")
            self.assertEqual(self.tool("tools/check-layers"), 0, self.said)


class laying_out(in_a_tree):
    def setUp(self):
        super().setUp()
        self.copy("tools/format", ".clang-format")
        self.write("include/cairn/cairn.hpp", "int  x;\n")
        self.stand_in("clang-format-14", "exit 127")

    def test_another_version_of_clang_format_is_refused(self):
        self.stand_in("clang-format", 'case $1 in --version) echo "version 15.0.7";; '
                                      '*) cat "$1";; esac')
        self.assertNotEqual(self.tool("tools/format", "--check"), 0)
        self.assertEqual(self.last, "0 passed, 1 failed")
        self.assertNotEqual(self.tool("tools/format"), 0)

    def test_version_14_is_used(self):
        self.stand_in("clang-format", 'case $1 in --version) echo "version 14.0.6";; '
                                      '*) cat "$1";; esac')
        self.assertEqual(self.tool("tools/format", "--check"), 0)
        self.assertEqual(self.last, "1 passed, 0 failed")


class asking_from_anywhere(in_a_tree):
    def test_help_is_the_same_from_every_folder(self):
        for name in ("bench", "demo", "prove-fresh", "test"):
            with self.subTest(tool=name):
                self.copy(f"tools/{name}")
                for folder, spelled in ((self.root, f"tools/{name}"),
                                        (self.root / "tools", f"./{name}"),
                                        (self.root.parent, f"tree/tools/{name}"),
                                        ("/", self.root / "tools" / name)):
                    self.assertEqual(self.run_in(folder, spelled, "--help"), 0)
                    self.assertIn(f"usage: tools/{name}", self.said)
                    self.assertNotIn("sed:", self.said)

    def test_what_a_demonstration_keeps_is_kept_where_the_caller_is(self):
        self.copy("tools/demo")
        with open(self.root / "tools/lib.sh", "a") as lib:
            lib.write("install_packages() { :; }\n")
        for name in ("meson", "ninja"):
            self.stand_in(name, "mkdir -p build/release")
        self.stand_in("python3", 'echo "$@"')
        caller = self.root.parent / "caller"
        caller.mkdir()
        for option in (["--keep", "kept"], ["--keep=kept"]):
            self.assertEqual(self.run_in(caller, "../tree/tools/demo", "--offline", *option), 0)
            self.assertIn(f"{caller}/kept", self.said)
        self.run_in(caller, "../tree/tools/demo", "--offline", "--keep", "/kept")
        self.assertIn("--keep /kept", self.said)


class running_campaigns(in_a_tree):
    def run_with(self, script, program, cases):
        self.copy(f"tests/long/{script}", "tests/long/cases.sh")
        self.write(f"build/gcc/tests/{program}", executable=True, text=f"""#!/bin/sh
case "$1" in {cases}) n=3 ;; *) n=0 ;; esac
echo "[doctest] test cases: $n | $n passed | 0 failed | 9 skipped"
""")
        return self.tool(f"tests/long/{script}")

    def test_the_cases_that_ran_are_counted(self):
        self.assertEqual(self.run_with("power-cuts", "test-sqlite", "*cut*|*lies*"), 0)
        self.assertEqual(self.last, "6 passed, 0 failed")

    def test_a_filter_that_matches_nothing_is_a_failure(self):
        for script, program, one in (("power-cuts", "test-sqlite", "*cut*"),
                                     ("recoveries", "test-recovery", "*history*")):
            for cases in ("nothing", one):
                with self.subTest(script=script, cases=cases):
                    self.assertNotEqual(self.run_with(script, program, cases), 0)
                    self.assertRegex(self.last, r"^\d+ passed, [12] failed$")

    def test_the_fuzzer_begins_with_the_frozen_samples_as_bytes(self):
        self.copy("tests/long/fuzz", "tests/fuzz/seeds.py",
                  *(f"tests/golden/{name}.txt" for name in ("body", "json", "ordered")))
        self.stand_in("clang++", 'printf "#!/bin/sh\\n" >build/fuzz/record; '
                                 "chmod +x build/fuzz/record")
        self.assertEqual(self.tool("tests/long/fuzz", "1"), 0, self.said)
        seeds = {path.read_bytes() for path in (self.root / "build/fuzz").rglob("*")
                 if path.is_file()}
        body = (ROOT / "tests/golden/body.txt").read_text().splitlines()[1].split()[1]
        self.assertIn(b"\0" + bytes.fromhex(body)[5:-8], seeds)
        text = (ROOT / "tests/golden/json.txt").read_text().splitlines()[1].split(" ", 1)[1]
        self.assertIn(b"\2" + text.encode(), seeds)


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Lets every system call of a small program fail, one by one, and compares what the program was
told with what is stored afterwards.

usage: system_calls.py VICTIM

Needs strace and the right to trace; exits with 77 where they are missing. With
CAIRN_FAULT_STRIDE=1 each call fails, else of those of one kind about twelve, spread evenly."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EACH = os.environ.get("CAIRN_FAULT_STRIDE") == "1"
SAMPLES = 12

# What each step of the program changes; `ada` stands for the account.
STEPS = {
    "insert": ({1}, set()),
    "transaction": ({10, 11, "ada"}, set()),
    "asynchronous": ({20}, set()),
    "large": ({30}, set()),
    "attempt": ({40}, set()),
    "erase": (set(), {10}),
    "last": ({50}, set()),
}

# (call, errno): what the first error of the program may be. A checkpoint that fails behind a commit
# is told by the next write, which finds the store poisoned: the commit itself stands.
IO = {"io_failure", "outcome_unknown", "store_poisoned"}
FAULTS = {
    ("fdatasync", "EIO"): IO,
    ("fsync", "EIO"): IO,
    ("pwrite64", "ENOSPC"): {"disk_full"},
    ("pwrite64", "EDQUOT"): {"disk_full", "io_failure"},  # SQLite forgets it while it opens
    ("pwrite64", "EIO"): IO,
    ("pread64", "EIO"): IO | {"corrupt_store"},  # SQLite's word for a file system that is broken
    ("ftruncate", "EIO"): IO,
    ("ftruncate", "ENOSPC"): {"disk_full"} | IO,
    ("openat", "EMFILE"): {"io_failure"},
    ("openat", "EACCES"): {"io_failure", "read_only"},
    ("fcntl", "EAGAIN"): {"busy", "store_locked"} | IO,  # also where a lock is only given back
    ("fcntl", "ENOLCK"): IO | {"busy"},
    ("mmap", "ENOMEM"): IO | {"out_of_memory"},
    ("newfstatat", "EIO"): IO,
    ("unlink", "EIO"): IO,
    ("statfs", "EIO"): IO,
    ("readlink", "EIO"): IO,
}
# Calls that fail from then on.
LASTING = [("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("openat", "EMFILE")]


def files_of(database):
    for tail in ("", "-wal", "-shm", "-journal", ".lock"):
        yield f"{database}{tail}"
    yield str(database.parent)


def run(database, mode, trace=(), log=None):
    command = [VICTIM, mode, str(database)]
    if log:
        paths = [word for name in files_of(database) for word in ("-P", name)]
        command = ["strace", "-f", "-qq", "-o", str(log), *paths, *trace, *command]
    options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # which needs to trace itself
    return subprocess.run(command, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "ASAN_OPTIONS": options})


def fault(call, errno, when):
    return ["-e", f"trace={call}", "-e", f"inject={call}:error={errno}:when={when}"]


def sampled(numbers, count):
    """About `count` of the numbers, the first among them."""
    return numbers[::1 if EACH else max(1, len(numbers) // count)]


def is_tried(call):
    """A lock that cannot be given back makes SQLite ask for it anew for ten seconds with every
    write, so that a run takes a minute: only where each call fails."""
    return EACH or "F_UNLCK" not in call


def may_trace():
    if not shutil.which("strace"):
        return False
    return subprocess.run(
        ["strace", "-qq", "-e", "inject=fdatasync:error=EIO", "-o", "/dev/null", "true"],
        capture_output=True).returncode == 0


def parsed(text):
    """What was said of each step: `ok`, or (code, outcome)."""
    said = {}
    for line in text.splitlines():
        name, _, rest = line.partition(": ")
        words = rest.split()
        if words:
            said.setdefault(name, "ok" if words[0] == "ok" else (words[0], words[1]))
    return said


def possible_states(said):
    states = {frozenset()}
    for name, (added, removed) in STEPS.items():
        result = said.get(name, ("", "not_committed"))
        done = {(state | added) - removed for state in states}
        if result == "ok":
            states = done
        elif result[1] == "unknown":
            states |= done
    return {frozenset(state) for state in states}


def stored_state(text):
    lines = [line.split() for line in text.splitlines()]
    scanned = {int(words[1]) for words in lines if words[0] == "entry"}
    indexed = {int(words[1]) for words in lines if words[0] == "indexed"}
    counts = {words[0]: int(words[1]) for words in lines if words[0] in ("count", "accounts")}
    return scanned, indexed, counts


class SystemCalls(unittest.TestCase):
    def setUp(self):
        memory = pathlib.Path("/dev/shm")
        parent = memory if memory.is_dir() else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cairn-test-", dir=parent))
        self.addCleanup(shutil.rmtree, self.folder)
        self.runs = 0
        self.codes = set()  # of all errors that were told
        self.injected = 0  # in so many runs; the last calls are not the same in each

    def place(self):
        self.runs += 1
        folder = self.folder / str(self.runs)
        folder.mkdir()
        return folder / "s.db", self.folder / f"{self.runs}.log"

    def places_of(self, call):
        """Which of the calls are to fail, by their numbers from 1."""
        database, log = self.place()
        run(database, "work", ["-e", f"trace={call}"], log)
        calls = [line for line in log.read_text().splitlines() if f" {call}(" in line]
        return [n for n, line in enumerate(calls, 1) if is_tried(line)]

    def check_one(self, call, errno, when):
        database, log = self.place()
        worked = run(database, "work", fault(call, errno, when), log)
        self.assertEqual(worked.returncode, 0, worked.stdout + worked.stderr)
        self.injected += "INJECTED" in log.read_text()
        for word in ("LOST", "RETURNED", "THREW"):
            self.assertNotIn(word, worked.stdout)
        said = parsed(worked.stdout)
        if said["open"] == "ok":
            self.assertLessEqual(STEPS.keys() | {"close"}, said.keys(), worked.stdout)
        self.check_codes(call, errno, said, worked.stdout)
        self.check_stored(database, said, worked.stdout)
        shutil.rmtree(database.parent)
        log.unlink()
        return any(what != "ok" for what in said.values())

    def check_codes(self, call, errno, said, text):
        errors = [what for what in said.values() if what != "ok"]
        if errors:
            self.assertIn(errors[0][0], FAULTS[call, errno], text)
        self.codes.update(code for code, _ in errors)
        for code, outcome in errors:
            if code == "outcome_unknown":
                self.assertEqual(outcome, "unknown", text)
            if code in ("disk_full", "busy", "store_poisoned", "not_found", "already_exists"):
                self.assertEqual(outcome, "not_committed", text)

    def check_stored(self, database, said, text):
        looked = run(database, "look")
        self.assertEqual(looked.returncode, 0, text + looked.stdout + looked.stderr)
        scanned, indexed, counts = stored_state(looked.stdout)
        self.assertEqual(scanned, indexed, text)
        self.assertEqual(len(scanned), counts["count"], text)
        whole = scanned | ({"ada"} if counts["accounts"] else set())
        self.assertIn(frozenset(whole), possible_states(said), text)

    def test_every_call_that_fails_once_is_told_and_nothing_is_lost_or_half_there(self):
        told = {}
        for call, errno in FAULTS:
            for n in sampled(self.places_of(call), SAMPLES):
                with self.subTest(call=call, errno=errno, when=n):
                    told[call, errno] = self.check_one(call, errno, n) or told.get(
                        (call, errno), False)
        self.assertGreater(self.injected, self.runs * 8 // 10)
        print(f"{self.runs} runs; told of: {sorted(key for key, was in told.items() if was)}; "
              f"never: {sorted(key for key, was in told.items() if not was)}")
        for key in (("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("openat", "EMFILE")):
            self.assertTrue(told[key], f"{key} was never told")
        self.assertLessEqual(
            {"outcome_unknown", "store_poisoned", "disk_full", "io_failure"}, self.codes)

    def test_a_call_that_goes_on_failing_is_told_and_what_was_acknowledged_stays(self):
        for call, errno in LASTING:
            places = self.places_of(call)
            for n in sampled(places, SAMPLES // 2):
                with self.subTest(call=call, errno=errno, when=n):
                    told = self.check_one(call, errno, f"{n}+")
                    if n < len(places) // 2:
                        self.assertTrue(told)


if __name__ == "__main__":
    VICTIM = sys.argv.pop(1)
    if not may_trace():
        print("skipped: no strace, or no right to trace")
        sys.exit(77)
    unittest.main()

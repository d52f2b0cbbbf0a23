# SPDX-License-Identifier: BSL-1.0
"""A service as a process that is killed and started again, and its file as sqlite3 reads it."""
import os
import re
import signal
import subprocess
import time


class Failure(Exception):
    """The demonstration did not show what it should."""


class Clock:
    def __init__(self):
        self.begin = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.begin

    def say(self, text):
        print(f"[{self.seconds():5.1f} s] {text}", flush=True)


class Database:
    """A service's file, read with the sqlite3 shell only."""

    def __init__(self, path, table):
        self.path = path
        self.table = table  # one that the first start makes

    def rows(self, sql):
        result = subprocess.run(
            ["sqlite3", "-readonly", "-batch", "-cmd", ".timeout 5000", self.path, sql],
            capture_output=True, text=True)
        if result.returncode != 0:
            raise Failure(f"sqlite3: {result.stderr.strip()}")
        return [tuple(line.split("|")) for line in result.stdout.splitlines()]

    def query(self, sql):
        return [tuple(int(cell) for cell in row) for row in self.rows(sql)]

    def exists(self):
        """Whether the first start came far enough to make the tables."""
        if not os.path.exists(self.path):
            return False
        names = subprocess.run(
            ["sqlite3", "-readonly", self.path, "SELECT name FROM sqlite_schema"],
            capture_output=True, text=True)
        return names.returncode == 0 and self.table in names.stdout.split()


class Service:
    """One process at a time, and what all of them printed."""

    def __init__(self, binary, config, log):
        self.name = os.path.basename(binary)
        self.command = [binary, "run", "--config", config]
        self.log_path = log
        self.process = None

    def start(self):
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        self.started = time.monotonic()

    def check_alive(self):
        if self.process.poll() is not None:
            raise Failure(f"the {self.name} ended by itself with {self.process.returncode}; "
                          f"its last words:\n{self.last_lines()}")

    def kill(self):
        self.check_alive()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()
        return time.monotonic() - self.started

    def stop(self):
        self.check_alive()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            raise Failure(f"the {self.name} did not stop within 15 s of SIGTERM") from None
        self.log.close()
        if code != 0:
            raise Failure(f"the {self.name} ended with {code} after SIGTERM:\n{self.last_lines()}")

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def text(self):
        with open(self.log_path, encoding="utf-8") as lines:
            return lines.read()

    def last_lines(self):
        return "\n".join(self.text().splitlines()[-8:])

    def recoveries(self):
        """Milliseconds that each start took to open the store and recover it."""
        return [float(ms) for ms in re.findall(r" recovered .*took_ms=([0-9.e+-]+)", self.text())]

    def recovered(self, what):
        """The sum over all starts of one figure of their reports."""
        return sum(int(n) for n in re.findall(rf" recovered .*\b{what}=(\d+)", self.text()))

    def failures(self):
        return [line for line in self.text().splitlines()
                if re.search(r" error (?!unverified_range)", line)]

#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The executor as a program, and the commands of its page as they stand there.

    program_test.py PATH_OF_EXECUTOR PATH_OF_PERFORMER
"""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "docs", "systems", "executor.md")
CHECKER = os.path.join(HERE, "..", "..", "examples", "aggregator", "demo", "check_executor")
PROGRAM = PERFORMER = ""
CONFIG = """\
storage: {{type: sqlite, sqlite: {{path: {folder}/state.db, survives: process_crash}}}}
folder: {folder}/f
http: {{port: 0}}
artifacts: [{{registry: test/work, program: {performer}}}]
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ex-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(self.end_performers)

    def end_performers(self):
        """Those of this folder only."""
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as line:
                    if self.folder.encode() + b"/" in line.read():
                        os.kill(int(name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                pass

    def configure(self, more=""):
        path = os.path.join(self.folder, "config.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(folder=self.folder, performer=PERFORMER) + more)
        return path

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=20)


class CommandLine(Folder):
    def test_help_succeeds(self):
        self.assertEqual(self.run_program("--help").returncode, 0)
        self.assertIn("--config", self.run_program("run", "--help").stdout)
        helped = subprocess.run([PERFORMER, "--help"], capture_output=True, text=True)
        self.assertEqual(helped.returncode, 0)
        self.assertIn("--journal", helped.stdout)

    def test_wrong_usage_is_refused(self):
        for arguments in ([], ["run"], ["walk"], ["--nonsense"]):
            self.assertEqual(self.run_program(*arguments).returncode, 2, arguments)

    def test_every_violation_of_a_configuration_is_shown(self):
        path = os.path.join(self.folder, "wrong.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write("storage: {type: disk}\nperformer: []\n")
        result = self.run_program("run", "--config", path)
        self.assertEqual(result.returncode, 2)
        for expected in (":1:17: storage.type", ":2:1: performer: unknown", "folder: required",
                         "artifacts: required"):
            self.assertIn(expected, result.stderr)

    def test_values_of_variables_are_printed_only_when_asked_for(self):
        path = self.configure(
            'performers: [{avs: "0x' + "a1" * 20 + '", registry: test/work,'
            " environment: [{name: TOKEN, value: hunter2}]}]\n")
        self.assertNotIn("hunter2", self.run_program("--print-config", "--config", path).stdout)
        shown = self.run_program("--print-config", "--secrets", "--config", path).stdout
        self.assertIn("hunter2", shown)
        again = os.path.join(self.folder, "again.yaml")
        with open(again, "w", encoding="utf-8") as out:
            out.write(shown)
        self.assertEqual(
            self.run_program("--print-config", "--secrets", "--config", again).stdout, shown)

    def test_a_store_that_cannot_be_opened_and_a_failure_elsewhere_end_differently(self):
        path = self.configure()
        with open(os.path.join(self.folder, "state.db"), "w", encoding="utf-8") as out:
            out.write("this is no database, " * 400)
        result = self.run_program("run", "--config", path)
        self.assertEqual(result.returncode, 3, result.stderr)
        os.remove(os.path.join(self.folder, "state.db"))
        with open(os.path.join(self.folder, "f"), "w", encoding="utf-8"):
            pass # where a folder should be
        result = self.run_program("run", "--config", path)
        self.assertEqual(result.returncode, 1, result.stderr)

    def test_a_second_one_on_the_same_file_is_refused(self):
        path = self.configure()
        first = subprocess.Popen([PROGRAM, "run", "--config", path], stdout=subprocess.PIPE,
                                 text=True)
        self.addCleanup(first.stdout.close)
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        for line in first.stdout:
            if " listening " in line:
                break
        second = self.run_program("run", "--config", path)
        self.assertEqual(second.returncode, 3)
        self.assertIn("store_locked", second.stderr)
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(timeout=20), 0)


class Page(Folder):
    def test_its_commands_do_what_it_says(self):
        with open(PAGE, encoding="utf-8") as text:
            (script,) = re.findall(r"^```sh\n(.*?)^```$", text.read(), re.S | re.M)
        for program in (PROGRAM, PERFORMER):
            shutil.copy(program, self.folder)
        result = subprocess.run(
            ["bash", "-e", "-c", script.replace("7077", str(free_port()))], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        said = result.stdout
        self.assertEqual(result.returncode, 0, said)
        self.assertIn('"status":"received"', said)
        self.assertIn('"result":"0x039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"',
                      said)
        self.assertIn(" recovered attached=1 restarted=0 ", said)
        self.assertEqual(len(re.findall(r"^0x0+ab \d+$", said, re.M)), 1, said)


class Checker(Folder):
    """The demonstration's checker accepts what an executor stored, and nothing that differs."""

    def shell(self, name, sql):
        return subprocess.run(["sqlite3", os.path.join(self.folder, name), sql], check=True,
                              capture_output=True, text=True).stdout.strip()

    def journal(self):
        (path,) = glob.glob(os.path.join(self.folder, "f", "*.begun"))
        return path

    def run_tasks(self):
        path = self.configure("stop: {performers: stop}\nperformers: [{avs: \"0x" + "a1" * 20
                              + "\", registry: test/work}]\n")
        process = subprocess.Popen([PROGRAM, "run", "--config", path], stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if found := re.search(r" listening port=(\d+)", line):
                break
        url = f"http://127.0.0.1:{found[1]}/tasks"
        for number, payload in enumerate(("0x01", "0x02", "0xff")):
            task = f"0x{number:064x}"
            body = {"task_id": task, "avs_address": "0x" + "a1" * 20, "payload": payload}
            request = urllib.request.Request(
                url, json.dumps(body).encode(), {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=20).close()
            with urllib.request.urlopen(f"{url}/{task}?wait=20s", timeout=30) as response:
                self.assertIn(json.load(response)["status"], ("completed", "failed"))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)

    def make_aggregators_file(self):
        self.shell("aggregator.db", "CREATE TABLE task (task_id, status, result, error)")
        self.shell("aggregator.db",
                   f"ATTACH '{self.folder}/state.db' AS executor; INSERT INTO task SELECT task_id, "
                   "CASE WHEN error IS NULL THEN 2 ELSE 3 END, result, error FROM processed")

    def check(self):
        """The checker's last line; its exit code must agree with it."""
        result = subprocess.run(
            [sys.executable, CHECKER, "--db", os.path.join(self.folder, "state.db"), "--journals",
             os.path.join(self.folder, "f"), "--aggregator-db",
             os.path.join(self.folder, "aggregator.db")], capture_output=True, text=True)
        last = result.stdout.strip().splitlines()[-1]
        self.assertEqual(result.returncode, 0 if last == "0 differences" else 1, result.stderr)
        return last

    def test_it_finds_every_kind_of_damage(self):
        self.run_tasks()
        self.make_aggregators_file()
        self.assertEqual(self.check(), "0 differences")
        with open(self.journal(), encoding="utf-8") as text:
            lines = text.readlines()
        self.assertEqual(len(lines), 3)
        for name, journal in {"begun twice": lines + lines[:1], "never begun": lines[1:],
                              "a stranger": lines + ["0x" + "77" * 32 + " 1\n"]}.items():
            with self.subTest(name):
                self.damage_journal(journal)
                self.assertEqual(self.check(), "1 differences")
        self.damage_journal(lines)
        for name, file, sql in DAMAGES:
            with self.subTest(name):
                saved = self.shell(file, ".dump")
                self.shell(file, sql)
                self.assertNotEqual(saved, self.shell(file, ".dump"), "nothing was damaged")
                self.assertNotEqual(self.check(), "0 differences")
                os.remove(os.path.join(self.folder, file))
                subprocess.run(["sqlite3", os.path.join(self.folder, file)], input=saved, text=True,
                               check=True)
        self.assertEqual(self.check(), "0 differences")

    def damage_journal(self, lines):
        with open(self.journal(), "w", encoding="utf-8") as out:
            out.writelines(lines)

    def test_an_interrupted_task_was_begun_at_most_once(self):
        self.run_tasks()
        self.shell("state.db", "UPDATE processed SET result = NULL, error = 'interrupted: gone'")
        self.make_aggregators_file()
        with open(self.journal(), encoding="utf-8") as text:
            lines = text.readlines()
        self.assertEqual(self.check(), "0 differences")
        self.damage_journal([])
        self.assertEqual(self.check(), "0 differences")
        self.damage_journal(lines + lines[:1])
        self.assertEqual(self.check(), "1 differences")


ONE = "(SELECT min(rowid) FROM processed WHERE error IS NULL)"
DAMAGES = (
    ("another result", "state.db", f"UPDATE processed SET result = x'00' WHERE rowid = {ONE}"),
    ("neither result nor error", "state.db",
     f"UPDATE processed SET result = NULL WHERE rowid = {ONE}"),
    ("no mark", "state.db", f"DELETE FROM processed WHERE rowid = {ONE}"),
    ("a task in flight", "state.db",
     "INSERT INTO in_flight (task_id, avs_address, status, received_at, performer_id, incarnation, "
     "_body) VALUES (x'07', x'a1', 0, 0, '', 0, x'')"),
    ("another outcome for the aggregator", "aggregator.db",
     "UPDATE task SET status = 3, error = 'why', result = NULL WHERE rowid = 1"),
)


if __name__ == "__main__":
    PERFORMER = os.path.abspath(sys.argv.pop(2))
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

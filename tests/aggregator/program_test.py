#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The aggregator as a program, and the demonstration's checker against damaged files.

    program_test.py PATH_OF_AGGREGATOR
"""
import contextlib
import importlib.machinery
import importlib.util
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "..", "examples", "aggregator", "demo")
PAGE = os.path.join(DEMO, "..", "..", "..", "docs", "systems", "aggregator.md")
sys.path.insert(0, DEMO)

from executor import ExecutorKiller, start_time
from plan import KEPT_BLOCKS
from recorded import RecordedChain
from services import Clock, Database, Failure

PROGRAM = ""
AVS = "0x" + "a1" * 20
AVS_OF_LOGS = "0x" + "b2" * 20
CONFIG = """\
storage: {{type: sqlite, sqlite: {{path: {folder}/state.db, survives: process_crash}}}}
chains: [{{name: test, chain_id: 31337, rpc_url: "{url}", poll_interval: 20ms, start_block: 0}}]
avss:
  - {{address: "{avs}", chains: [31337]}}
  - {{address: "{avs_of_logs}", contract: "{contract}", chains: [31337]}}
"""


def shell(database, sql, *options):
    return subprocess.run(["sqlite3", *options, database, sql], capture_output=True, text=True,
                          check=True).stdout.strip()


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="aggregator-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def configure(self, url, contract="0x" + "cc" * 20, more=""):
        path = os.path.join(self.folder, "config.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(folder=self.folder, url=url, avs=AVS, avs_of_logs=AVS_OF_LOGS,
                                    contract=contract) + more)
        return path

    def start(self, config):
        return self.wait_for_start(
            subprocess.Popen([PROGRAM, "run", "--config", config], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True))

    def wait_for_start(self, process):
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.told = ""  # before the start was complete
        for line in process.stdout:
            if " recovered " in line:
                self.recovered = line
                return process
            self.told += line
        self.fail("the aggregator did not start")
        return process

    def stop(self, process, with_signal=signal.SIGTERM):
        begin = time.monotonic()
        process.send_signal(with_signal)
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertLess(time.monotonic() - begin, 5)


class Page(Folder):
    def test_its_command_does_what_it_says(self):
        with open(PAGE, encoding="utf-8") as text:
            (command,) = re.findall(r"^```\n(.*)\n```$", text.read(), re.M)
        self.assertTrue(command.startswith("aggregator "), command)
        os.rename(self.configure("http://127.0.0.1:9"),
                  os.path.join(self.folder, "aggregator.yaml"))
        os.symlink(PROGRAM, os.path.join(self.folder, "aggregator"))
        process = subprocess.Popen(
            ["bash", "-c", f'PATH="$PWD:$PATH" exec {command}'], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.stop(self.wait_for_start(process))


class Stopping(Folder):
    def test_it_stops_cleanly_while_no_node_answers(self):
        for each in (signal.SIGTERM, signal.SIGINT):
            process = self.start(self.configure("http://127.0.0.1:9"))
            time.sleep(0.3)
            self.stop(process, each)

    def test_it_stops_cleanly_while_a_request_hangs(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            process = self.start(self.configure(f"http://127.0.0.1:{silent.getsockname()[1]}"))
            time.sleep(0.3)
            self.stop(process)

    def test_it_stops_cleanly_after_a_signal_that_is_none_of_its_own(self):
        for each in (signal.SIGTERM, signal.SIGINT):
            process = self.start(self.configure("http://127.0.0.1:9"))
            for _ in range(3):
                process.send_signal(signal.SIGUSR2)
                time.sleep(0.1)
            self.stop(process, each)

    def test_a_second_one_on_the_same_file_is_refused(self):
        config = self.configure("http://127.0.0.1:9")
        process = self.start(config)
        second = subprocess.run([PROGRAM, "run", "--config", config], capture_output=True,
                                text=True, timeout=20)
        self.assertEqual(second.returncode, 3)
        self.assertIn("store_locked", second.stderr)
        self.assertIn(str(process.pid), second.stderr)
        self.stop(process)


class CommandLine(Folder):
    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=20)

    def test_help_succeeds(self):
        self.assertEqual(self.run_program("--help").returncode, 0)
        self.assertIn("--config", self.run_program("run", "--help").stdout)

    def test_wrong_usage_is_refused(self):
        for arguments in ([], ["run"], ["walk"], ["--nonsense"]):
            self.assertEqual(self.run_program(*arguments).returncode, 2, arguments)

    def test_every_violation_of_a_configuration_is_shown(self):
        path = os.path.join(self.folder, "wrong.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write("storage: {type: disk}\nchain: []\n")
        result = self.run_program("run", "--config", path)
        self.assertEqual(result.returncode, 2)
        for expected in (":1:17: storage.type", ":2:1: chain: unknown", "chains: required",
                         "avss: required"):
            self.assertIn(expected, result.stderr)

    def test_the_printed_configuration_is_accepted(self):
        config = self.configure("http://127.0.0.1:9")
        printed = self.run_program("--print-config", "--config", config)
        self.assertEqual(printed.returncode, 0)
        again = os.path.join(self.folder, "again.yaml")
        with open(again, "w", encoding="utf-8") as out:
            out.write(printed.stdout)
        self.assertEqual(self.run_program("--print-config", "--config", again).stdout,
                         printed.stdout)

    def test_the_documented_defaults_are_those_of_the_program(self):
        with open(PAGE, encoding="utf-8") as text:
            self.assertIn("```yaml\n" + self.run_program("--print-config").stdout + "```",
                          text.read())

    def test_the_documented_entries_of_lists_are_those_of_the_program(self):
        with open(PAGE, encoding="utf-8") as text:
            page = text.read()
        printed = self.run_program("--print-config").stdout
        for name in ("chains", "avss", "operator_sets"):
            (table,) = re.findall(
                rf"^Each entry of `{name}`:\n\n.*\n\|---.*\n((?:\|.*\n)+)", page, re.M)
            self.assertEqual(documented_entry(table), printed_entry(printed, name))


def documented_entry(table):
    """Of each row the setting and its default: "required", or as the program prints it."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.M)
    return [(name, default if default == "required"
             else default.strip("`") if default.startswith("`") else "") for name, default in rows]


def printed_entry(text, name):
    """The same of the entry that is printed as a comment behind an empty list."""
    lines = re.sub("^  # ", "  ", text, flags=re.M).splitlines()
    (at,) = [i for i, line in enumerate(lines) if re.match(rf" *{name}: \[\]", line)]
    indent = " " * (len(lines[at]) - len(lines[at].lstrip()))
    entry = itertools.takewhile(lambda line: line.startswith(indent + " "), lines[at + 1:])
    rows = [re.match(rf"{indent}  [- ] (\w+): *(.*?) *# (required)?", line) for line in entry]
    return [(row[1], row[3] or row[2]) for row in rows if row]


class Following(Folder):
    def follow(self, chain):
        process = self.start(self.configure(chain.url, chain.contract))
        self.wait_until(
            f"(SELECT count(*) FROM chain_cursor WHERE last_block = {chain.head()}) = 2 "
            "AND NOT EXISTS (SELECT 1 FROM task WHERE status < 2)")
        self.stop(process)

    def wait_until(self, condition):
        deadline = time.monotonic() + 60
        while not self.is_true(condition):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def is_true(self, condition):
        with contextlib.suppress(subprocess.CalledProcessError):
            return shell(os.path.join(self.folder, "state.db"), f"SELECT {condition}",
                         "-readonly") == "1"
        return False


class Damage(Following):
    """Tasks that cannot be read any more, of every status."""

    def test_it_is_told_once_and_stops_nothing(self):
        with RecordedChain(os.path.join(DEMO, "recorded_chain.jsonl.gz")) as chain:
            for _ in range(15):
                chain.take_step()
            self.follow(chain)
            names = {"task:" + self.damage(row, status) for row, status in enumerate((0, 1, 2, 3), 1)}
            config = self.configure(
                chain.url, chain.contract, "retention: {finished_tasks: 1s, interval: 100ms}\n")
            process = self.start(config)
            chain.take_step()
            self.wait_until(
                f"(SELECT count(*) FROM chain_cursor WHERE last_block = {chain.head()}) = 2 "
                "AND (SELECT count(*) FROM task) = 4")
            time.sleep(0.5)
            self.stop(process)
        log = process.stdout.read()
        self.assertIn(" damaged=2 ", self.recovered)
        self.assertEqual(sorted(re.findall(r" error damaged record=(\S+) ", self.told + log)),
                         sorted(names))
        self.assertIn(" stopped failed=no", log)

    def damage(self, row, status):
        """Spoils one task, which then is of this status; its id."""
        return shell(
            os.path.join(self.folder, "state.db"),
            f"UPDATE task SET status = {status}, _body = zeroblob(length(_body)) WHERE _seq = {row};"
            f"SELECT lower(hex(task_id)) FROM task WHERE _seq = {row}")


class Checker(Following):
    """The checker accepts what the aggregator stored, and nothing that differs from it."""

    def test_it_finds_every_kind_of_damage(self):
        with RecordedChain(os.path.join(DEMO, "recorded_chain.jsonl.gz")) as chain:
            while chain.next_step() is not None:
                chain.take_step()
            self.follow(chain)
            self.assertEqual(self.check(chain, "state.db"), "0 differences")
            for number, (name, sql) in enumerate(DAMAGES.items()):
                with self.subTest(name):
                    damaged = f"damaged{number}.db"
                    self.copy(damaged)
                    before = self.dump(damaged)
                    shell(os.path.join(self.folder, damaged), sql)
                    self.assertNotEqual(before, self.dump(damaged), "nothing was damaged")
                    self.assertNotIn(self.check(chain, damaged), ("", "0 differences"))

    def copy(self, name):
        for end in ("", "-wal"):
            source = os.path.join(self.folder, "state.db" + end)
            if os.path.exists(source):
                shutil.copy(source, os.path.join(self.folder, name + end))

    def dump(self, name):
        return shell(os.path.join(self.folder, name), ".dump")

    def check(self, chain, name):
        """The checker's last line; its exit code must agree with it."""
        result = subprocess.run(
            [sys.executable, os.path.join(DEMO, "check"), "--rpc", chain.url,
             "--db", os.path.join(self.folder, name), "--watch", AVS,
             "--watch", f"{AVS_OF_LOGS}:{chain.contract}"], capture_output=True, text=True)
        last = result.stdout.strip().splitlines()[-1]
        self.assertEqual(result.returncode, 0 if last == "0 differences" else 1, result.stderr)
        return last


class Foresight(unittest.TestCase):
    """What must be reported as lost is told by the chain, whatever the aggregator has stored."""

    def test_tasks_that_the_aggregator_lost_are_not_exempt(self):
        with RecordedChain(os.path.join(DEMO, "recorded_chain.jsonl.gz")) as chain, \
                tempfile.TemporaryDirectory() as folder:
            while not (isinstance(chain.next_step(), dict)
                       and chain.next_step()["depth"] > KEPT_BLOCKS):
                chain.take_step()
            step = chain.next_step()
            fork = chain.head() - step["depth"]
            logged, sent = (max(number for number in range(fork + 1) if found(chain, number))
                            for found in (self.logs, self.transactions))
            show = load_demonstration().Demonstration.__new__(load_demonstration().Demonstration)
            show.chain, show.lost = chain, {}
            show.database = self.without_tasks(folder, 10, fork, chain.head())
            show.is_caught_up = lambda: True
            show.foresee_lost_ranges(step)
        oldest = chain.head() - KEPT_BLOCKS + 1
        self.assertEqual(show.lost, {AVS: (sent + 1, oldest - 1),
                                     AVS_OF_LOGS: (logged + 1, oldest - 1)})

    @staticmethod
    def transactions(chain, number):
        return chain.blocks[number][3]

    @staticmethod
    def logs(chain, number):
        return [t for t in chain.blocks[number][3] if t[3]]

    @staticmethod
    def without_tasks(folder, count, fork, head):
        """A file that has none of the newest blocks up to the fork, and too few kept blocks."""
        path = os.path.join(folder, "state.db")
        shell(path, "CREATE TABLE task(avs_address, block_number);"
                    "CREATE TABLE block(avs_address, number)")
        for avs in (AVS, AVS_OF_LOGS):
            shell(path, f"INSERT INTO task VALUES (x'{avs[2:]}', {fork - count});"
                        f"INSERT INTO block VALUES (x'{avs[2:]}', {head - 5})")
        return Database(path, "task")


def load_demonstration():
    loader = importlib.machinery.SourceFileLoader("demonstration", os.path.join(DEMO, "run"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Story(unittest.TestCase):
    """The demonstration is content only with a run that has shown what it is for."""

    def make(self, continued=3, interrupted=8, attached=46, kills_on_the_way=24):
        show = load_demonstration().Demonstration.__new__(load_demonstration().Demonstration)
        show.options = types.SimpleNamespace(kills=24, executor_kills=12, performer_kills=4)
        show.kills = [(1, 1, 1)] * 24
        show.kills_on_the_way = kills_on_the_way
        show.reorgs = [{"when": when, "depth": depth, "returning": depth < 9}
                       for when in ("running", "dead") for depth in (3, 8, 11)]
        show.reorgs.append({"when": "dead", "depth": KEPT_BLOCKS + 20, "returning": False})
        show.killer = types.SimpleNamespace(kills=[2] * 12, performer_kills=4, attached=attached)
        show.aggregator = types.SimpleNamespace(failures=lambda: [])
        show.executor = types.SimpleNamespace(
            failures=lambda: [], recovered={"continued": continued}.get,
            interrupted=lambda: interrupted)
        return show

    def test_a_whole_one_is_accepted(self):
        self.make().check_story()

    def test_kills_behind_a_complete_chain_do_not_count(self):
        with self.assertRaisesRegex(Failure, "kills while the chain goes on"):
            self.make(kills_on_the_way=23).check_story()

    def test_each_killed_performer_interrupts_only_what_it_worked_on(self):
        with self.assertRaisesRegex(Failure, "interrupted"):
            self.make(interrupted=9).check_story()

    def test_some_task_has_gone_on_across_a_kill(self):
        with self.assertRaisesRegex(Failure, "continued"):
            self.make(continued=0).check_story()

    def test_most_performers_are_found_again(self):
        with self.assertRaisesRegex(Failure, "found again"):
            self.make(attached=23).check_story()


class Pace(unittest.TestCase):
    """The chain goes on until there were kills enough, and how long that took is told."""

    def test_the_chain_is_not_complete_before_there_were_kills_enough(self):
        demo = load_demonstration()
        chain = types.SimpleNamespace(steps=[3, 2, 5], head=lambda: 0)
        chain.next_step = lambda: chain.steps[0] if chain.steps else None
        chain.take_step = lambda: chain.steps.pop(0)
        show = demo.Demonstration(
            chain, types.SimpleNamespace(kill=lambda: 1.0), None,
            types.SimpleNamespace(exists=lambda: False),
            types.SimpleNamespace(seed=1, interval=0, kills=2, performer_kills=0))
        show.miner.start()
        with contextlib.redirect_stdout(None):
            show.kill()
            show.miner.join(0.3)
            self.assertFalse(show.miner.is_done())
            show.kill()
            show.miner.join(60)
            self.assertTrue(show.miner.is_done())
            show.kill()
        self.assertEqual(show.kills_on_the_way, 2)
        self.assertEqual(len(show.kills), 3)

    def test_a_run_that_took_too_long_says_so(self):
        self.assertEqual(load_demonstration().time_text(180), "180 s")
        self.assertIn("EXCEEDED", load_demonstration().time_text(181))


class FakeExecutor:
    """Performers that are any processes, and a kill that takes some of them along."""

    def __init__(self, lost_at_kill=0, lost_at_start=0):
        self.processes = [subprocess.Popen(["sleep", "60"]) for _ in range(4)]
        self.lost = [lost_at_kill, lost_at_start]
        self.known = {f"performer {p.pid}": (p.pid, start_time(p.pid)) for p in self.processes}

    def lose(self, count):
        for process in self.processes[:count]:
            process.kill()
            process.wait()

    def kill(self):
        self.lose(self.lost[0])
        return 1.0

    def start(self):
        self.lose(self.lost[1])

    def living(self):
        return {name: (pid, start) for name, (pid, start) in self.known.items()
                if start_time(pid) == start}

    serving = living

    def performers(self):
        return self.known

    def in_flight(self):
        return 1

    def check_alive(self):
        pass

    def wait_until_serving(self):
        pass


class Killer(unittest.TestCase):
    """Whoever kills the executor misses every performer that does not outlive it."""

    def round_with(self, seed=1, performer_kills=0, **losses):
        executor = FakeExecutor(**losses)
        self.addCleanup(executor.lose, 4)
        with contextlib.redirect_stdout(None):
            killer = ExecutorKiller(executor, Clock(), seed, performer_kills)
            killer.enough.set()
            killer.live_and_die()
        return killer

    def test_all_are_found_again(self):
        self.assertEqual(self.round_with().attached, 4)

    def test_one_that_dies_with_the_executor_is_missed(self):
        with self.assertRaisesRegex(Failure, "died"):
            self.round_with(lost_at_kill=1)

    def test_one_that_dies_when_the_executor_starts_is_missed(self):
        with self.assertRaisesRegex(Failure, "is now None"):
            self.round_with(lost_at_start=1)

    def test_one_that_was_killed_is_not_missed(self):
        rounds = [self.round_with(seed, performer_kills=1) for seed in range(8)]
        self.assertIn(1, [each.performer_kills for each in rounds])
        for each in rounds:
            self.assertEqual(each.attached, 4 - each.performer_kills)


def one_task(where):
    return f"(SELECT _seq FROM task WHERE {where} LIMIT 1)"


COMPLETED = one_task("status = 2")
FAILED = one_task("status = 3")
DAMAGES = {
    "a task is missing": f"DELETE FROM task WHERE _seq = {COMPLETED}",
    "a failed task is missing": f"DELETE FROM task WHERE _seq = {FAILED}",
    "all tasks are missing": "DELETE FROM task",
    "a result differs":
        f"UPDATE task SET result = x'{'00' * 32}' WHERE _seq = {COMPLETED}",
    "a result is missing": f"UPDATE task SET result = NULL WHERE _seq = {COMPLETED}",
    "a task failed that should not": f"UPDATE task SET status = 3 WHERE _seq = {COMPLETED}",
    "a task was completed that should fail": f"UPDATE task SET status = 2 WHERE _seq = {FAILED}",
    "a task failed for another reason": f"UPDATE task SET error = 'bored' WHERE _seq = {FAILED}",
    "a task is unfinished": f"UPDATE task SET status = 0, result = NULL WHERE _seq = {COMPLETED}",
    "a task is in work": f"UPDATE task SET status = 1 WHERE _seq = {COMPLETED}",
    "a task is there twice":
        "CREATE TEMP TABLE copy AS SELECT * FROM task LIMIT 1;"
        f"UPDATE copy SET _seq = 1000000, task_id = x'{'77' * 32}';"
        "INSERT INTO task SELECT * FROM copy",
    "a task is from an orphaned block":
        f"UPDATE task SET block_hash = x'{'77' * 32}' WHERE _seq = {COMPLETED}",
    "a task is from another block":
        f"UPDATE task SET block_number = block_number + 1 WHERE _seq = {COMPLETED}",
    "a task is of another AVS":
        f"UPDATE task SET avs_address = x'{'77' * 20}' WHERE _seq = {COMPLETED}",
    "a cursor is behind": "UPDATE chain_cursor SET last_block = last_block - 1;"
                          "DELETE FROM block WHERE number = (SELECT max(number) FROM block)",
    "a cursor is missing": "DELETE FROM chain_cursor WHERE rowid = 1",
    "a kept block is missing":
        "DELETE FROM block WHERE number = (SELECT max(number) - 3 FROM block)",
    "a kept block is not the chain's":
        f"UPDATE block SET hash = x'{'77' * 32}' WHERE number = (SELECT max(number) FROM block)",
}

if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

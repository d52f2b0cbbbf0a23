#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The sequencer as a program: its commands, its exit codes, and the demonstration's comparison.

    program_test.py PATH_OF_SEQUENCER
"""
import json
import os
import pty
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "..", "examples", "sequencer", "demo")
DOCS = os.path.join(HERE, "..", "..", "docs")
PROGRAM = ""


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sequencer-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = os.path.join(self.folder, "dag.db")

    def call(self, *arguments, **how):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                              cwd=self.folder, **how)

    def run_node(self, rounds, *more, **how):
        return self.call("run", "--validators", "4", "--rounds", str(rounds), "--db", self.database,
                         "--survives", "process_crash", *more, **how)

    def change(self, sql):
        with sqlite3.connect(self.database) as db:
            self.assertGreater(db.execute(sql).rowcount, 0)
        db.close()

    def lose_the_store(self):
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(self.database + ending):
                os.remove(self.database + ending)


class CommandLine(Folder):
    def test_help_names_every_command_and_the_exit_codes(self):
        result = self.call("--help")
        self.assertEqual(result.returncode, 0)
        for word in ("run", "recover", "verify", "dot", "stats", "Exit codes", "signed twice"):
            self.assertIn(word, result.stdout)
        self.assertIn("--checkpoint-every", self.call("run", "--help").stdout)

    def test_wrong_usage_is_refused(self):
        for arguments in ([], ["walk"], ["verify"], ["recover", "--db", "x", "--strategy", "luck"],
                          ["run", "--validators", "3"], ["run", "--rounds", "none"]):
            self.assertEqual(self.call(*arguments).returncode, 2, arguments)

    def test_a_file_that_is_not_there_or_is_no_store_is_a_failure_of_the_store(self):
        for command in ("verify", "recover", "stats", "dot"):
            result = self.call(command, "--db", self.database)
            self.assertEqual(result.returncode, 3, command)
            self.assertIn("no such file", result.stderr)
        self.assertFalse(os.path.exists(self.database))
        with open(self.database, "wb") as out:
            out.write(b"this is no database" * 100)
        self.assertEqual(self.run_node(5).returncode, 3)
        self.assertEqual(self.call("verify", "--db", self.database).returncode, 3)

    def test_without_a_file_the_node_lives_in_memory(self):
        for _ in range(2):  # and so does what the committee remembers of it
            result = self.call("run", "--validators", "4", "--rounds", "12")
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertIn("done: highest round 11", result.stdout)
        self.assertEqual(os.listdir(self.folder), [])


class Commands(Folder):
    def setUp(self):
        super().setUp()
        result = self.run_node(30, "--checkpoint-every", "10")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.progress = result.stderr

    def test_progress_in_a_pipe_is_plain_lines(self):
        self.assertIn("rounds: 30 of 30 (100 %)\n", self.progress)
        self.assertNotIn("\r", self.progress)
        self.assertLessEqual(len(self.progress.splitlines()), 11)

    def test_a_second_run_goes_on_where_the_first_ended(self):
        result = self.run_node(50)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertRegex(result.stdout, r"recovered: .* highest round 29,")
        self.assertIn("done: highest round 49", result.stdout)

    def test_every_strategy_recovers_the_same(self):
        ends = set()
        for strategy in ("scratch", "checkpoint", "hybrid"):
            result = self.call("recover", "--db", self.database, "--strategy", strategy)
            self.assertEqual(result.returncode, 0, result.stderr)
            ends.add(result.stdout.strip().splitlines()[-1])
        self.assertEqual(len(ends), 1)
        self.assertIn("highest round 29", ends.pop())

    def test_a_recovery_shows_each_of_its_steps_from_its_beginning(self):
        lines = self.call("recover", "--db", self.database).stderr.splitlines()
        self.assertIn("recovering, finding dag: 2 of 2 (100 %)", lines)
        self.assertRegex("\n".join(lines), r"recovering, loading dag: (\d+) of \1 \(100 %\)")
        reading = re.findall(r"^recovering, reading certificate: (\d+) of (\d+) \((\d+) %\)$",
                             "\n".join(lines), re.M)
        done = [int(n) for n, _, _ in reading]
        self.assertEqual(done, sorted(set(done)))  # new ones, then those that were committed since
        self.assertEqual({total for _, total, _ in reading}, {str(done[-1])})
        self.assertEqual(reading[-1][2], "100")
        lines = self.call("recover", "--db", self.database, "--strategy", "scratch").stderr
        self.assertNotIn("loading", lines)
        self.assertIn("reading certificate", lines)
        quiet = self.call("recover", "--db", self.database, "--quiet")
        self.assertEqual(quiet.stderr, "")

    def test_a_recovery_on_a_terminal_draws_a_bar_for_each_step(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        subprocess.run([PROGRAM, "recover", "--db", self.database], stdout=subprocess.DEVNULL,
                       stderr=theirs, timeout=60, check=True)
        os.close(theirs)
        drawn = os.read(ours, 1 << 16).decode()
        for step in ("finding dag", "loading dag", "reading certificate", "reading performance"):
            self.assertRegex(drawn, rf"\rrecovering, {step} \[#{{40}}\] 100 %\r\n")

    def test_a_start_says_how_it_recovered_and_which_checkpoints_it_refused(self):
        result = self.run_node(35)
        self.assertIn("strategy: hybrid, used: from checkpoint, checkpoint 2\n", result.stdout)
        self.assertNotIn("refused", result.stdout)
        self.assertIn("recovering, loading dag: ", result.stderr)
        self.change("UPDATE checkpoint_chunk SET _body = zeroblob(20) WHERE number = 2")
        result = self.run_node(40)
        self.assertIn("strategy: hybrid, used: from checkpoint, checkpoint 1\n", result.stdout)
        self.assertRegex(result.stdout, r"refused: checkpoint 2: .+\n")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_verify_finds_nothing_wrong_and_names_what_is(self):
        result = self.call("verify", "--db", self.database)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("order of commits checked, 0 violations", result.stdout)
        self.change("UPDATE certificate SET _body = zeroblob(20) WHERE round = 7 AND"
                    " digest = (SELECT min(digest) FROM certificate WHERE round = 7)")
        result = self.call("verify", "--db", self.database)
        self.assertEqual(result.returncode, 4)
        self.assertRegex(result.stdout, r"undecodable /dag/certificates/round/7/digest/[0-9a-f]{64}: ")

    def test_recover_reports_quarantined_rows_by_its_exit_code(self):
        self.change("UPDATE certificate SET _body = zeroblob(20) WHERE round = 29 AND"
                    " digest = (SELECT min(digest) FROM certificate WHERE round = 29)")
        result = self.call("recover", "--db", self.database, "--strategy", "scratch")
        self.assertEqual(result.returncode, 4)
        self.assertIn("/dag/certificates/round/29/", result.stdout)

    def test_dot_draws_the_range_with_committed_ones_coloured(self):
        result = self.call("dot", "--db", self.database, "--from", "9", "--to", "11")
        self.assertEqual(result.returncode, 0)
        picture = result.stdout
        self.assertTrue(picture.startswith("digraph dag {") and picture.endswith("}\n"))
        self.assertEqual(sorted(re.findall(r"subgraph round_(\d+)", picture)), ["10", "11", "9"])
        self.assertIn("palegreen", picture)
        self.assertEqual(picture.count("peripheries=2"), picture.count("orange"))
        nodes = set(re.findall(r'^    "([0-9a-f]{16})" \[', picture, re.MULTILINE))
        edges = re.findall(r'^  "([0-9a-f]{16})" -> "([0-9a-f]{16})";', picture, re.MULTILINE)
        self.assertGreater(len(edges), 15)
        self.assertLessEqual({end for edge in edges for end in edge}, nodes)

    def test_stats_as_json_agree_with_the_columns(self):
        stats = json.loads(self.call("stats", "--db", self.database, "--json").stdout)
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as db:
            (certificates, committed), = db.execute(
                "SELECT count(*), sum(committed) FROM certificate")
        self.assertEqual(stats["total_certificates"], certificates)
        self.assertEqual(stats["total_committed"], committed)
        self.assertEqual(stats["current_round"], 29)
        self.assertEqual(len(stats["scores"]), 4)
        self.assertTrue(all(len(validator) == 52 for validator in stats["scores"]))
        self.assertEqual([each["round"] for each in stats["checkpoints"]], [10, 20])
        self.assertIn("certificates", self.call("stats", "--db", self.database).stdout)

    def test_damaged_metadata_are_named_and_run_makes_them_again(self):
        before = self.call("stats", "--db", self.database, "--json").stdout
        self.change("UPDATE metadata SET _body = zeroblob(40)")
        for command in ("recover", "verify", "stats", "dot"):
            result = self.call(command, "--db", self.database)
            self.assertEqual(result.returncode, 3, command)
            self.assertIn("the metadata are damaged: `run` with this committee's options",
                          result.stderr)
        result = self.call("run", "--validators", "10", "--rounds", "30", "--db", self.database)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn("misuse", result.stderr)
        result = self.run_node(30)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("metadata: damaged or gone, counted anew from the records\n", result.stdout)
        self.assertEqual(self.call("stats", "--db", self.database, "--json").stdout, before)
        self.assertEqual(self.call("verify", "--db", self.database).returncode, 0)

    def test_stats_and_dot_leave_out_what_is_damaged(self):
        for table in ("dag_checkpoint", "reputation", "batch", "certificate"):
            self.change(f"UPDATE {table} SET _body = zeroblob(40) WHERE _seq ="
                        f" (SELECT max(_seq) FROM {table})")
        result = self.call("stats", "--db", self.database)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("damaged: /dag/checkpoints/round/20\n", result.stdout)
        self.assertRegex(result.stdout, r"  \S{52}  damaged\n")
        stats = json.loads(self.call("stats", "--db", self.database, "--json").stdout)
        self.assertEqual([each["round"] for each in stats["checkpoints"]], [10])
        self.assertEqual(list(stats["scores"].values()).count(None), 1)
        self.assertEqual(self.call("dot", "--db", self.database, "--to", "29").returncode, 0)

    def test_a_row_that_is_still_to_be_marked_is_named_by_the_start(self):
        result = self.run_node(31, "--checkpoint-every", "10")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.change("UPDATE certificate SET _body = zeroblob(40) WHERE _seq = (SELECT min(_seq)"
                    " FROM certificate WHERE round = 29 AND committed = 0)")
        for _ in range(2):
            result = self.run_node(60)
            self.assertEqual(result.returncode, 4, result.stdout + result.stderr)
            self.assertRegex(result.stdout, r"quarantined: /dag/certificates/round/29/digest/")

    def test_a_node_that_lost_its_store_and_signs_again_is_found_out(self):
        self.lose_the_store()
        result = self.run_node(30)
        self.assertEqual(result.returncode, 5, result.stdout)
        first, second = re.search(r"SIGNED TWICE: (\S+ \(signature \w{16}\)) and (.*)",
                                  result.stdout).groups()
        self.assertNotEqual(first, second)
        self.assertRegex(second, r"^[0-9a-f]{64} \(signature [0-9a-f]{16}\)$")


class Full(Folder):
    """A store whose file cannot grow: what its log holds, which is shorter, stays there."""

    def setUp(self):
        super().setUp()
        result = self.run_node(299)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def run_node_that_cannot_close(self, rounds):
        size = os.path.getsize(self.database)
        result = self.run_node(  # Python ignores SIGXFSZ: without `restore_signals` so does the node
            rounds, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        self.assertIn(f"done: highest round {rounds - 1}", result.stdout)
        self.assertIn("disk_full", result.stderr)
        self.assertEqual(os.path.getsize(self.database), size)
        return result.returncode

    def test_what_cannot_be_closed_in_order_is_a_failure_of_the_store_and_loses_nothing(self):
        self.assertEqual(self.run_node_that_cannot_close(302), 3)
        result = self.run_node(305)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"recovered: .* highest round 301,")

    def test_what_is_said_of_the_run_goes_before_it(self):
        shutil.copy(self.database, self.database + ".old")
        result = self.run_node(300)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.change("UPDATE certificate SET _body = zeroblob(40) WHERE _seq = (SELECT min(_seq)"
                    " FROM certificate WHERE round = 298 AND committed = 0)")
        self.assertEqual(self.run_node_that_cannot_close(303), 4)

        self.lose_the_store()
        os.rename(self.database + ".old", self.database)
        self.assertEqual(self.run_node_that_cannot_close(303), 5)


class Pages(Folder):
    """The commands of the documents do what they say."""

    def run_page(self, *path):
        with open(os.path.join(DOCS, *path), encoding="utf-8") as text:
            script, = re.findall(r"^```sh\n(.*?)^```$", text.read(), re.S | re.M)
        os.symlink(PROGRAM, os.path.join(self.folder, "sequencer"))
        # Smaller, and without Graphviz:
        script = script.replace("--rounds 2500", "--rounds 40").replace("| dot -Tsvg", "")
        result = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], cwd=self.folder, capture_output=True,
            text=True, timeout=60, env={**os.environ, "PATH": self.folder + ":" + os.environ["PATH"]})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_the_page_of_the_sequencer(self):
        said = self.run_page("systems", "sequencer.md")
        self.assertIn("done: highest round 39, ", said)
        self.assertIn("dag: recovered from scratch (hybrid) to position 39\n", said)
        self.assertIn("order of commits checked, 0 violations\n", said)
        self.assertIn("subgraph round_20 ", said)
        self.assertEqual(json.loads(said.splitlines()[-1])["committee_size"], 10)

    def test_the_page_of_recovery(self):
        said = self.run_page("guide", "recovery.md")
        self.assertIn("dag: recovered from checkpoint (hybrid) to position 299\n", said)
        self.assertIn("dag: recovered from checkpoint to position 299\n", said)
        self.assertIn("dag: recovered from scratch to position 299\n", said)
        self.assertEqual(len(set(re.findall(r"^highest round 299, .* anchors$", said, re.M))), 1)
        self.assertEqual(len(re.findall(r"^highest round 299, ", said, re.M)), 3)


class Killed(Folder):
    def test_a_second_node_on_the_same_file_is_refused(self):
        first = subprocess.Popen(
            [PROGRAM, "run", "--validators", "4", "--rounds", "1000000", "--db", self.database,
             "--quiet"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(first.stdout.close)
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        self.assertIn("recovered", first.stdout.readline())
        second = self.run_node(10, "--witness", os.path.join(self.folder, "other"))
        self.assertEqual(second.returncode, 3)
        self.assertIn("store_locked", second.stderr)
        stats = self.call("stats", "--db", self.database)  # but looking is allowed
        self.assertEqual(stats.returncode, 0, stats.stderr)

    def test_a_killed_node_goes_on_and_its_store_is_sound(self):
        for _ in range(3):
            node = subprocess.Popen(
                [PROGRAM, "run", "--validators", "4", "--rounds", "100000", "--db", self.database,
                 "--quiet", "--checkpoint-every", "10"], stdout=subprocess.DEVNULL)
            time.sleep(0.6)
            node.send_signal(signal.SIGKILL)
            node.wait()
        result = self.call("verify", "--db", self.database, "--quiet")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.call("recover", "--db", self.database, "--quiet").returncode, 0)


class Comparison(Folder):
    """The demonstration's comparison accepts what is equal, and finds every kind of difference."""

    def test_it_finds_every_difference(self):
        self.assertEqual(self.run_node(20).returncode, 0)
        self.assertEqual(self.compare(self.database), (0, "0 differences"))
        for number, sql in enumerate(DIFFERENCES):
            other = os.path.join(self.folder, f"other{number}.db")
            shutil.copy(self.database, other)
            with sqlite3.connect(other) as db:
                self.assertGreater(db.execute(sql).rowcount, 0, sql)
            db.close()
            code, last = self.compare(other)
            self.assertEqual(code, 1, sql)
            self.assertNotEqual(last, "0 differences")

    def compare(self, other):
        result = subprocess.run([sys.executable, os.path.join(DEMO, "compare"), self.database, other],
                                capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout.strip().splitlines()[-1]


ONE = "WHERE _seq = (SELECT max(_seq) FROM {})"
COMMITTED = "WHERE commit_position = 5"
DIFFERENCES = [
    "DELETE FROM certificate " + ONE.format("certificate"),
    f"UPDATE certificate SET digest = x'{'77' * 32}' " + ONE.format("certificate"),
    "UPDATE certificate SET author = x'77' " + ONE.format("certificate"),
    "UPDATE certificate SET round = round + 1 " + ONE.format("certificate"),
    "UPDATE certificate SET committed = 0 " + COMMITTED,
    "UPDATE certificate SET committed_at_round = committed_at_round + 2 " + COMMITTED,
    "UPDATE certificate SET commit_position = 11 - commit_position"
    " WHERE commit_position IN (5, 6)",
    "DELETE FROM batch " + ONE.format("batch"),
    "UPDATE batch SET referenced_by_certificate = NULL " + ONE.format("batch"),
    "UPDATE performance SET success = 1 - success " + ONE.format("performance"),
    "UPDATE performance SET latency_ms = latency_ms + 1 " + ONE.format("performance"),
    "DELETE FROM reputation",
    "UPDATE reputation SET score = score - 0.0001 " + ONE.format("reputation"),
    "UPDATE metadata SET total_committed = total_committed + 1",
    "UPDATE metadata SET last_proposed_round = NULL",
]

if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

# SPDX-License-Identifier: BSL-1.0
"""The executor of the demonstration: killed at random moments on a thread of its own, and so are
some of its performers. After each start it is looked at whether every performer that still runs is
the same process under the same id."""
import os
import random
import re
import signal
import socket
import threading
import time

from services import Database, Failure, Service

AVSS = ("0x" + "a1" * 20, "0x" + "b2" * 20)
PERFORMERS_OF_AVS = 2
CONCURRENCY = 2  # tasks that one performer works on at once
IN_SERVICE = 3   # the status of a performer
CONFIG = """\
storage: {{type: sqlite, sqlite: {{path: {database}, survives: power_loss}}}}
folder: {folder}
http: {{port: {port}}}
artifacts: [{{registry: demonstration/work, program: {performer}}}]
performers:
{performers}
work: {{concurrency: {concurrency}}}
health: {{interval: 300ms, timeout: 2s}}
stop: {{performers: stop, orphan_timeout: 1m}}
"""
PERFORMERS = """\
  - avs: "{avs}"
    count: {count}
    registry: demonstration/work
    environment: [{{name: PERFORMER_MIN_TIME, value: 20ms}},
                  {{name: PERFORMER_MAX_TIME, value: 220ms}}]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_time(pid):
    """Of a process that runs, in clock ticks; None if it does not. Without the executor's help."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def alive(performers):
    return {name: process for name, process in performers.items()
            if start_time(process[0]) == process[1]}


class Executor(Service):
    def __init__(self, binary, folder):
        self.folder = os.path.join(folder, "performers")
        self.database = Database(os.path.join(folder, "executor.db"), "in_flight")
        self.url = f"http://127.0.0.1:{free_port()}"
        config = os.path.join(folder, "executor.yaml")
        with open(config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(
                database=self.database.path, folder=self.folder, port=self.url.split(":")[-1],
                performer=os.path.join(os.path.dirname(binary), "performer"),
                concurrency=CONCURRENCY,
                performers="".join(
                    PERFORMERS.format(avs=avs, count=PERFORMERS_OF_AVS) for avs in AVSS)))
        super().__init__(binary, config, os.path.join(folder, "executor.log"))
        self.starts = 0

    def start(self):
        super().start()
        self.starts += 1

    def wait_until_serving(self):
        deadline = time.monotonic() + 30
        while len(re.findall(" listening ", self.text())) < self.starts:
            self.check_alive()
            if time.monotonic() > deadline:
                raise Failure("the executor does not come up within 30 s")
            time.sleep(0.01)

    def performers(self, where="true"):
        """Id -> (pid, start time) of the saved ones that have had a process."""
        found = self.database.rows("SELECT performer_id, resource_id, start_time FROM performer "
                                   f"WHERE resource_id != '' AND {where}")
        return {name: (int(pid), int(start)) for name, pid, start in found}

    def living(self):
        return alive(self.performers())

    def serving(self):
        """Of the living, those that are not just being started."""
        return alive(self.performers(f"status = {IN_SERVICE}"))

    def in_flight(self):
        (count,), = self.database.query("SELECT count(*) FROM in_flight")
        return count

    def interrupted(self):
        """Tasks that were given up because nobody can know what became of them."""
        (count,), = self.database.query(
            "SELECT count(*) FROM processed WHERE error LIKE 'interrupted: %'")
        return count

    def end(self):
        super().end()
        if self.database.exists():
            for pid, _ in self.living().values():
                os.kill(pid, signal.SIGKILL)


class ExecutorKiller(threading.Thread):
    """Kills the executor again and again, and now and then a performer."""

    def __init__(self, executor, clock, seed, performer_kills):
        super().__init__(daemon=True)
        self.executor = executor
        self.clock = clock
        self.draw = random.Random(f"executor {seed}")
        self.enough = threading.Event()
        self.error = None
        self.kills = []           # tasks in flight at each
        self.attached = 0         # performers found again, as /proc says
        self.left_to_kill = performer_kills
        self.killed = []          # processes of performers

    def run(self):
        try:
            self.executor.wait_until_serving()
            while not self.enough.is_set():
                self.live_and_die()
        except Exception as fault:  # pylint: disable=broad-except
            self.error = fault

    def finish(self):
        """Ends after the present round, with the executor running."""
        self.enough.set()
        self.join()
        self.check()

    def check(self):
        if self.error:
            raise Failure(f"the executor: {self.error}")

    def live_and_die(self):
        self.enough.wait(self.draw.uniform(0.3, 2.6))
        self.executor.check_alive()
        if self.draw.random() < 0.3:
            self.kill_performer("while the executor runs")
            time.sleep(self.draw.uniform(0, 0.5))
        before = self.executor.serving()
        age = self.executor.kill()
        self.kills.append(self.executor.in_flight())
        living = self.executor.living()
        self.clock.say(f"        kill {len(self.kills):2} of the executor after {age:4.2f} s: "
                       f"{self.kills[-1]} tasks in flight, {len(living)} performers go on")
        if self.draw.random() < 0.2:
            self.kill_performer("while the executor is dead")
        time.sleep(self.draw.uniform(0, 0.4))
        living = self.executor.living()
        self.require_alive(before)
        self.executor.start()
        self.executor.wait_until_serving()
        self.compare(living)

    def kill_performer(self, when):
        living = sorted(self.executor.living().items())
        if not living or self.performer_kills >= self.left_to_kill:
            return
        _, process = self.draw.choice(living)
        pid, _ = process
        os.kill(pid, signal.SIGKILL)
        self.killed.append(process)
        self.clock.say(f"        process {pid} of a performer killed {when}")

    @property
    def performer_kills(self):
        return len(self.killed)

    def require_alive(self, before):
        """The executor's end is the end of no performer."""
        for name, process in before.items():
            if process not in self.killed and start_time(process[0]) != process[1]:
                raise Failure(f"{name}, process {process}, died with the executor")

    def compare(self, before):
        after = self.executor.living()
        for name, process in before.items():
            if after.get(name) != process:
                raise Failure(f"{name} was process {process} and is now {after.get(name)}")
        self.attached += len(before)

# SPDX-License-Identifier: BSL-1.0
"""A real Ethereum node, Anvil, on which a plan is carried out."""
import glob
import os
import random
import shutil
import socket
import subprocess
import time

from plan import make_payload
from rpc import Rpc

# Constructor that returns the runtime code, which logs its call data: calldatacopy, log0, stop.
CONTRACT = "0x600b600c600039600b6000f3" + "366000600037366000a000"


class NoAnvil(Exception):
    """There is no Anvil, and none could be installed."""


def installed(folder):
    """The binary that npm left in `folder`, or the one on the PATH."""
    pattern = os.path.join(folder, "node_modules", "@foundry-rs", "anvil-*", "bin", "anvil")
    found = sorted(glob.glob(pattern))
    return found[0] if found else shutil.which("anvil")


def find_or_install(folder):
    if installed(folder):
        return installed(folder)
    if not shutil.which("npm"):
        raise NoAnvil("neither anvil nor npm is installed")
    os.makedirs(folder, exist_ok=True)
    print(f"installing @foundry-rs/anvil into {folder}", flush=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, "@foundry-rs/anvil"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if result.returncode != 0 or not installed(folder):
        raise NoAnvil(f"npm could not install @foundry-rs/anvil: {result.stderr.strip()[-500:]}")
    return installed(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class AnvilChain:
    """Carries out a plan step by step. Not for use by several threads at once."""

    def __init__(self, binary, plan, seed, median=256):
        self.binary = binary
        self.steps = list(plan)
        self.draw = random.Random(f"transactions {seed}")
        self.median = median

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.rpc = Rpc(self.url)
        self.process = subprocess.Popen(
            [self.binary, "--port", str(port), "--no-mining", "--silent"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_until_ready()
            self.accounts = self.rpc("eth_accounts")
            self.deploy()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait_until_ready(self):
        for _ in range(200):
            try:
                self.rpc("eth_chainId")
                return
            except OSError:
                time.sleep(0.05)
        raise NoAnvil(f"{self.binary} does not answer")

    def deploy(self):
        sent = self.rpc("eth_sendTransaction",
                        {"from": self.accounts[0], "data": CONTRACT, "gas": "0x30000"})
        self.rpc("evm_mine")
        self.contract = self.rpc("eth_getTransactionReceipt", sent)["contractAddress"].lower()

    def head(self):
        return int(self.rpc("eth_blockNumber"), 16)

    def next_step(self):
        return self.steps[0] if self.steps else None

    def take_step(self):
        step = self.steps.pop(0)
        if isinstance(step, dict):
            return self.reorganise(step)
        for _ in range(step):
            self.send()
        self.rpc("evm_mine")
        return None

    def send(self):
        payload = make_payload(self.draw, self.median)
        to = self.contract if self.draw.random() < 0.5 else self.draw.choice(self.accounts)
        self.rpc("eth_sendTransaction", {
            "from": self.draw.choice(self.accounts), "to": to, "data": "0x" + payload.hex(),
            "gas": hex(60_000 + 60 * len(payload))})

    def reorganise(self, step):
        """Replaces the newest blocks; returns how many transactions came back."""
        back = self.moved_transactions(step["depth"]) if step["returning"] else []
        self.rpc("anvil_reorg", step["depth"], [[raw, place] for raw, place, _ in back])
        there = self.hashes(step["depth"])
        lost = [name for _, _, name in back if name not in there]
        if lost:
            raise RuntimeError(f"{len(lost)} transactions did not come back after anvil_reorg")
        return len(back)

    def newest(self, depth):
        head = self.head()
        return [self.rpc("eth_getBlockByNumber", hex(number), False)["transactions"]
                for number in range(head - depth + 1, head + 1)]

    def hashes(self, depth):
        return {name for block in self.newest(depth) for name in block}

    def moved_transactions(self, depth):
        """Each transaction of the newest blocks, to be put one block later than it was."""
        return [(self.rpc("eth_getRawTransactionByHash", name), min(place + 1, depth - 1), name)
                for place, block in enumerate(self.newest(depth)) for name in block
                if place != depth - 1]

# SPDX-License-Identifier: BSL-1.0
"""A chain recorded from a real node, and a JSON-RPC server that plays it back.

The file holds one JSON value a line, compressed: a header with the genesis block, then the steps of
the plan. A step is a block, or a reorganisation with the blocks that replaced the newest ones.
A block is [hash, parent hash, timestamp, transactions]; a transaction is [hash, sender's number,
input, whether it called the contract]. The contract logs its call data, so logs are not repeated.
"""
import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class UnknownBlock(Exception):
    """Asked about a block that is not canonical."""


class Recording:
    """A recorded file in memory."""

    def __init__(self, path):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            self.header = json.loads(next(lines))
            self.steps = [json.loads(line) for line in lines]


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that was killed in the middle of a request is no news here."""


class RecordedChain:
    """Plays a recording: the same steps as `AnvilChain`, with the results of the real run."""

    def __init__(self, path):
        recording = Recording(path)
        self.accounts = recording.header["accounts"]
        self.contract = recording.header["contract"]
        self.chain_id = recording.header["chain_id"]
        self.blocks = list(recording.header["blocks"])
        self.steps = recording.steps
        self.guard = threading.Lock()

    def __enter__(self):
        self.server = QuietServer(("127.0.0.1", 0), handler_for(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def head(self):
        with self.guard:
            return len(self.blocks) - 1

    def next_step(self):
        step = self.steps[0] if self.steps else None
        return step["reorg"] if isinstance(step, dict) else step

    def take_step(self):
        step = self.steps.pop(0)
        with self.guard:
            if not isinstance(step, dict):
                self.blocks.append(step)
                return None
            self.blocks[-step["reorg"]["depth"]:] = step["blocks"]
        return step["returned"]

    def answer(self, method, parameters):
        with self.guard:
            return getattr(self, "answer_" + method)(*parameters)

    def answer_eth_chainId(self):
        return hex(self.chain_id)

    def answer_eth_blockNumber(self):
        return hex(len(self.blocks) - 1)

    def answer_eth_getBlockByNumber(self, number, full):
        place = int(number, 16)
        if place >= len(self.blocks):
            return None
        name, parent, timestamp, transactions = self.blocks[place]
        return {"number": hex(place), "hash": name, "parentHash": parent,
                "timestamp": hex(timestamp),
                "transactions": [self.transaction(t) if full else t[0] for t in transactions]}

    def transaction(self, recorded):
        name, sender, data, _ = recorded
        return {"hash": name, "from": self.accounts[sender], "input": data}

    def answer_eth_getLogs(self, wanted):
        for place, (name, _, _, transactions) in enumerate(self.blocks):
            if name == wanted["blockHash"]:
                called = [t for t in transactions if t[3]]
                return [self.log(place, name, index, t) for index, t in enumerate(called)
                        if wanted["address"] == self.contract]
        raise UnknownBlock()

    def log(self, place, block, index, recorded):
        return {"address": self.contract, "topics": [], "data": recorded[2], "blockHash": block,
                "blockNumber": hex(place), "transactionHash": recorded[0],
                "logIndex": hex(index), "removed": False}


def respond(chain, request):
    reply = {"jsonrpc": "2.0", "id": request.get("id")}
    try:
        reply["result"] = chain.answer(request["method"], request.get("params", []))
    except UnknownBlock:
        reply["error"] = {"code": -32000, "message": "unknown block"}
    except AttributeError:
        reply["error"] = {"code": -32601, "message": "method not found"}
    return reply


def handler_for(chain):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(respond(chain, request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


class Recorder:
    """Writes down what a real chain looks like after each step."""

    def __init__(self, chain, path):
        self.chain = chain
        self.path = path

    def run(self):
        with open(self.path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
            self.out = out
            self.write({"chain_id": int(self.chain.rpc("eth_chainId"), 16),
                        "accounts": self.chain.accounts, "contract": self.chain.contract,
                        "blocks": [self.block(n) for n in range(self.chain.head() + 1)]})
            while (step := self.chain.next_step()) is not None:
                self.record(step)

    def write(self, value):
        self.out.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")

    def record(self, step):
        returned = self.chain.take_step()
        head = self.chain.head()
        if not isinstance(step, dict):
            return self.write(self.block(head))
        blocks = [self.block(n) for n in range(head - step["depth"] + 1, head + 1)]
        return self.write({"reorg": step, "returned": returned, "blocks": blocks})

    def block(self, number):
        found = self.chain.rpc("eth_getBlockByNumber", hex(number), True)
        transactions = [self.transaction(t) for t in found["transactions"]]
        self.verify_logs(found["hash"], transactions)
        return [found["hash"], found["parentHash"], int(found["timestamp"], 16), transactions]

    def transaction(self, found):
        called = (found["to"] or "").lower() == self.chain.contract
        sender = self.chain.accounts.index(found["from"].lower())
        return [found["hash"], sender, found["input"], 1 if called else 0]

    def verify_logs(self, block, transactions):
        """The recording leaves logs out because they follow from the calls: make sure."""
        found = self.chain.rpc(
            "eth_getLogs", {"blockHash": block, "address": self.chain.contract})
        logs = [(log["transactionHash"], log["data"], int(log["logIndex"], 16)) for log in found]
        called = [t for t in transactions if t[3]]
        if logs != [(t[0], t[2], index) for index, t in enumerate(called)]:
            raise RuntimeError(f"the logs of block {block} do not follow from its calls")

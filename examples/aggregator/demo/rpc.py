# SPDX-License-Identifier: BSL-1.0
"""A JSON-RPC client of a few lines."""
import itertools
import json
import urllib.request


class RpcError(Exception):
    """The node answered with an error."""


class Rpc:
    def __init__(self, url, timeout=30):
        self.url = url
        self.timeout = timeout
        self.ids = itertools.count(1)

    def __call__(self, method, *parameters):
        body = {"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": list(parameters)}
        request = urllib.request.Request(
            self.url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=self.timeout) as response:
            answer = json.load(response)
        if answer.get("error"):
            raise RpcError(f"{method}: {answer['error']}")
        return answer["result"]

# SPDX-License-Identifier: BSL-1.0
"""What happens on the chain during a demonstration: blocks, and reorganisations between them."""
import random

KEPT_BLOCKS = 100  # of the aggregator's configuration, which the deepest reorganisation exceeds


def reorg(when, depth, returning=False):
    """`when` is what the aggregator does meanwhile: "running" or "dead"."""
    return {"when": when, "depth": depth, "returning": returning}


def make_plan(seed):
    """A list of blocks (numbers of transactions) and reorganisations (dicts)."""
    draw = random.Random(f"plan {seed}")
    reorgs = [
        reorg("running", draw.randint(1, 3)),
        reorg("dead", draw.randint(2, 5)),
        reorg("running", draw.randint(4, 7), returning=True),
        reorg("dead", draw.randint(3, 6), returning=True),
        reorg("running", draw.randint(11, 16)),
        reorg(draw.choice(["running", "dead"]), KEPT_BLOCKS + draw.randint(15, 30)),
        reorg("dead", draw.randint(1, 3)),
        reorg("running", draw.randint(2, 9), returning=True),
    ]
    plan = []
    for each in reorgs:
        length = 60 if each["depth"] > KEPT_BLOCKS else draw.randint(18, 26)
        plan += [number_of_transactions(draw) for _ in range(length)] + [each]
    return plan + [number_of_transactions(draw) for _ in range(20)]


def number_of_transactions(draw):
    return 0 if draw.random() < 0.08 else draw.randint(2, 9)


def make_payload(draw, median):
    """One in five must fail; a few are empty; lengths are log-normal."""
    size = int(min(draw.lognormvariate(0, 1) * median, 16 * median))
    if draw.random() < 0.03:
        return b""
    first = b"\xff" if draw.random() < 0.2 else bytes([draw.randrange(0xff)])
    return first + draw.randbytes(size)

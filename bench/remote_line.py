"""A slow line between two network namespaces: `python remote_line.py NAMESPACE`, as root.

Makes one end (10.77.0.1) where it runs and the other (10.77.0.2) in that namespace, says "ready", and
carries packets between them until it is ended: as fast, as late and as badly as told. Each way has a queue
of its own, which drops what finds it full, as a router's does. It is a program, and not the kernel's netem,
because many kernels are built without that; tc has nothing to do with it.
"""

import argparse
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import time
from dataclasses import dataclass, field

NEAR, FAR = "10.77.0.1", "10.77.0.2"
_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_HEAD = 0x1001
_MTU = 1500


@dataclass
class Way:
    """One direction: packets from `source` to `target`, file descriptors of the two ends."""

    source: int
    target: int
    bytes_a_second: float
    delay: float
    loss: float
    most_waiting: float
    free_at: float = 0.0
    under_way: list[tuple[float, int, bytes]] = field(default_factory=list)
    count: int = 0

    def take(self, packet: bytes, now: float) -> None:
        """A packet has come: lost, dropped, or on its way."""
        begins = max(now, self.free_at)
        if random.random() < self.loss or begins - now > self.most_waiting:
            return
        self.free_at = begins + len(packet) / self.bytes_a_second
        self.count += 1
        heapq.heappush(self.under_way, (self.free_at + self.delay, self.count, packet))

    def give(self, now: float) -> None:
        """Whatever has arrived by now."""
        while self.under_way and self.under_way[0][0] <= now:
            os.write(self.target, heapq.heappop(self.under_way)[2])


def end_of_line(name: str) -> int:
    """A network interface of which this process is the other side."""
    made = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(made, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _TUN_WITHOUT_HEAD))
    return made


def ip(*words: str) -> None:
    """One command of iproute2."""
    subprocess.run(["ip", *words], check=True)


def carry(near: int, far: int, given: argparse.Namespace) -> None:
    """For good."""
    each = (given.megabits * 1e6 / 8, given.trip_ms / 2000, given.loss_percent / 100, given.queue_ms / 1000)
    ways = {near: Way(near, far, *each), far: Way(far, near, *each)}
    while True:
        waiting = [way.under_way[0][0] for way in ways.values() if way.under_way]
        pause = max(min(waiting) - time.monotonic(), 0.0) if waiting else None
        readable, _, _ = select.select([near, far], [], [], pause)
        for one in readable:
            ways[one].take(os.read(one, 65536), time.monotonic())
        for way in ways.values():
            way.give(time.monotonic())


def main() -> None:
    """Make both ends and carry."""
    asking = argparse.ArgumentParser()
    asking.add_argument("namespace")
    asking.add_argument("--megabits", type=float, default=5.0)
    asking.add_argument("--trip-ms", type=float, default=60.0)
    asking.add_argument("--loss-percent", type=float, default=1.0)
    asking.add_argument("--queue-ms", type=float, default=200.0)
    given = asking.parse_args()
    near, far = end_of_line("slow0"), end_of_line("slow1")
    ip("link", "set", "slow1", "netns", given.namespace)
    ip("addr", "add", f"{NEAR}/24", "dev", "slow0")
    ip("link", "set", "slow0", "mtu", str(_MTU), "up")
    ip("-n", given.namespace, "addr", "add", f"{FAR}/24", "dev", "slow1")
    ip("-n", given.namespace, "link", "set", "slow1", "mtu", str(_MTU), "up")
    print("ready", flush=True)
    carry(near, far, given)


if __name__ == "__main__":
    main()

"""What runs of SIGKILLs under load have in common, whichever store is killed."""

import argparse
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]
sys.dont_write_bytecode = True
import harness as h  # noqa: E402


class Writer:
    """Sends one piece after another; one that was not acknowledged is sent again. A kind of writer says
    what: offer() returns the request's body, its headers and what is acknowledged with it."""

    AGAIN = (0, 503)  # answers, 0 for none, after which it is sent again

    def __init__(self, number, url):
        self.number, self.url = number, url
        self.acknowledged = 0  # pieces below it
        self.offered = 0       # pieces below it may be there
        self.stop = threading.Event()
        self.refused = []

    def run(self):
        while not self.stop.is_set():
            body, headers, end = self.offer()
            self.offered = max(self.offered, end)
            reply = h.request(self.url, body, headers, timeout=10)
            if reply.status // 100 == 2:
                self.acknowledged = end
            elif reply.status not in self.AGAIN:
                self.refused.append((self.acknowledged, reply.status, reply.text()[:300]))
                return
            else:
                time.sleep(0.01)


class StoreKills:
    """Load, kill, start, check, again and again. A kind of store has its TOOL (`vedette TOOL verify`), FLAGS,
    seconds of LOAD, most seconds of a START that is killed, `writers`, check(kill) and check_last()."""

    def __init__(self, t, args):
        self.t, self.args, self.random = t, args, random.Random(args.seed)
        self.port = h.free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def start(self, ready=True):
        self.process = self.t.collector("store", self.port, *self.FLAGS, ready=ready)

    def kill_while_starting(self):
        self.start(ready=False)
        time.sleep(self.random.uniform(0, self.START))
        self.process.kill()

    def load(self, seconds):
        threads = [threading.Thread(target=w.run) for w in self.writers]
        for w in self.writers:
            w.stop.clear()
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.process.kill()
        for w in self.writers:
            w.stop.set()
        for thread in threads:
            thread.join()

    def refused(self):
        return [f"refused: {r}" for w in self.writers for r in w.refused]

    def verify(self):
        """What the tool finds, beside the running collector."""
        verify = subprocess.run([h.vedette(), self.TOOL, "verify", str(self.t.dir / "store")],
                                capture_output=True, text=True)
        return [] if verify.returncode == 0 else [verify.stdout[-2000:] + verify.stderr[-2000:]]

    def run(self):
        self.start()
        kill = 0
        while kill < self.args.kills:
            self.load(self.random.uniform(*self.LOAD))
            kill += 1
            while kill < self.args.kills and self.random.random() < 0.25:
                self.kill_while_starting()
                kill += 1
            self.start()
            if not self.check(kill):
                return
        self.check_last()
        status, seconds = self.process.stop(timeout=60)
        self.t.check(status == 0 and seconds < 5, "ends within 5 s of SIGTERM", f"{status} in {seconds:.1f} s")
        self.t.check(not (found := self.verify()), f"vedette {self.TOOL} verify finds nothing", found)


def main(doc, kills):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with h.running() as t:
        print(f"{args.kills} kills, seed {args.seed}")
        kills(t, args).run()

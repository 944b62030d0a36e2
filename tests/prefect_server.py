"""A Prefect server of a test's own, with a worker and with flow runs that can be asked about.

    with prefect(folder) as server:
        server.start(); server.work()                 the server, a worker of processes
        run = server.run("sync/gcms")                 a flow run of a deployment, by its name
        server.until(run, "COMPLETED")                its state, when it is of that type

Server and worker are processes on loopback with their files in `folder`; whatever happens, they end with the block.
The test's own process never imports prefect: it asks over HTTP, as any other program would.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.servers import ROOT

PATIENCE = 180.0  # seconds, for a busy machine; an idle one needs some six


class Server:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, _free_port()
        self.url, self._port = f"http://127.0.0.1:{port}/api", port
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self.environment = clean | {
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(folder),
            "PREFECT_API_URL": self.url,
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",  # nothing runs but what a test starts
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it; it answers from now on."""
        words = ("server", "start", "--host", "127.0.0.1", "--port", str(self._port), "--no-ui")
        self.process = self._spawn("server.log", *words)
        wait_for(self._answers, "the Prefect server to answer")

    def work(self, pool: str = "case-migrate") -> "subprocess.Popen[bytes]":
        """A worker of that pool; it takes what waits."""
        return self._spawn("worker.log", "worker", "start", "--pool", pool)

    def ask(self, path: str, **content: Any) -> Any:
        """What the server answers; with content it is posted."""
        return self._asked("POST" if content else "GET", path, content or None).json()

    def patch(self, path: str, **content: Any) -> None:
        """Change something."""
        self._asked("PATCH", path, content)

    def _asked(self, method: str, path: str, content: dict[str, Any] | None) -> httpx.Response:
        """The answer; one whose database is busy says 503 and is asked again, as Prefect's own clients do."""
        answers: list[httpx.Response] = []

        def answered() -> bool:
            answers.append(httpx.request(method, f"{self.url}/{path}", json=content, timeout=60))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        wait_for(answered, "the Prefect server to have time")
        return answers[-1].raise_for_status()

    def run(self, deployment: str, **parameters: Any) -> str:
        """Start a flow run of a deployment now, with these parameters beside its own; its id."""
        known = self.ask(f"deployments/name/{deployment}")
        asked = {"state": {"type": "SCHEDULED"}, "parameters": {**known["parameters"], **parameters}}
        return str(self.ask(f"deployments/{known['id']}/create_flow_run", **asked)["id"])

    def until(self, run: str, *types: str) -> dict[str, Any]:
        """The flow run, as soon as its state is of one of these types."""
        found: dict[str, Any] = {}

        def there() -> bool:
            found.update(self.ask(f"flow_runs/{run}"))
            return found["state_type"] in types

        wait_for(there, f"{run} to be {' or '.join(types)}", self.log)
        return found

    def process_of(self, run: str) -> int:
        """The process of a flow run, as soon as it holds the lease."""
        labels: dict[str, str] = {}

        def there() -> bool:
            labels.update(self.ask(f"flow_runs/{run}")["labels"])
            return "case-migrate.fence" in labels

        wait_for(there, f"{run} to hold the lease", self.log)
        return int(labels["case-migrate.process"].rpartition(":")[2])

    def log(self) -> str:
        """What the worker and its flows said last."""
        log = self.folder / "worker.log"
        return log.read_text()[-3000:] if log.exists() else ""

    def stop(self) -> None:
        """End everything at once."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the flows of a worker are in its group
            process.wait()

    def _spawn(self, log: str, *words: str) -> "subprocess.Popen[bytes]":
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "prefect", *words],
                cwd=self.folder, env=self.environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health", timeout=5).is_success
        return False


@contextmanager
def prefect(folder: Path) -> Iterator[Server]:
    """A server that is not started yet, with its files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def kill(*processes: "subprocess.Popen[bytes] | int") -> None:
    """Signal 9 to each of them and to nothing else, and wait until they are gone."""
    for process in processes:
        number = process if isinstance(process, int) else process.pid
        os.kill(number, signal.SIGKILL)
        if not isinstance(process, int):
            process.wait()
    wait_for(
        lambda: not any(isinstance(p, int) and is_there(p) for p in processes), "killed processes to be gone"
    )


def is_there(number: int) -> bool:
    """Whether the process lives."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{number}/stat")  # one that nobody has waited for is there by number only
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def wait_for(done: Callable[[], bool], what: str, log: Callable[[], str] = str) -> None:
    """Ask until it is so."""
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, f"gave up waiting for {what}\n{log()}"
        time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

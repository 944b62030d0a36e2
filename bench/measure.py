"""What the system knows of processes: processor time of a server, peak memory of this process, the machine."""

import os
import platform
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_GLANCE = 0.02  # seconds


@dataclass
class Span:
    """A stretch of time: seconds on the clock, and of the processors that servers used meanwhile."""

    seconds: float = 0.0
    servers: float = 0.0
    started: float = 0.0  # on the clock of time.monotonic
    idle: float = 0.0  # share of the machine's processors that nobody used


@contextmanager
def span(*servers: int) -> Iterator[Span]:
    """Measure a block; `servers` are the numbers of the servers' first processes."""
    measured = Span(started=time.monotonic())
    before, idle = sum(map(processor_seconds, servers)), _idle_seconds()
    yield measured
    measured.seconds = time.monotonic() - measured.started
    measured.servers = sum(map(processor_seconds, servers)) - before
    measured.idle = (_idle_seconds() - idle) / (measured.seconds * (os.cpu_count() or 1))


def processor_seconds(first: int) -> float:
    """Of a process, its living children, and the children that it has seen end."""
    times, parents = {}, {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            parents[int(entry.name)] = int(fields[1])
            times[int(entry.name)] = sum(map(int, fields[11:15])) / _TICK
    family = {first} | {process for process, parent in parents.items() if parent == first}
    return sum(times.get(process, 0.0) for process in family)


def server_process(program: str, folder: Path) -> int:
    """The first process of the server whose data lies in that folder."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if Path(words[0]).name == program and any(str(folder) in word for word in words):
                return int(entry.name)
            if Path(words[0]).name == program and _works_in(entry, folder):
                return int(entry.name)
    raise LookupError(f"no {program} works in {folder}")


@dataclass
class Watched:
    """A program that ran: seconds, its own peak memory in MiB, its exit code, the end of what it said."""

    seconds: float = 0.0
    memory: float = 0.0
    code: int = 0
    said: str = ""


def watch(command: list[str], environment: dict[str, str], folder: Path, patience: float) -> Watched:
    """Run a program in a folder and look at it while it runs; it is ended when patience is."""
    watched, log, began = Watched(), folder / "said", time.monotonic()
    with log.open("w") as said, subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
    ) as process:  # fmt: skip
        while process.poll() is None:
            watched.memory = max(watched.memory, peak_memory(process.pid))
            if time.monotonic() - began > patience:
                process.kill()
            time.sleep(_GLANCE)
        watched.seconds = time.monotonic() - began
    watched.code, watched.said = process.returncode, log.read_text(errors="replace")[-2000:]
    return watched


def peak_memory(process: int | None = None) -> float:
    """The most resident memory that a process (this one) ever had, in MiB; 0 when it has ended."""
    found = re.search(r"VmHWM:\s+(\d+) kB", (PROC / str(process or "self") / "status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def machine() -> str:
    """Processors, memory and system in one line."""
    cpu = re.search(r"model name\s*: (.+)", (PROC / "cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", (PROC / "meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text())
    parts = [
        f"{os.cpu_count()} × {cpu[1].strip() if cpu else platform.machine()}",
        f"{round(int(memory[1]) / 2**20)} GiB" if memory else "",
        system[1] if system else platform.system(),
        f"Linux {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
    ]
    return ", ".join(part for part in parts if part)


def version(*command: str) -> str:
    """The first number with dots that a program says about itself; '' where it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found and not done.returncode else ""


def _works_in(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").resolve().is_relative_to(folder.resolve())
    except OSError:
        return False


def _idle_seconds() -> float:
    return int((PROC / "stat").read_text().split()[4]) / _TICK

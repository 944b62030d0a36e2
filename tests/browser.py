"""A headless Chromium, driven over its debugging pipe: what a page shows, asks for and runs.

    with browser() as chromium:
        page = chromium.open(path, wide=320)
        page.value("document.title")        of an expression in the page, whatever its policy allows
        page.requests, page.noises          addresses that it asked for; dialogs, messages, errors

No address leads anywhere. The profile is new each time, and gone afterwards.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import program

FLAGS = (
    "--headless",
    "--no-sandbox",  # as root there is none; the pages are ours, and nothing is reachable
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)


class Browser:
    """One browser."""

    def __init__(self, process: "subprocess.Popen[bytes]", to: int, fro: int) -> None:
        self.process, self._to, self._fro = process, to, fro
        self._number, self._rest = 0, b""
        self._pages: dict[str, Page] = {}

    def open(self, path: Path, *, wide: int = 1280, high: int = 900) -> "Page":
        """A file, shown and loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session, path.as_uri())
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.resize(wide, high)
        page.call("Page.navigate", url=page.address)
        while not page.loaded:
            self._next()
        page.value("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        return page

    def call(self, method: str, session: str = "", **params: Any) -> Any:
        """A command and its result."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": params} | (
            {"sessionId": session} if session else {}
        )
        os.write(self._to, json.dumps(told).encode() + b"\0")
        while (answer := self._next()).get("id") != told["id"]:
            pass
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        """The next message; what happened in a page is noted there."""
        while b"\0" not in self._rest:
            block = os.read(self._fro, 1 << 20)
            assert block, "the browser is gone"
            self._rest += block
        first, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        if page := self._pages.get(message.get("sessionId", "")):
            page.happened(message)
        return message


@dataclass
class Page:
    """A page that is shown."""

    browser: Browser
    session: str
    address: str
    loaded: bool = False
    requests: list[str] = field(default_factory=list)
    noises: list[str] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> Any:
        """A command to this page."""
        return self.browser.call(method, self.session, **params)

    def value(self, expression: str) -> Any:
        """What an expression comes to; promises are waited for."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def resize(self, wide: int, high: int = 900) -> None:
        """The size of the window, in pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=wide, height=high, deviceScaleFactor=1, mobile=False
        )

    def close(self) -> None:
        """Done with it."""
        self.browser.call("Page.close", self.session)

    def happened(self, message: dict[str, Any]) -> None:
        """Note it."""
        what, about = message.get("method", ""), message.get("params", {})
        if what == "Page.loadEventFired":
            self.loaded = True
        elif what == "Network.requestWillBeSent" and about["request"]["url"] != self.address:
            self.requests.append(about["request"]["url"])
        elif what == "Page.javascriptDialogOpening":
            self.noises.append(f"dialog: {about['message']}")
            told = {"method": "Page.handleJavaScriptDialog", "params": {"accept": False}, "id": -1}
            os.write(self.browser._to, json.dumps(told | {"sessionId": self.session}).encode() + b"\0")
        elif what in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.noises.append(f"{what}: {json.dumps(about)[:500]}")


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own."""
    to, fro = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [program("chromium"), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        # The pipe's ends have to be the descriptors 3 and 4.
        shell = f'exec "$@" 3<&{to[0]} 4>&{fro[1]}'
        process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *command],
            pass_fds=(to[0], fro[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
        )
        os.close(to[0])
        os.close(fro[1])
        made = Browser(process, to[1], fro[0])
        try:
            yield made
        finally:
            os.close(to[1])  # it ends with its pipe
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(fro[0])

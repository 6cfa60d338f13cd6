"""Real servers, where the machine has them: each started once, on a port of its own.

They come from the system's package manager (`postgresql`, `redis-server`, `mosquitto`,
`mariadb-server`, `rabbitmq-server`, `memcached`, `openssh-server`, `xvfb`); what isn't there is
said, and skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple


class Recipe(NamedTuple):
    """How to start a server: programs to run first, the server's own, and what it must be told.

    `gives` are the variables by which its clients find it.
    """

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    user: str = ""
    gives: tuple[tuple[str, str], ...] = ()


_PG = "/usr/lib/postgresql/*/bin/"
_SSH = ("-o", "StrictModes=no", "-o", "AuthorizedKeysFile={folder}/key.pub", "-o", "UsePAM=no")

RECIPES: dict[str, Recipe] = {
    "redis": Recipe(
        (
            "redis-server",
            "--port",
            "{port}",
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "{folder}",
        )
    ),
    "mosquitto": Recipe(("mosquitto", "-p", "{port}")),
    "memcached": Recipe(("memcached", "-l", "127.0.0.1", "-p", "{port}", "-u", "nobody")),
    "postgres": Recipe(
        (f"{_PG}postgres", "-D", "{folder}/data", "-p", "{port}", "-k", "{folder}"),
        before=((f"{_PG}initdb", "-D", "{folder}/data", "-U", "shop", "-A", "trust", "--no-sync"),),
        user="postgres",
    ),
    "mariadb": Recipe(
        (
            *("mariadbd", "--no-defaults", "--datadir={folder}/data", "--port={port}"),
            *("--socket={folder}/s", "--bind-address=127.0.0.1", "--skip-grant-tables"),
            *("--skip-networking=0", "--user=mysql", "--pid-file={folder}/pid"),
        ),
        before=(
            (
                *("mariadb-install-db", "--no-defaults", "--datadir={folder}/data"),
                *("--user=mysql", "--skip-test-db"),
            ),
        ),
        user="mysql",
    ),
    "rabbitmq": Recipe(
        ("/usr/lib/rabbitmq/bin/rabbitmq-server",),
        after=(("epmd", "-port", "{other}", "-kill"),),
        environment=(
            ("HOME", "{folder}"),
            ("RABBITMQ_NODENAME", "measured@localhost"),
            ("RABBITMQ_NODE_PORT", "{port}"),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_DIST_PORT", "{third}"),
            ("RABBITMQ_MNESIA_BASE", "{folder}/data"),
            ("RABBITMQ_LOG_BASE", "{folder}/log"),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", "{folder}/plugins"),
            ("ERL_EPMD_PORT", "{other}"),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
        ),
    ),
    "xvfb": Recipe(
        ("Xvfb", ":{display}", "-listen", "tcp", "-ac", "-screen", "0", "64x64x24"),
        gives=(("DISPLAY", "127.0.0.1:{display}"),),
    ),
    "sshd": Recipe(
        (
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-h",
            "{folder}/key",
            "-p",
            "{port}",
            *_SSH,
        ),
        before=(
            ("mkdir", "-p", "/run/sshd"),
            ("ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", "{folder}/key"),
        ),
    ),
}


class Missing(Exception):  # noqa: N818 - a fact about the machine
    """The machine has no such server."""


class Server:
    """A running server, with the port that it listens on and its folder."""

    def __init__(self, name: str, folder: Path) -> None:
        recipe = RECIPES[name]
        self._recipe = recipe
        self.folder = folder
        self.port, other, third = (_free_port() for _ in range(3))
        self._values = {
            "port": self.port,
            "display": self.port - 6000,  # X counts its ports from there
            "other": other,
            "third": third,
            "folder": folder,
        }
        folder.mkdir(parents=True, exist_ok=True)
        if recipe.user and os.geteuid() == 0:
            shutil.chown(folder, recipe.user)
        self._log = (folder / "log.txt").open("w")
        try:
            for command in recipe.before:
                self._start(command).wait(120)
            self._process = self._start(recipe.command)
            self._wait(name)
        except (OSError, LookupError) as error:
            raise Missing(f"no server `{name}`: {error}") from error

    def stop(self) -> None:
        """End it, and what it has started beside itself."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for command in self._recipe.after:
            self._start(command).wait(20)
        self._log.close()

    def _start(self, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        words = [word.format(**self._values) for word in command]
        words[0] = _program(words[0])
        user = self._recipe.user if os.geteuid() == 0 else None
        return subprocess.Popen(
            words,
            cwd=self.folder,
            env={**os.environ, **self._environment()},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            user=user or None,
            group=user or None,
        )

    @property
    def gives(self) -> dict[str, str]:
        """The variables by which its clients find it."""
        return {key: value.format(**self._values) for key, value in self._recipe.gives}

    def _environment(self) -> dict[str, str]:
        return {key: value.format(**self._values) for key, value in self._recipe.environment}

    def _wait(self, name: str) -> None:
        """Until it listens; rabbitmq takes a while."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        self._process.kill()
        raise LookupError(f"`{name}` did not begin to listen; see {self.folder / 'log.txt'}")


def _program(name: str) -> str:
    if "*" in name:
        found = sorted(Path("/").glob(name.lstrip("/")))
        name = str(found[-1]) if found else name
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise FileNotFoundError(f"{name} is not installed")
    return path


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port

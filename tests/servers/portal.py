"""A CKAN portal with its own database, queue and search, in a temporary folder: started, filled through its own API, ended.

The steps are those of CKAN's manual for an installation from source, with its own command. PostgreSQL does not run as root, so that there it
runs as the user whom the Debian package makes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from tests.servers.programs import Program, ProgramFailed, free_port, listens, step
from tests.servers.search_stub import SearchStub

SUPERUSER = "postgres"  # of the database, and of the system where we are root
NEEDED = "Install the Debian packages `postgresql` and `redis-server` (apt-get install postgresql redis-server): {missing} cannot be found."
SETTINGS = """
[DEFAULT]
debug = false
[app:main]
use = egg:ckan
SECRET_KEY = only-for-tests-on-this-machine-0123456789
ckan.site_url = {site}
ckan.site_id = default
ckan.plugins = datastore
ckan.storage_path = {folder}/storage
ckan.redis.url = redis://127.0.0.1:{redis}/0
ckan.devserver.threaded = true
solr_url = {search}
sqlalchemy.url = postgresql://ckan@127.0.0.1:{postgresql}/ckan
ckan.datastore.write_url = postgresql://ckan@127.0.0.1:{postgresql}/datastore
ckan.datastore.read_url = postgresql://reader@127.0.0.1:{postgresql}/datastore
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(levelname)s %(name)s %(message)s
"""


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, the token of its administrator, and the search engine that it asks."""

    url: str
    token: str
    search: SearchStub

    def action(self, name: str, body: Mapping[str, Any] | None = None, files: Mapping[str, Any] | None = None) -> Any:
        """Do something as the administrator and return the result. Raises ProgramFailed with what CKAN says where it refuses."""
        given: dict[str, Any] = {"data": body, "files": files} if files else {"json": body or {}}
        answer = requests.post(f"{self.url}/api/3/action/{name}", headers={"Authorization": self.token}, timeout=120, **given)
        if answer.status_code != 200:
            raise ProgramFailed(f"{name}: HTTP {answer.status_code}: {answer.text[:1000]}")
        return answer.json()["result"]


@contextmanager
def portal(environment: Path) -> Iterator[Portal]:
    """A new and empty portal of the CKAN that is installed in `environment`."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="portal-")))
        database = _postgresql(opened)
        queue = _redis(opened, folder)
        schema = next(environment.glob("lib/python*/site-packages/ckan/config/solr/schema.xml"))
        search = opened.enter_context(SearchStub(schema))
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        settings = folder / "ckan.ini"
        settings.write_text(SETTINGS.format(site=site, folder=folder, redis=queue, search=search.url, postgresql=database.port))
        ckan: list[str | Path] = [environment / "bin" / "ckan", "-c", settings]
        step([*ckan, "db", "init"], folder=folder)
        database.run(step([*ckan, "datastore", "set-permissions"], folder=folder))
        step([*ckan, "sysadmin", "add", "--create", "clerk", "email=clerk@example.org", "password=only-for-tests"], folder=folder)
        token = step([*ckan, "user", "token", "add", "clerk", "tests", "--quiet"], folder=folder).strip()
        running = opened.enter_context(
            Program("ckan", [*ckan, "run", "--host", "127.0.0.1", "--port", str(port), "--disable-reloader"], folder)
        )
        running.wait_until(lambda: _answers(f"{site}/api/3/action/status_show"))
        yield Portal(site, token, search)


@dataclass(frozen=True)
class _Database:
    port: int
    psql: Path
    folder: Path

    def run(self, statements: str, database: str = "postgres") -> None:
        """Run SQL as the superuser, each statement by itself."""
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--username", SUPERUSER, "--dbname", database]
        step([self.psql, *where, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"], folder=self.folder, given=statements)


def _postgresql(opened: ExitStack) -> _Database:
    """A new PostgreSQL on this machine, with the roles and databases that a portal needs."""
    programs = _postgresql_programs()
    folder = Path(opened.enter_context(TemporaryDirectory(prefix="postgresql-")))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data, port = folder / "data", free_port()
    made = ["--auth", "trust", "--username", SUPERUSER, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    step([programs / "initdb", "--pgdata", data, *made], folder=folder, user=user)
    # Only on this machine and by TCP; nothing that is stored here needs to survive a power cut.
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "full_page_writes": "off"}
    chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    started = Program("postgresql", [programs / "postgres", "-D", data, "-p", str(port), *chosen], folder, user=user, ends_on=signal.SIGINT)
    opened.enter_context(started)
    asked = ["--host", "127.0.0.1", "--port", str(port), "--quiet"]
    started.wait_until(lambda: _succeeds([programs / "pg_isready", *asked], folder))
    database = _Database(port, programs / "psql", folder)
    database.run("create role ckan login; create role reader login;")
    for name in ("ckan", "datastore"):
        database.run(f"create database {name} owner ckan encoding 'UTF8'")
    return database


def _redis(opened: ExitStack, folder: Path) -> int:
    """A new Redis on this machine that keeps nothing on disk. Returns its port."""
    program = shutil.which("redis-server")
    if program is None:
        raise ProgramFailed(NEEDED.format(missing="redis-server"))
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    opened.enter_context(Program("redis", command, folder)).wait_until(lambda: listens(port))
    return port


def _postgresql_programs() -> Path:
    """The folder of PostgreSQL's programs, the newest where Debian has several: they are not all on the path there."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: [int(step) for step in folder.parent.name.split(".")])
    on_path = shutil.which("initdb")
    found = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    if not found:
        raise ProgramFailed(NEEDED.format(missing="initdb"))
    return found[-1] if on_path is None else Path(on_path).resolve().parent


def _unprivileged() -> str | None:
    """The user under whom PostgreSQL runs, None for our own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return SUPERUSER if SUPERUSER in known else "nobody"


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=60).status_code == 200
    except requests.ConnectionError:
        return False


def _succeeds(command: list[Any], folder: Path) -> bool:
    try:
        step(command, folder=folder)
    except ProgramFailed:
        return False
    return True

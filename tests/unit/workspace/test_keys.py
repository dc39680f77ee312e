from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, Forbidden, InvalidRequest, NotFound, Unauthorized
from tuneport.store import Database, open_database
from tuneport.workspace import OWNER_KEY_ID, Caller, PageRequest
from tuneport.workspace.callers import Callers
from tuneport.workspace.keys import Keys
from tuneport.workspace.projects import Projects


class Door:
    """Projects, keys, and who asks, on one home."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.clock = FakeClock()
        self.projects = Projects(database, self.clock)
        self.keys = Keys(database, self.projects, self.clock)
        self.callers = Callers(self.keys, self.projects, settings, self.clock)

    def create(self, scope: str = "use", **values) -> str:
        return self.keys.create("key", **{"project_id": DEFAULT_PROJECT, "scope": scope, **values})[1]

    def find(self, secret: str | None = None, project: str | None = None) -> Caller:
        return self.callers.find(secret, wanted_project=project)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings.database)
    yield database
    database.close()


@pytest.fixture
def door(database: Database, settings: Settings) -> Door:
    return Door(database, settings)


def test_nobody_needs_a_key_before_the_first_is_made(door: Door):
    assert door.find("none") == Caller(DEFAULT_PROJECT, "admin", None)

    door.create()

    with pytest.raises(Unauthorized) as caught:
        door.find()
    assert caught.value.code == "missing_api_key"


def test_keys_stay_asked_for_once_the_last_is_revoked(door: Door):
    door.create()
    door.keys.revoke(door.keys.list(PageRequest()).items[0].id)

    assert door.callers.asks_for_keys()
    assert not door.callers.has_key_for_others()


@pytest.mark.parametrize(
    ("values", "asks"),
    [
        ({}, False),
        ({"host": "0.0.0.0"}, True),
        ({"api_key": "k"}, True),
        ({"keys_on_loopback": True}, True),
        ({"keys_on_loopback": False, "host": "0.0.0.0"}, True),
    ],
)
def test_settings_say_where_keys_are_asked_for(database: Database, settings: Settings, values, asks: bool):
    assert Door(database, replace(settings, **values)).callers.asks_for_keys() is asks


def test_key_gives_its_project_and_scope(door: Door):
    project = door.projects.create("team").id
    secret = door.create("read", project_id=project)

    caller = door.find(secret)

    assert (caller.project_id, caller.scope) == (project, "read")


def test_only_the_hash_of_a_key_reaches_the_disk(door: Door, settings: Settings):
    secret = door.create()

    written = b"".join(path.read_bytes() for path in settings.home.glob("tuneport.db*"))

    assert secret.encode() not in written
    assert secret[:8].encode() in written


def test_keys_hold_after_a_restart(door: Door, database: Database, settings: Settings):
    secret = door.create()

    assert Door(database, settings).find(secret).scope == "use"


def test_wrong_revoked_and_expired_keys_are_refused(door: Door):
    expiring = door.create(seconds=60)
    revoked = door.create()
    door.keys.revoke(door.keys.list(PageRequest()).items[0].id)
    door.clock.seconds += 60

    codes = []
    for secret in (expiring, revoked, revoked[:-1], ""):
        with pytest.raises(Unauthorized) as caught:
            door.find(secret)
        codes.append(caught.value.code)

    assert codes == ["expired_api_key", "revoked_api_key", "invalid_api_key", "invalid_api_key"]


def test_owners_keys_may_do_everything(database: Database, settings: Settings):
    door = Door(database, replace(settings, api_key="s3cret"))

    assert door.find("s3cret").scope == "admin"
    assert door.find(door.callers.owner_key) == Caller(DEFAULT_PROJECT, "admin", OWNER_KEY_ID)


def test_only_admin_keys_choose_their_project(door: Door):
    project = door.projects.create("team", project_id="proj_team").id
    admin, user = door.create("admin"), door.create("use")

    assert door.find(admin, project).project_id == project
    assert door.find(user, DEFAULT_PROJECT).project_id == DEFAULT_PROJECT
    for wanted in (project, "proj_nothere"):
        with pytest.raises(Forbidden) as caught:
            door.find(user, wanted)
        assert caught.value.code == "project_not_allowed"
    with pytest.raises(NotFound, match="proj_nothere"):
        door.find(admin, "proj_nothere")


def test_each_scope_includes_the_lesser_ones():
    read, use, admin = (Caller("proj_a", scope, None) for scope in ("read", "use", "admin"))

    for caller, scope in ((read, "read"), (use, "read"), (use, "use"), (admin, "use"), (admin, "admin")):
        caller.require(scope, "This")
    for caller, scope in ((read, "use"), (use, "admin")):
        with pytest.raises(Forbidden, match=f"needs a key of the scope '{scope}'") as caught:
            caller.require(scope, "This")
        assert caught.value.code == "insufficient_scope"


def test_day_of_last_use_is_noted_once_a_day(door: Door):
    caller = door.find(door.create())
    was_first = door.keys.is_first_use_today(caller.key_id)
    door.keys.note_use(caller.key_id)

    assert was_first
    assert not door.keys.is_first_use_today(caller.key_id)
    assert door.keys.list(PageRequest()).items[0].last_used_day == "1970-01-12"
    door.clock.seconds += 86400
    assert door.keys.is_first_use_today(caller.key_id)


def test_what_a_key_or_project_cannot_be_is_refused(door: Door):
    for refused in (
        lambda: door.create(seconds=0),
        lambda: door.keys.create(" ", project_id=DEFAULT_PROJECT, scope="use"),
        lambda: door.keys.create("a\nb", project_id=DEFAULT_PROJECT, scope="use"),
        lambda: door.projects.create("x", project_id="../x"),
        lambda: door.projects.create("x" * 101),
    ):
        with pytest.raises(InvalidRequest):
            refused()
    with pytest.raises(NotFound):
        door.create(project_id="proj_nothere")
    with pytest.raises(Conflict, match="named 'default'"):
        door.projects.create("x", project_id=DEFAULT_PROJECT)


def test_key_is_revoked_once(door: Door):
    door.create()
    (key,) = door.keys.list(PageRequest()).items

    assert door.keys.revoke(key.id).revoked_at == door.clock.seconds
    with pytest.raises(Conflict):
        door.keys.revoke(key.id)
    with pytest.raises(NotFound, match="key_nothere"):
        door.keys.revoke("key_nothere")


def test_rotated_key_is_replaced_by_one_like_it(door: Door):
    door.projects.create("a", project_id="proj_a")
    old, old_secret = door.keys.create("ci", project_id="proj_a", scope="read", seconds=500)
    door.clock.seconds += 100

    new, secret = door.keys.rotate(old.id)

    assert (new.name, new.project_id, new.scope, new.expires_at) == ("ci", "proj_a", "read", door.clock.now() + 500)
    assert door.find(secret) == Caller("proj_a", "read", new.id)
    with pytest.raises(Unauthorized) as caught:
        door.find(old_secret)
    assert caught.value.code == "revoked_api_key"


@pytest.mark.parametrize(("seconds", "held"), [(None, 60), (500, 60), (30, 30)])
def test_rotated_key_holds_for_the_grace_and_no_longer_than_it_would_have(door: Door, seconds: int | None, held: int):
    old, old_secret = door.keys.create("ci", project_id=DEFAULT_PROJECT, scope="use", seconds=seconds)
    door.keys.rotate(old.id, grace_seconds=60)

    door.clock.seconds += held - 1
    assert door.find(old_secret).key_id == old.id

    door.clock.seconds += 1
    with pytest.raises(Unauthorized) as caught:
        door.find(old_secret)
    assert caught.value.code == "expired_api_key"


def test_key_that_holds_no_more_is_not_rotated(door: Door):
    revoked, _ = door.keys.create("a", project_id=DEFAULT_PROJECT, scope="use")
    expired, _ = door.keys.create("b", project_id=DEFAULT_PROJECT, scope="use", seconds=1)
    door.keys.revoke(revoked.id)
    door.clock.seconds += 1

    for key, state in ((revoked, "was revoked"), (expired, "has expired")):
        with pytest.raises(Conflict, match=state):
            door.keys.rotate(key.id)
    assert len(door.keys.list(PageRequest()).items) == 2


def test_grace_below_nothing_is_refused(door: Door):
    key, _ = door.keys.create("a", project_id=DEFAULT_PROJECT, scope="use")

    with pytest.raises(InvalidRequest, match="'grace_seconds' is -1"):
        door.keys.rotate(key.id, grace_seconds=-1)

"""Every example, and every Python block of the client's documentation, is run as it stands."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from benchmarks.load.processes import redis_server

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = PROJECT / "examples"
DOCUMENTATION = (PROJECT / "docs" / "developer" / "client.md").read_text(encoding="utf-8")
PASSWORD = "practice-password"
SIGNING_KEY = "practice-key-of-more-than-32-bytes"
START_SECONDS = 120

# Runs what it reads as the interactive interpreter of asyncio would: with `await` outside of functions.
RUN_BLOCK = """
import ast, asyncio, inspect, sys
namespace = {}
code = compile(sys.stdin.read(), "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def run():
    result = eval(code, namespace)
    if inspect.isawaitable(result):
        await result
asyncio.run(run())
"""


def blocks() -> list[str]:
    """What stands under "Before" and needs the application's own former module can't be run."""
    found = re.findall(r"^```python\n(.*?)^```$", DOCUMENTATION, re.MULTILINE | re.DOTALL)
    assert len(found) > 8
    return [block for block in found if "from redis_manager" not in block]


def block_with(*parts: str) -> str:
    (found,) = [block for block in blocks() if all(part in block for part in parts)]
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    with redis_server() as started:
        yield started


@pytest.fixture(scope="module")
def environment(server: tuple[subprocess.Popen[bytes], dict[str, str]]) -> dict[str, str]:
    return {**os.environ, **server[1], "DEPLOYMENT_ENV": "production"}


def run_block(block: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", RUN_BLOCK], input=block, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_example(name: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-W", "error::DeprecationWarning", EXAMPLES / name]
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("block", blocks(), ids=range(len(blocks())))
def test_a_block_of_the_documentation_runs_as_it_stands(block: str, environment: dict[str, str]) -> None:
    run_block(block, environment)


def test_the_guides_code_after_is_a_client_of_160_connections(environment: dict[str, str]) -> None:
    for parts in (("Same API",), ("redis_pool.client\n", "health_check()")):
        check = (
            "\nredis_client.set('after', 'value', ex=60)\nprint(redis_client.get('after'), redis_pool.max_connections)"
        )
        assert run_block(block_with(*parts) + check, environment).splitlines()[-1] == "value 160"


def test_the_guides_health_endpoint_answers_as_the_guide_shows(environment: dict[str, str]) -> None:
    ask = "\nfrom fastapi.testclient import TestClient\nanswer = TestClient(app).get('/health/redis')"
    check = ask + "\nprint(answer.status_code, answer.json()['healthy'], answer.json()['recommendations'])"
    for part in ("_get_recommendations", "health_router"):
        block = block_with("app = FastAPI()", part)
        assert run_block(block + check, environment) == "200 True ['Pool operating optimally']\n"


def test_the_integration_example_prints_what_the_guide_expects(environment: dict[str, str]) -> None:
    (expected,) = re.findall(r"^```\n(OPTIMIZED REDIS POOL.*?)^```$", DOCUMENTATION, re.MULTILINE | re.DOTALL)
    pattern = re.escape(expected).replace(re.escape("..."), ".*")
    printed = run_example("redis_pool_integration_example.py", environment)
    assert re.fullmatch(pattern, printed), printed


def test_before_calls_fail_and_after_none_does(environment: dict[str, str]) -> None:
    printed = run_example("before_and_after.py", environment)
    failed = dict(re.findall(r"^(\w+): (\d+) of 4000 calls failed$", printed, re.MULTILINE))
    assert int(failed["before"]) > 0
    assert failed["after"] == "0"


def test_every_example_is_run() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for example in EXAMPLES.glob("*.py"):
        assert example.stem in source.replace("EXAMPLES.glob", ""), f"{example} is run by no test"


@pytest.fixture(scope="module")
def service(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("service") / "log"
    secrets = {"JWT_SIGNING_KEY": SIGNING_KEY, "EXAMPLE_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "uvicorn", "examples.authentication_service:app", "--port", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env={**environment, **secrets}, stderr=output)
    try:
        with httpx.Client(base_url=address(process, log), timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the service says that it listens."""
    deadline = time.monotonic() + START_SECONDS
    while (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found[0]


def sign_in(service: httpx.Client, user: str) -> dict[str, str]:
    answer = service.post("/login", json={"user": user, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_the_service_validates_until_sign_out(service: httpx.Client) -> None:
    alice = sign_in(service, "alice")
    assert service.get("/validate", headers=alice).json() == {"user": "alice"}
    assert service.post("/logout", headers=alice).status_code == 204
    answer = service.get("/validate", headers=alice)
    assert (answer.status_code, answer.json()) == (401, {"detail": "sign in again: revoked"})


def test_the_service_signs_out_everywhere(service: httpx.Client) -> None:
    devices = [sign_in(service, "bob"), sign_in(service, "bob")]
    other = sign_in(service, "carol")
    assert service.post("/logout/everywhere", headers=devices[0]).status_code == 204
    assert [service.get("/validate", headers=device).status_code for device in devices] == [401, 401]
    assert service.get("/validate", headers=other).status_code == 200


def test_the_service_limits_guesses_of_a_password(service: httpx.Client) -> None:
    guesses = [service.post("/login", json={"user": "dave", "password": "guess"}) for _ in range(6)]
    assert [guess.status_code for guess in guesses] == [401] * 5 + [429]
    assert int(guesses[-1].headers["Retry-After"]) > 0


def test_the_service_refuses_what_is_no_token_or_no_user(service: httpx.Client) -> None:
    assert service.get("/validate", headers={"Authorization": "Bearer none"}).status_code == 401
    assert service.post("/login", json={"user": "a\nb", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("name", ["sub", "jti", "sid", "exp"])
@pytest.mark.parametrize("value", ["a\nb", "", "x" * 513, 7, None, "missing"])
def test_the_service_refuses_a_token_that_it_signed_with_other_claims(
    service: httpx.Client, name: str, value: object
) -> None:
    """Another program may have the key, too."""
    if (name, value) == ("exp", 7):
        value = "soon"
    claims = {"sub": "alice", "jti": "1", "sid": "2", "exp": int(time.time()) + 60, name: value}
    if value == "missing":
        del claims[name]
    token = jwt.api_jws.encode(json.dumps(claims).encode(), SIGNING_KEY)  # takes any claims, as other programs do
    answer = service.get("/validate", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, answer.text


def test_the_service_says_that_its_server_does_not_answer(
    service: httpx.Client, server: tuple[subprocess.Popen[bytes], dict[str, str]]
) -> None:
    erin = sign_in(service, "erin")
    server[0].send_signal(signal.SIGSTOP)
    try:
        answers = [
            service.get("/validate", headers=erin),
            service.post("/login", json={"user": "erin", "password": PASSWORD}),
            service.post("/logout", headers=erin),
        ]
    finally:
        server[0].send_signal(signal.SIGCONT)
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("Retry-After" in answer.headers for answer in answers)
    assert service.get("/validate", headers=erin).status_code == 200


def test_the_service_tells_its_health(service: httpx.Client) -> None:
    answer = service.get("/health/redis")
    assert (answer.status_code, answer.json()["healthy"]) == (200, True)

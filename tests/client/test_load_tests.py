"""A short run of the load tests, so that they never rot, and what becomes of results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.load import criteria
from benchmarks.load.measurement import (
    Connections,
    Drive,
    Measurement,
    Results,
    connections,
    percentiles,
    read_results,
    write_results,
)
from benchmarks.load.scenarios import BARE, CLIENT, NO_OPERATION, SCENARIOS, VARIANTS

pytestmark = pytest.mark.alone  # whose short runs measure, too
PROJECT = Path(__file__).resolve().parents[2]
WRK = "1,000 in a closed loop (wrk)"
TWO_PROCESSES = "2,000 users"


def load_tests(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments],
        cwd=PROJECT,
        env={**os.environ, "PATH": path or os.environ["PATH"]},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    directory = tmp_path_factory.mktemp("load")
    scenarios = [option for name in (WRK, TWO_PROCESSES) for option in ("--scenario", name)]
    return load_tests("--quick", *scenarios, "--directory", str(directory)), directory


def test_a_short_run_measures_every_variant_without_a_failed_request(
    short_run: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, directory = short_run
    assert done.returncode == criteria.SOME_NOT_COUNTED, done.stdout + done.stderr
    results = read_results(directory / "results.json")
    assert [(m.scenario, m.variant) for m in results.measurements] == [
        (scenario, variant) for scenario in (WRK, TWO_PROCESSES) for variant in VARIANTS
    ]
    for measurement in results.measurements:
        assert measurement.drive.requests > 0
        assert measurement.drive.failures == {}
        assert len(measurement.drive.percentiles) == 100


def test_a_short_run_sees_the_connections_of_all_processes(
    short_run: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    results = read_results(short_run[1] / "results.json")
    for scenario in (WRK, TWO_PROCESSES):
        (ours,) = results.of(scenario, CLIENT)
        # However many processes there are, the server sees the environment's number.
        assert ours.pool.size == 160
        assert ours.pool.peak < 160
    # Users who think are seen between their calls, too; those in a closed loop always call.
    (closed,) = results.of(WRK, CLIENT)
    assert closed.pool.peak > 0
    (bare,) = results.of(TWO_PROCESSES, BARE)
    assert bare.pool.size == 320


def test_the_report_is_one_file_with_charts_that_needs_no_network(
    short_run: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    page = (short_run[1] / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert page.count("<polyline") == 2 * len(VARIANTS)
    assert "replaces" not in page, "the criterion of another scenario"
    assert not [word for word in ("http://", "https://", "src=", "<link", "@import", "url(") if word in page]


def test_programs_that_are_missing_are_named_before_anything_starts(tmp_path: Path) -> None:
    done = load_tests("--quick", "--scenario", WRK, "--directory", str(tmp_path), path=str(tmp_path))
    assert done.returncode == 3
    assert "redis-server and wrk not found on PATH: install it (`apt-get install redis-server wrk`)" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scenario_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = load_tests("--scenario", "many users", "--directory", str(tmp_path))
    assert done.returncode == 3
    assert "'1,000 users'" in done.stderr
    assert "found 'many users'" in done.stderr


class CarelessServer(BaseHTTPRequestHandler):
    """Accepts every token, as somebody else's."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer({"user": "somebody else"})

    def do_POST(self) -> None:
        self.answer({"token": "any"})

    def answer(self, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tell nobody."""


@pytest.fixture
def careless_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), CarelessServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_wrong_answer_counts_as_a_failed_request(careless_server: str, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/load/locustfile.py", "AuthenticationLoadTest"]
    command += ["--host", careless_server, "--users", "5", "--spawn-rate", "5", "--headless", "--measure-seconds", "1"]
    command += ["--think-seconds", "0.01,0.02", "--result", str(result), "--exit-code-on-error", "0"]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    failures = " ".join(json.loads(result.read_text(encoding="utf-8"))["failures"])
    assert "an answer that is another user's" in failures
    assert "a revoked token was accepted" in failures


def measured(scenario: str, variant: str, milliseconds: float, requests: int, failed: int = 0) -> Measurement:
    drive = Drive(0.0, 10.0, requests, failed, {}, [milliseconds] * 100)
    pool = None if variant == NO_OPERATION else Connections(size=160, mean=1.6, peak=7, exhausted=0)
    return Measurement(scenario, variant, 1, drive, {}, pool)


def good_results() -> Results:
    """Results that meet every criterion, on a machine that is quiet enough."""
    results = Results({}, quick=False, scenarios=list(SCENARIOS))
    figures = {NO_OPERATION: (20, 9000), BARE: (100, 3000), CLIENT: (30, 6000)}
    results.measurements.extend(
        measured(scenario.name, variant, *figure) for scenario in SCENARIOS for variant, figure in figures.items()
    )
    return results


def with_changed(results: Results, variant: str, scenario: str, **changes: object) -> Results:
    changed = [
        replace(m, drive=replace(m.drive, **changes)) if (m.variant, m.scenario) == (variant, scenario) else m
        for m in results.measurements
    ]
    return replace(results, measurements=changed)


def test_good_results_meet_all_criteria() -> None:
    verdicts = criteria.judge(good_results())
    assert len(verdicts) == len(criteria.CRITERIA)
    assert criteria.exit_code(verdicts) == 0


@pytest.mark.parametrize(
    ("scenario", "changes", "missed"),
    [
        ("1,000 users", {"percentiles": [30.0] * 94 + [157.0] * 6}, "1,000 users: p95 at most 156 ms"),
        ("1,000 users", {"percentiles": [51.0] * 100}, "1,000 users: p50 at most 50 ms"),
        ("2,000 users", {"percentiles": [301.0] * 100}, "2,000 users: p95 at most 300 ms"),
        ("10,000 users", {"failed": 1}, "10,000 users: at most 0 % failed"),
        (WRK, {"requests": 5999}, f"{WRK}: at least 2 times the requests/s of bare"),
    ],
)
def test_a_missed_criterion_is_an_exit_code_of_1(scenario: str, changes: dict[str, object], missed: str) -> None:
    verdicts = criteria.judge(with_changed(good_results(), CLIENT, scenario, **changes))
    assert [v.criterion.title for v in verdicts if v.status == criteria.MISSED] == [missed]
    assert criteria.exit_code(verdicts) == 1


def test_response_times_of_a_busy_machine_do_not_count_but_failures_do() -> None:
    busy = with_changed(good_results(), NO_OPERATION, "1,000 users", percentiles=[21.0] * 100)
    busy = with_changed(busy, CLIENT, "1,000 users", percentiles=[900.0] * 100)
    verdicts = criteria.judge(busy)
    assert criteria.exit_code(verdicts) == 2
    assert {v.criterion.title for v in verdicts if v.status == criteria.NOT_COUNTED} == {
        "1,000 users: p50 at most 50 ms",
        "1,000 users: p95 at most 156 ms",
        "1,000 users: p95 at most 300 ms",
        "1,000 users: p99 at most 1,000 ms",
        "1,000 users: at most 40 % of the pool",
    }
    assert "too busy: an endpoint that does nothing had a p95 of 21 ms, 20 at most" in criteria.summary(verdicts)
    failed = criteria.judge(with_changed(busy, CLIENT, "1,000 users", failed=1))
    assert criteria.exit_code(failed) == 1


def test_the_check_says_why_a_criterion_was_replaced(tmp_path: Path) -> None:
    write_results(good_results(), tmp_path / "results.json")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.criteria", str(tmp_path / "results.json")],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "replaces the guide's 15-40 %, which a healthy server can't show" in done.stdout


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    results = good_results()
    # The machine was ten times as fast in the second round, and disturbed in the third.
    for number, (bare, ours) in enumerate([(30_000, 75_000), (3_000, 300)], 2):
        rounds = [measured(WRK, BARE, 100, bare), measured(WRK, CLIENT, 30, ours)]
        results.measurements.extend(replace(each, round=number) for each in rounds)
    (found,) = [v.found for v in criteria.judge(results) if v.criterion.title.startswith(f"{WRK}: at least 2 times")]
    assert found == 2


def test_percentiles_are_of_all_requests() -> None:
    found = percentiles({1.0: 50, 2.0: 45, 30.0: 4, 400.0: 1})
    assert [found[percent - 1] for percent in (50, 51, 95, 96, 99, 100)] == [1.0, 2.0, 2.0, 30.0, 30.0, 400.0]


def test_connections_are_those_of_all_processes_while_it_was_measured() -> None:
    def lines(*samples: tuple[float, float, int, int]) -> list[str]:
        names = ("at", "mean", "peak", "exhausted")
        return [json.dumps({"size": 80, **dict(zip(names, sample, strict=True))}) for sample in samples]

    first = lines((1, 70, 80, 5), (11, 2, 4, 6), (12, 4, 9, 9), (99, 70, 80, 99))
    second = lines((1, 70, 80, 5), (11, 1, 3, 0), (12, 1, 2, 0))
    assert connections([first, second], 10, 12) == Connections(size=160, mean=4, peak=12, exhausted=3)

"""Every program of docs/exports.md, run against the API in this process."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import boto3
import pytest
from moto import mock_aws

from headwater.domain.facts import columns_of
from tests.gateway import Gateway
from tests.lambda_side import OWNER
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lambda_side import LambdaSide

PAGE = Path("docs/exports.md").read_text()
PROGRAMS = re.findall(r"^```(\w+) run ?(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KEY, LISTS = "hw_owner", "lists-of-acme"
# What Apps Script gives a program, as far as this one asks for it.
APPS_SCRIPT = """
const {execFileSync} = require("node:child_process");
const properties = {HEADWATER: process.env.HEADWATER, KEY: process.env.KEY};
const PropertiesService = {getScriptProperties: () => ({getProperty: (name) => properties[name]})};
const UrlFetchApp = {fetch: (url, {headers}) => {
  const told = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const said = execFileSync("curl", ["-s", "-w", "\\n%{http_code}", url, ...told]).toString();
  const end = said.lastIndexOf("\\n");
  const [text, status] = [said.slice(0, end), Number(said.slice(end + 1))];
  return {getContentText: () => text, getResponseCode: () => status};
}};
const Utilities = {parseCsv: (text) => text.trim().split("\\r\\n").map((row) => row.split(","))};
let written;
const sheet = {clearContents() {}, getRange: (row, column, rows, columns) => ({
  setValues(values) {
    if (values.length !== rows || values.some((each) => each.length !== columns)) throw values;
    written = values;
  }
})};
const SpreadsheetApp = {getActiveSpreadsheet: () => ({
  getSheetByName: () => null, insertSheet: () => sheet
})};
"""


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def side(reported: LambdaSide, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The API on this machine, its address and a key in the environment, in an empty folder."""
    gateway = Gateway(reported, {KEY: OWNER})
    with make_server("127.0.0.1", 0, gateway, handler_class=QuietHandler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        reported.fact_files.base = f"{url}/lake"
        monkeypatch.setenv("HEADWATER", url)
        monkeypatch.setenv("KEY", KEY)
        monkeypatch.chdir(tmp_path)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield reported
        server.shutdown()


def programs(language: str, name: str = "") -> list[str]:
    return [text for kind, named, text in PROGRAMS if (kind, named) == (language, name)]


def run_python(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "docs/exports.md", "exec"), names)  # noqa: S102 - it is what the page says
    return names


def test_the_page_has_a_program_of_each_kind() -> None:
    kinds = [(language, name) for language, name, _ in PROGRAMS]
    assert {*kinds} == {("sh", ""), ("python", ""), ("python", "athena"), ("javascript", "")}


@pytest.mark.usefixtures("side")
def test_curl_gets_reports_and_lists() -> None:
    said = [
        subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", text], check=True, capture_output=True
        )
        for text in programs("sh")
    ]
    assert said[1].stdout == b"304\n"
    rows = csv.DictReader(Path("roi.csv").read_text().splitlines())
    assert {row["campaign"]: row["net"] for row in rows}["'=brand"] == "100.00"
    assert json.loads(Path("coverage.json").read_text())["report"] == "coverage"
    assert json.loads(Path("exports.json").read_text())["account"] == ACCOUNT
    assert json.loads(Path("credits.json").read_text())["files"]


def test_python_reads_a_report_and_keeps_a_folder_of_facts(
    side: LambdaSide, capsys: pytest.CaptureFixture[str]
) -> None:
    report, folder, queries = programs("python")
    capsys.readouterr()
    names = run_python(report)
    assert str(names["credited"]) == "100.00"
    stale = Path("headwater/orders/2026-11-20-0000000000000000.parquet")
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"")
    run_python(folder)
    kept = {path.stem[-16:]: path for path in Path("headwater").rglob("*.parquet")}
    objects = side.workshop.objects()
    assert kept.keys() == {Path(key).stem for keys in objects.values() for key in keys.values()}
    for digest, path in kept.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:16] == digest
    capsys.readouterr()
    run_python(queries)
    printed = capsys.readouterr().out
    assert "=brand" in printed
    assert printed.count("100.0") == 2


def test_athena_is_told_of_a_version_once_all_its_lists_are_written(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("LISTS_BUCKET", LISTS)
    [text] = programs("python", "athena")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=LISTS)
        names = run_python(text)
        objects = side.workshop.objects()
        for table in names["run_of"]["tables"]:
            place = f"headwater/{table['table']}/{names['version']}/files.txt"
            lines = s3.get_object(Bucket=LISTS, Key=place)["Body"].read().decode().splitlines()
            keys = objects.get(table["table"], {}).values()
            assert sorted(lines) == sorted(f"s3://lake/{key}" for key in keys)
    # A table that is there stays as it is; then it hears of the version's list.
    assert [words.split()[0] for words in names["statements"]] == ["CREATE", "ALTER"] * len(
        names["run_of"]["tables"]
    )
    [orders] = [words for words in names["statements"] if "EXISTS headwater.`orders`" in words]
    assert "`coupon_codes` array<string>" in orders
    assert all(f"`{column}` " in orders for column in columns_of("orders"))
    assert "`conversions` decimal(18,6)" in str(names["statements"])


@pytest.mark.usefixtures("side")
def test_a_sheet_gets_the_rows_of_the_report() -> None:
    [text] = programs("javascript")
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node to run Apps Script's language")
    program = f"{APPS_SCRIPT}{text}\nrefreshRoi(); console.log(JSON.stringify(written));"
    said = subprocess.run([node, "-e", program], capture_output=True, check=True, text=True)
    head, *rows = json.loads(said.stdout)
    nets = {row[head.index("campaign")]: row[head.index("net")] for row in rows}
    assert nets["'=brand"] == "100.00"

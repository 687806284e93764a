"""Sources of a study: what is declared, what is stale, what a refresh fetches, shows, refuses and replaces; servers are on loopback."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from geobri.cli import main
from geobri.errors import InputError, OutputError, StudyError
from geobri.study import check_study, load_study
from geobri.study.fetching import fetch
from geobri.study.provenance import find_stale, hash_bytes
from geobri.study.refreshing import apply_refresh, preview_refresh, say_refresh

TODAY = date(2026, 11, 28)
CITIES = "city,name,country,lon,lat,gdp\na,Aa,PRT,0,0,3\nb,Bb,ESP,10,0,2\nc,Cc,ITA,20,0,1\n"
OLD = "indicator,origin,destination,value\nair,a,b,1\nair,a,c,2\n"
INDEX = """[index]
name = "i"
[[dimension]]
name = "d"
[[indicator]]
name = "air"
dimension = "d"
absent = "zero"
zero = "structural"
"""
NEW = "indicator,origin,destination,value\nair,a,b,1\nair,b,c,7\nair,a,c,3\n"


class Answers(BaseHTTPRequestHandler):
    """Answers as the test says, by path: status, headers, body; without a body it hangs up in the middle."""

    said: dict = {}
    asked: list = []

    def do_GET(self):
        self.asked.append(self.path)
        status, headers, body = self.said[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A server on loopback: its address, and what it says."""
    handler = type("Handler", (Answers,), {"said": {}, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}", handler
        made.shutdown()
        thread.join()


def write(folder, *addresses, more=""):
    """A study whose flows, and perhaps cities, have an address."""
    folder.mkdir(exist_ok=True)
    (folder / "cities.csv").write_text(CITIES)
    (folder / "flows.csv").write_text(OLD)
    sources = "".join(
        f'\n[[source]]\nname = "{file}"\naddress = "{address}"\nfile = "{file}.csv"\n{more}'
        for file, address in zip(("flows", "cities"), addresses, strict=False)
    )
    (folder / "study.toml").write_text(
        f'# mine\ntitle = "T"\n{sources}\n[[measure]]\ncolumn = "air"\nkind = "amount"\n'
    )
    return folder


def snapshot(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


def test_what_changed_is_shown_and_nothing_touched(tmp_path, server):
    address, handler = server
    handler.said["/flows"] = (200, {}, NEW)
    folder = write(tmp_path / "s", f"{address}/flows")
    before = snapshot(folder)
    seen = preview_refresh(load_study(folder))
    assert [one.state for one in seen.fetched] == ["changed"]
    said = "\n".join(say_refresh(seen))
    assert "2 rows before, 3 now" in said
    assert "1 rows are gone or differ, 2 are new or differ" in said
    assert "Ranking of the cities:" in said
    assert snapshot(folder) == before
    assert handler.asked == ["/flows"]


def test_no_ranking_by_another_measure_is_said_when_the_leading_one_is_gone(tmp_path, server, capsys):
    address, handler = server
    folder = write(tmp_path / "s", f"{address}/flows")
    settings = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(settings.replace('title = "T"', 'title = "T"\nindex = "index.toml"'))
    (folder / "index.toml").write_text(INDEX)
    handler.said["/flows"] = (200, {}, NEW)
    assert "Ranking of the cities:" in "\n".join(say_refresh(preview_refresh(load_study(folder))))
    assert f"To replace: geobri refresh {folder} --yes" in run(capsys, "refresh", str(folder))[1]
    handler.said["/flows"] = (200, {}, NEW.replace("air", "rail"))
    said = say_refresh(preview_refresh(load_study(folder)))
    assert [line for line in said if "Fault: index.toml" in line]
    assert not [line for line in said if "Ranking" in line]


def test_replaced_when_told_the_old_is_kept_and_the_date_written(tmp_path, server, capsys):
    address, handler = server
    handler.said["/flows"] = (200, {}, NEW)
    folder = write(
        tmp_path / "s",
        f"{address}/flows",
        more='retrieved = 2020-01-02 # then\nsha256 = "' + "0" * 64 + '"\n',
    )
    code, said = run(capsys, "refresh", str(folder))
    assert code == 0
    assert "Nothing was replaced" in said
    assert (folder / "flows.csv").read_text() == OLD
    code, said = run(capsys, "refresh", str(folder), "--yes")
    assert code == 0
    assert "Replaced 1 of 1 files; the old ones are kept as previous_2020-01-02_flows.csv." in said
    assert (folder / "flows.csv").read_text() == NEW
    assert (folder / "previous_2020-01-02_flows.csv").read_text() == OLD
    text = (folder / "study.toml").read_text()
    assert text.startswith('# mine\ntitle = "T"\n')
    assert text.count("retrieved") == 1
    assert f'sha256 = "{hash_bytes(NEW.encode())}"' in text
    study = load_study(folder)
    assert study.corridors["air"].sum() == 11
    assert find_stale(study.sources, folder, today=study.sources[0].retrieved)["state"].tolist() == ["fresh"]


def test_two_fetches_of_a_day_keep_both_old_files(tmp_path, server):
    address, handler = server
    folder = write(tmp_path / "s", f"{address}/flows", more="retrieved = 2026-11-28\n")
    for number in (1, 2):
        handler.said["/flows"] = (200, {}, NEW.replace("7", str(70 + number)))
        apply_refresh(preview_refresh(load_study(folder)), today=TODAY)
    kept = sorted(path.name for path in folder.glob("previous*"))
    assert kept == ["previous_2026-11-28_2_flows.csv", "previous_2026-11-28_flows.csv"]
    assert check_study(folder) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, "no"), "the answer 404"),
        ((500, {}, "no"), "the answer 500"),
        ((200, {"Content-Length": "999"}, NEW), " of 999 bytes"),
        ((200, {}, ""), "an empty file"),
        ((302, {"Location": "/loop"}, ""), "redirect"),
        ((302, {"Location": "file:///etc/hostname"}, ""), "the answer 302"),
        ((302, {"Location": "ftp://127.0.0.1/x"}, ""), "less safe"),
    ],
)
def test_what_cannot_be_fetched_whole_replaces_nothing(tmp_path, server, capsys, answer, said):
    address, handler = server
    handler.said = {
        "/flows": answer,
        "/loop": (302, {"Location": "/loop"}, ""),
        "/cities": (200, {}, CITIES + "d,Dd,FRA,5,5,9\n"),
    }
    folder = write(tmp_path / "s", f"{address}/flows", f"{address}/cities")
    before = snapshot(folder)
    code, printed = run(capsys, "refresh", str(folder), "--yes")
    assert code == 1
    assert said in printed
    assert "cities.csv (cities): changed" in printed
    assert "Nothing was replaced" in printed
    assert snapshot(folder) == before


@pytest.fixture(scope="module")
def authority():
    """An authority that nobody knows."""
    return trustme.CA()


class Encrypted(ThreadingHTTPServer):
    """A server that speaks https; a guest who turns away is no error."""

    context: ssl.SSLContext

    def get_request(self):
        guest, where = super().get_request()
        guest.settimeout(5)
        return self.context.wrap_socket(guest, server_side=True), where


@contextmanager
def serve_encrypted(authority, said, host="127.0.0.1"):
    """A server on loopback that speaks https with a certificate of the authority; gives its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    handler = type("Handler", (Answers,), {"said": said, "asked": []})
    with Encrypted(("127.0.0.1", 0), handler) as made:
        made.context = context
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{made.server_port}", handler
        made.shutdown()
        thread.join()


def test_a_certificate_that_is_not_trusted_is_refused_in_a_sentence(tmp_path, authority, capsys, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with serve_encrypted(authority, {"/flows": (200, {}, NEW)}) as (address, handler):
        folder = write(tmp_path / "study", f"{address}/flows")
        before = snapshot(folder)
        code, said = run(capsys, "refresh", str(folder), "--yes")
    assert code == 1
    assert "Got a certificate that is not trusted" in said
    assert "SSL_CERT_FILE" in said
    assert "Traceback" not in said
    assert handler.asked == []
    assert snapshot(folder) == before


def test_a_certificate_that_is_trusted_is_taken(tmp_path, authority, capsys, monkeypatch):
    authority.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with serve_encrypted(authority, {"/flows": (200, {}, NEW)}) as (address, handler):
        folder = write(tmp_path / "study", f"{address}/flows")
        code, said = run(capsys, "refresh", str(folder), "--yes")
    assert code == 0, said
    assert handler.asked == ["/flows"]
    assert (folder / "flows.csv").read_text() == NEW
    assert hash_bytes(NEW.encode()) in (folder / "study.toml").read_text()


def test_a_certificate_of_another_host_is_refused(tmp_path, authority, monkeypatch):
    authority.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    refused = pytest.raises(InputError, match="not trusted: IP address mismatch")
    with serve_encrypted(authority, {"/flows": (200, {}, NEW)}, "example.org") as (address, _), refused:
        fetch(f"{address}/flows", folder=tmp_path)


def test_an_encrypted_address_never_leads_to_an_open_one(tmp_path, authority, server, monkeypatch):
    authority.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    plain, handler = server
    handler.said["/flows"] = (200, {}, NEW)
    away = {"/away": (302, {"Location": f"{plain}/flows"}, "")}
    refused = pytest.raises(InputError, match="less safe")
    with serve_encrypted(authority, away) as (address, _), refused:
        fetch(f"{address}/away", folder=tmp_path)
    assert handler.asked == []


def test_a_redirect_within_the_web_is_followed(tmp_path, server):
    address, handler = server
    handler.said = {
        "/old": (301, {"Location": "/flows"}, ""),
        "/flows": (200, {"Content-Length": str(len(NEW))}, NEW),
    }
    assert fetch(f"{address}/old", folder=tmp_path).decode() == NEW


def test_no_answer_and_a_silent_one(tmp_path):
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(InputError, match="timed out"):
            fetch(where, folder=tmp_path, timeout=0.2)
    with pytest.raises(InputError, match="efused"):
        fetch(where, folder=tmp_path, timeout=1)


@pytest.mark.parametrize(
    "body",
    [
        "indicator,from here,to there,value\nair,a,b,1\nair,a,c,2\n",
        "<html><body>Log in first</body></html>",
        NEW.replace("b,c", "b,nowhere"),
    ],
)
def test_changed_headings_and_wrong_files_are_refused(tmp_path, server, capsys, body):
    address, handler = server
    handler.said["/flows"] = (200, {}, body)
    folder = write(tmp_path / "s", f"{address}/flows")
    before = snapshot(folder)
    code, printed = run(capsys, "refresh", str(folder), "--yes")
    assert code == 1
    assert "Fault: flows.csv" in printed
    assert "the study would have faults" in printed
    assert snapshot(folder) == before
    with pytest.raises(StudyError, match="Nothing was replaced"):
        apply_refresh(preview_refresh(load_study(folder)), today=TODAY)


def test_changed_headings_that_can_be_read_are_taken_when_told(tmp_path, server, capsys):
    address, handler = server
    handler.said["/flows"] = (200, {}, "indicator,from here,to there,value\nair,a,b,1\nair,a,c,9\n")
    folder = write(tmp_path / "s", f"{address}/flows")
    code, printed = run(capsys, "refresh", str(folder), "--yes", "--headings")
    assert code == 0
    assert "columns gone: 'origin', 'destination'; columns new: 'from here', 'to there'" in printed
    assert load_study(folder).corridors["air"].sum() == 10


def test_files_by_path_and_by_address(tmp_path):
    (tmp_path / "new flows.csv").write_text(NEW)
    for address in ("../new flows.csv", (tmp_path / "new flows.csv").as_uri()):
        folder = write(tmp_path / "s", address)
        assert preview_refresh(load_study(folder)).fetched[0].state == "changed"
    folder = write(tmp_path / "s", "../not there.csv")
    assert preview_refresh(load_study(folder)).failed


def test_a_file_that_changes_meanwhile_is_not_replaced(tmp_path, server):
    address, handler = server
    handler.said["/flows"] = (200, {}, NEW)
    folder = write(tmp_path / "s", f"{address}/flows")
    seen = preview_refresh(load_study(folder))
    (folder / "flows.csv").write_text(OLD + "air,b,c,5\n")
    with pytest.raises(StudyError, match=r"changed meanwhile: 'flows\.csv'"):
        apply_refresh(seen, today=TODAY)
    assert (folder / "flows.csv").read_text().endswith("air,b,c,5\n")


def test_a_folder_that_cannot_be_written_keeps_all(tmp_path, server, monkeypatch):
    address, handler = server
    handler.said["/flows"] = (200, {}, NEW)
    folder = write(tmp_path / "s", f"{address}/flows")
    seen = preview_refresh(load_study(folder))
    before = snapshot(folder)

    @contextmanager
    def full(*_args, **_kwargs):
        raise OutputError("no room")
        yield

    monkeypatch.setattr("geobri.study.refreshing.staged_folder", full)
    with pytest.raises(OutputError):
        apply_refresh(seen, today=TODAY)
    assert snapshot(folder) == before


def test_only_what_is_declared_is_fetched(tmp_path, server):
    address, handler = server
    handler.said = {"/flows": (200, {}, NEW), "/cities": (200, {}, CITIES)}
    folder = write(tmp_path / "s", f"{address}/flows", f"{address}/cities")
    preview_refresh(load_study(folder), only=["cities"])
    assert handler.asked == ["/cities"]
    with pytest.raises(StudyError, match="known are flows, cities"):
        preview_refresh(load_study(folder), only=["ports"])
    with pytest.raises(StudyError, match="must declare what to fetch"):
        preview_refresh(load_study("bri22"))
    load_study(folder)
    assert handler.asked == ["/cities"]  # loading asks no network


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('file = "../flows.csv"', "file of the folder itself"),
        ('address = "ftp://x/y"', "http, https or file"),
        ('sha256 = "abc"', "64 hexadecimal digits"),
        ('retrieved = "yesterday"', "must be a date"),
        ('measures = "air"', "must list columns"),
        ("colour = 1", "unknown key 'colour'"),
    ],
)
def test_a_source_that_cannot_be_is_a_fault(tmp_path, line, said):
    folder = write(tmp_path / "s")
    with (folder / "study.toml").open("a") as file:
        file.write(f'\n[[source]]\nname = "x"\n{line}\n')
    assert said in str(check_study(folder)[0])


def test_stale_sources(tmp_path, capsys):
    folder = write(tmp_path / "s")
    digest = hash_bytes(OLD.encode())
    sources = {
        "old": "retrieved = 2020-01-01",
        "today": f'file = "flows.csv"\nretrieved = 2026-11-28\nsha256 = "{digest}"',
        "touched": f'file = "cities.csv"\nretrieved = 2026-11-28\nsha256 = "{digest}"',
        "gone": 'file = "ports.csv"\nretrieved = 2026-11-28',
        "undated": 'measures = ["air"]',
    }
    with (folder / "study.toml").open("a") as file:
        file.write("".join(f'\n[[source]]\nname = "{name}"\n{lines}\n' for name, lines in sources.items()))
    study = load_study(folder)
    table = find_stale(study.sources, folder, today=TODAY)
    assert table["state"].to_dict() == {
        "old": "stale",
        "today": "fresh",
        "touched": "changed",
        "gone": "missing",
        "undated": "undated",
    }
    assert table.loc["old", "age_days"] == 2523
    code, printed = run(capsys, "check", str(folder), "--stale")
    assert code == 1
    assert "4 of 5 sources are not fresh" in printed or "5 of 5 sources are not fresh" in printed
    code, printed = run(capsys, "check", str(write(tmp_path / "t")), "--stale")
    assert "declares no [[source]]" in printed


def test_the_page_prints_where_data_come_from(tmp_path):
    from geobri.report.sources import source_section
    from geobri.study.analysis import Analysis

    digest = hash_bytes(OLD.encode())
    folder = write(
        tmp_path / "s",
        "https://example.org/x.csv",
        more=f'measures = ["air"]\nretrieved = 2026-11-28\nsha256 = "{digest}"\n',
    )
    section = source_section(load_study(folder), Analysis())
    table = next(one for one in section.tables if one.key == "provenance")
    assert [cell.text.en for cell in table.rows[0].cells][1:5] == [
        "Air",
        "https://example.org/x.csv",
        "2026-11-28",
        digest[:12],
    ]

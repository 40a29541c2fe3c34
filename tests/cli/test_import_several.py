"""Several files at once: all are looked at before the review is changed."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from ranvier.cli.app import cli

RIS = "TY  - JOUR\nTI  - A trial\nER  - \n"


def test_one_that_holds_no_records_stops_all_before_anything_is_changed(tmp_path: Path) -> None:
    good, page, packed = tmp_path / "good.ris", tmp_path / "page.ris", tmp_path / "x.zip"
    good.write_text(RIS)
    page.write_text("<!DOCTYPE html><html><body>Your session has ended</body></html>")
    packed.write_bytes(b"PK\x03\x04 not a spreadsheet")
    place = str(tmp_path / "review")
    run = CliRunner()
    assert run.invoke(cli, ["new", place, "--id", "a", "--title", "A"]).exit_code == 0
    day = ["--date", "2026-01-31"]
    refused = run.invoke(cli, ["import", place, str(good), str(page), str(packed), *day])
    assert refused.exit_code != 0
    assert "page.ris" in refused.output
    assert "Nothing was imported" in refused.output
    assert "x.zip" in refused.output
    done = run.invoke(cli, ["import", place, str(good), *day])
    assert done.exit_code == 0, done.output
    assert "1 new record (1 in the review)" in done.output
    assert "ranvier dedup" in done.output


def test_one_record_for_each_report_goes_out(tmp_path: Path) -> None:
    one = (
        "TY  - JOUR\nTI  - Intravenous immunoglobulin for multifocal motor neuropathy\n"
        "AU  - Hahn, A\nPY  - 2013\nJF  - Brain\nVL  - 18\nSP  - 321\nEP  - 330\n"
        "DO  - 10.1111/jns5.12046\nER  - \n\n"
    )
    other = one.replace("Intravenous immunoglobulin for", "Rituximab in").replace("12046", "999")
    other = other.replace("SP  - 321", "SP  - 7").replace("EP  - 330", "EP  - 9")
    (tmp_path / "a.ris").write_text(one + other)
    (tmp_path / "b.ris").write_text(one + "\n")
    place, run = str(tmp_path / "review"), CliRunner()
    files = [str(tmp_path / "a.ris"), str(tmp_path / "b.ris")]
    run.invoke(cli, ["new", place, "--id", "a", "--title", "A"])
    run.invoke(cli, ["import", place, *files, "--date", "2026-01-31"])

    def written(*more: str) -> str:
        done = run.invoke(cli, ["export", place, str(tmp_path / "out.ris"), *more])
        assert done.exit_code == 0, done.output
        return done.output

    assert "3 records" in written("--each", "report")
    assert "3 records describe 2 reports" in run.invoke(cli, ["dedup", place]).output
    assert "2 records written" in written("--each", "report")
    assert "3 records written" in written()

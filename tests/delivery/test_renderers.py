import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from helpers.delivery.renderers import FallbackRenderer, choose_renderer
from helpers.delivery.rendering import RenderError, document_epoch


class StandIn:
    """A renderer that only says what was asked of it."""

    def __init__(self, name: str, error: RenderError | None = None) -> None:
        self.name, self.version, self.error = name, f"{name} 1", error
        self.asked: list[tuple[str, ...]] = []

    def render(self, project: Path, formats: Sequence[str]) -> dict[str, Path]:
        self.asked.append(tuple(formats))
        if self.error:
            raise self.error
        return {to: project / f"report.{to}" for to in formats}


def put_quarto_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir(exist_ok=True)
    command = folder / "quarto"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_embedded_is_had_by_name() -> None:
    renderer = choose_renderer("embedded")
    assert renderer.name == "embedded"
    assert renderer.version.startswith("Pandoc 3.")
    assert " + Typst 0." in renderer.version


def test_an_unknown_choice_names_what_exists() -> None:
    with pytest.raises(ValueError, match=r"'latex'.*auto, quarto, embedded"):
        choose_renderer("latex")


def test_auto_without_quarto_is_embedded_with_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with caplog.at_level(logging.WARNING):
        assert choose_renderer("auto").name == "embedded"
    assert len(caplog.records) == 1
    assert "quarto was not found" in caplog.text


def test_quarto_by_name_without_quarto_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match="quarto was not found") as caught:
        choose_renderer("quarto")
    assert caught.value.renderer == "quarto"


def test_a_quarto_that_does_not_answer_is_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_quarto_on_path(tmp_path / "bin", monkeypatch, "echo 'cannot load the shared library' >&2; exit 127")
    assert choose_renderer("auto").name == "embedded"
    with pytest.raises(RenderError, match="cannot load the shared library"):
        choose_renderer("quarto")


def test_auto_prefers_a_quarto_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_quarto_on_path(tmp_path / "bin", monkeypatch, "echo 1.10.19")
    renderer = choose_renderer("auto")
    assert (renderer.name, renderer.version) == ("quarto", "Quarto 1.10.19")


def test_the_fallback_renders_all_formats_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = StandIn("quarto", RenderError("quarto", "pdf", "no space left\nstack"))
    whole = StandIn("embedded")
    renderer = FallbackRenderer(broken, whole)
    assert renderer.name == "quarto"
    with caplog.at_level(logging.WARNING):
        written = renderer.render(tmp_path, ["html", "pdf"])
    assert sorted(written) == ["html", "pdf"]
    assert whole.asked == [("html", "pdf")]
    assert len(caplog.records) == 1
    assert "no space left" in caplog.text
    assert (renderer.name, renderer.version) == ("embedded", "embedded 1")


def test_no_fallback_where_the_preferred_renderer_works(tmp_path: Path) -> None:
    preferred, other = StandIn("quarto"), StandIn("embedded")
    renderer = FallbackRenderer(preferred, other)
    renderer.render(tmp_path, ["docx"])
    assert (preferred.asked, other.asked, renderer.name) == ([("docx",)], [], "quarto")


def test_the_error_carries_renderer_format_and_message() -> None:
    error = RenderError("embedded", "pdf", "unknown font")
    assert (error.renderer, error.format, error.message) == ("embedded", "pdf", "unknown font")
    assert str(error) == "rendering failed (embedded, pdf): unknown font"


@pytest.mark.parametrize(
    ("date", "epoch"),
    [
        ("Data cut 2021-06-30", 1_625_011_200),
        ("2000-01-02", 946_771_200),
        ("30 June 2021", 946_684_800),
        ("2021-13-45", 946_684_800),
        (None, 946_684_800),
    ],
)
def test_the_time_stamp_is_the_reports_own_date(date: str | None, epoch: int) -> None:
    assert document_epoch(date) == epoch

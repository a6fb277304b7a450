from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import WritePlugin
from stonks_overwatch.facts import Note, Page, Progress
from stonks_overwatch.testing import run
from stonks_runner.paging import MOST_ALLOWED, MOST_FACTS, Answer, Files, Pager


def notes(count: int, start: int = 0) -> list[Note]:
    return [
        Note(identity=f"n:{number}", reason="r", text="t") for number in range(start, start + count)
    ]


def drawn(count: int) -> Iterator[Note]:
    yield from notes(count)


def drawn_pages(*sizes: int) -> Iterator[Page]:
    start = 0
    for size in sizes:
        yield Page(notes(size, start))
        start += size


@pytest.mark.parametrize(
    ("answer", "sizes"),
    [
        (lambda: None, [0]),
        (list, [0]),
        (lambda: notes(3), [3]),
        (lambda: notes(MOST_FACTS), [MOST_FACTS]),
        (lambda: notes(MOST_FACTS + 1), [MOST_FACTS, 1]),
        (lambda: Page(notes(2 * MOST_FACTS + 5)), [MOST_FACTS, MOST_FACTS, 5]),
        (lambda: drawn(3), [3]),
        # Whether there is more is known only when it is drawn.
        (lambda: drawn(MOST_FACTS), [MOST_FACTS, 0]),
        (lambda: drawn(MOST_FACTS + 1), [MOST_FACTS, 1]),
        (lambda: drawn_pages(2, 3), [2, 3, 0]),
        (lambda: [Page(notes(2)), Page(notes(3))], [2, 3, 0]),
        # A page that the plugin makes is its own, as far as the contract allows.
        (lambda: Page(notes(MOST_ALLOWED)), [MOST_ALLOWED]),
        (lambda: Page(drawn(3)), [3]),  # type: ignore[arg-type]
        (lambda: drawn_pages(MOST_ALLOWED, MOST_ALLOWED + 1), [10_000, 5_000, 5_000, 1, 0]),
    ],
)
def test_answers_of_any_form_are_cut_into_pages(answer: object, sizes: list[int]) -> None:
    pager, found, cursor = Pager(), [], None
    assert callable(answer)
    while True:
        page = pager.page("transaction", cursor, lambda own: answer())
        found.append(len(page.facts))
        cursor = page.next
        if cursor is None:
            break
    assert found == sizes


def test_the_service_is_asked_once_for_all_pages_of_an_answer() -> None:
    asked: list[str | None] = []

    def ask(own: str | None) -> Answer:
        asked.append(own)
        return notes(2 * MOST_FACTS + 5)

    pager = Pager()
    second = pager.page("fee", pager.page("fee", None, ask).next, ask)
    third = pager.page("fee", second.next, ask)
    assert (asked, len(third.facts), third.next) == ([None], 5, None)


def test_a_cursor_outlives_the_process_that_gave_it() -> None:
    first = Pager().page("fee", None, lambda own: notes(2 * MOST_FACTS + 5))
    second = Pager().page("fee", first.next, lambda own: notes(2 * MOST_FACTS + 5))
    third = Pager().page("fee", second.next, lambda own: notes(2 * MOST_FACTS + 5))
    assert third.facts == notes(5, 2 * MOST_FACTS)


def test_a_page_that_is_asked_for_again_is_the_same() -> None:
    pager = Pager()
    first = pager.page("fee", None, lambda own: notes(MOST_FACTS + 5))
    for _ in range(2):
        page = pager.page("fee", first.next, lambda own: notes(MOST_FACTS + 5))
        assert page.facts == notes(5, MOST_FACTS)


def test_the_plugins_own_cursor_comes_back_to_it() -> None:
    def ask(own: str | None) -> Answer:
        start = int(own or 0)
        if start == 2:
            return Page(notes(1, 90_000))
        facts = notes(MOST_ALLOWED + 1, start * 20_000)
        return Page(facts, str(start + 1), Progress(start, 2))

    cursor, found = None, []
    while True:
        # A new process for each page.
        page = Pager().page("fee", cursor, ask)
        found.append((len(page.facts), page.facts[0].identity))
        cursor = page.next
        if cursor is None:
            break
    assert found == [
        (MOST_FACTS, "n:0"),
        (MOST_FACTS, "n:5000"),
        (1, "n:10000"),
        (MOST_FACTS, "n:20000"),
        (MOST_FACTS, "n:25000"),
        (1, "n:30000"),
        (1, "n:90000"),
    ]


def test_services_are_paged_apart() -> None:
    pager = Pager()
    one = pager.page("fee", None, lambda own: notes(MOST_FACTS + 1))
    other = pager.page("deposit", None, lambda own: notes(MOST_FACTS + 2))
    assert len(pager.page("fee", one.next, lambda own: None).facts) == 1
    assert len(pager.page("deposit", other.next, lambda own: None).facts) == 2


def test_a_file_that_is_refused_is_refused_when_it_is_opened() -> None:
    def refusing() -> Iterator[Note]:
        raise ValueError("not mine")
        yield

    with pytest.raises(ValueError, match="not mine"):
        Files().open(refusing())


def test_files_are_numbered_and_closed() -> None:
    files = Files()
    assert [files.open(notes(1)), files.open(notes(2))] == [1, 2]
    assert len(files.next_page(2).facts) == 2
    files.close(2)
    files.close(2)
    with pytest.raises(KeyError):
        files.next_page(2)


def test_a_large_delivery_arrives_whole(write_plugin: WritePlugin) -> None:
    text = """
from stonks_overwatch.facts import Note
from stonks_overwatch.plugins.bases import Broker

class Mine(Broker):
    def fetch(self, service, cursor, since):
        return [Note(identity=f"n:{n}", reason="r", text="é" * 20) for n in range(12_345)]
"""
    with run(write_plugin({"__init__.py": text}), in_process=False) as plugin:
        assert [len(page.facts) for page in plugin.pages("account")] == [5_000, 5_000, 2_345]

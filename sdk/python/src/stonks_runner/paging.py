"""Answers of any form cut into pages, the rest kept for the next call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from stonks_runner.contract.facts import Fact, Page

MOST_FACTS = 5_000
"""In a page that is cut here: a line of a few megabytes."""

MOST_ALLOWED = 10_000
"""In one page, by the contract. A page that the plugin makes itself is passed on as it is."""

Answer = Page | Iterable[Page] | Iterable[Fact] | None
"""What a plugin may return for facts."""

_OWN = "stonks:"
"""How cursors begin that the plugin did not make."""


def pages(answer: Answer) -> Iterator[tuple[Page, bool]]:
    """Pages of at most `MOST_FACTS`, each with whether there may be another."""
    if answer is None:
        yield Page(()), False
    elif isinstance(answer, Page):
        yield from _cut(_whole(answer))
    elif isinstance(answer, list | tuple) and not any(isinstance(item, Page) for item in answer):
        yield from _parts(Page(answer))
    else:
        yield from _drawn(iter(answer))


def _whole(page: Page) -> Page:
    """The page with facts that can be counted, also where a plugin put a generator into it."""
    if isinstance(page.facts, list | tuple):
        return page
    return Page(list(page.facts), page.next, page.progress)


def _cut(page: Page) -> Iterator[tuple[Page, bool]]:
    facts = page.facts
    if len(facts) <= MOST_ALLOWED:
        yield page, False
    else:
        yield from _parts(page)


def _parts(page: Page) -> Iterator[tuple[Page, bool]]:
    facts = page.facts
    for start in range(0, max(1, len(facts)), MOST_FACTS):
        is_last = start + MOST_FACTS >= len(facts)
        part = facts[start : start + MOST_FACTS]
        yield Page(part, page.next if is_last else None, page.progress), not is_last


def _drawn(items: Iterator[Any]) -> Iterator[tuple[Page, bool]]:
    """Pages of a generator. Whether it ends is known only when it does: the last may be empty."""
    while True:
        facts: list[Fact] = []
        for item in islice(items, MOST_FACTS):
            if isinstance(item, Page):
                if facts:
                    yield Page(facts), True
                    facts = []
                for page, _ in _cut(_whole(item)):
                    yield Page(page.facts, None, page.progress), True
            else:
                facts.append(item)
        if len(facts) < MOST_FACTS:
            break
        yield Page(facts), True
    yield Page(facts), False


class Pager:
    """Pages of services, by cursor.

    The rest of an answer is kept until its cursor comes back. Where it is gone, as after a restart,
    the service is asked again and the pages that were delivered are skipped.
    """

    def __init__(self) -> None:
        self._rests: dict[str, tuple[str, Iterator[tuple[Page, bool]]]] = {}

    def page(self, service: str, cursor: str | None, ask: Callable[[str | None], Answer]) -> Page:
        """The page that a cursor names. `ask` gets the plugin's own cursor."""
        own, delivered = cursor, 0
        rest: Iterator[tuple[Page, bool]] | None = None
        kept = self._rests.pop(service, None)
        if cursor is not None and cursor.startswith(_OWN):
            number, has_own, own_text = cursor.removeprefix(_OWN).partition(":")
            own, delivered = (own_text if has_own else None), int(number)
            if kept is not None and kept[0] == cursor:
                rest = kept[1]
        if rest is None:
            rest = pages(ask(own))
            for _ in islice(rest, delivered):
                pass
        page, has_more = next(rest, (Page(()), False))
        if not has_more:
            return page
        following = f"{_OWN}{delivered + 1}" + ("" if own is None else f":{own}")
        self._rests[service] = (following, rest)
        return Page(page.facts, following, page.progress)


class Files:
    """Files on their way in."""

    def __init__(self) -> None:
        self._open: dict[int, Iterator[tuple[Page, bool]]] = {}
        self._last = 0

    def open(self, answer: Answer) -> int:
        """Begins to read. The first page is made at once, so that a refusal is told here."""
        rest = pages(answer)
        first = next(rest)
        self._last += 1
        self._open[self._last] = _chained(first, rest)
        return self._last

    def next_page(self, file: int) -> Page:
        """The page behind the last one; `next` is None on the last."""
        rest = self._open.get(file)
        if rest is None:
            raise KeyError(file)
        page, has_more = next(rest, (Page(()), False))
        return Page(page.facts, "more" if has_more else None, page.progress)

    def close(self, file: int) -> None:
        """Ends reading."""
        self._open.pop(file, None)


def _chained(
    first: tuple[Page, bool], rest: Iterator[tuple[Page, bool]]
) -> Iterator[tuple[Page, bool]]:
    yield first
    yield from rest

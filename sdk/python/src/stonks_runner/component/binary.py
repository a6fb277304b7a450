"""Marks imported functions of a component as `async func`.

A plugin's code is synchronous, so its component is built from a contract whose imports are plain
functions: their calls block. The real contract calls them `async func`, and a component may call
such a function and block. Only the type of the import differs, by one byte: this module writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_PREAMBLE = b"\x00asm\x0d\x00\x01\x00"

_SECTION_CORE_TYPE = 3
_SECTION_ALIAS = 6
_SECTION_TYPE = 7
_SECTION_IMPORT = 10
_SECTION_EXPORT = 11

_FUNCTION = 0x40
_ASYNC_FUNCTION = 0x43

_SORT_FUNCTION = 0x01
_SORT_TYPE = 0x03
_SORT_INSTANCE = 0x05


class ComponentError(ValueError):
    """Bytes that are not the component that was expected."""


def mark_async(component: bytes, functions: Mapping[str, frozenset[str]]) -> bytes:
    """The component with these functions of imported interfaces typed `async func`."""
    changed = bytearray(component)
    for place in _places(component, functions):
        changed[place] = _ASYNC_FUNCTION
    return bytes(changed)


def imports(component: bytes) -> list[str]:
    """Names of what a component imports."""
    found: list[str] = []
    for section, reader in _sections(component):
        if section == _SECTION_IMPORT:
            for _ in range(reader.number()):
                found.append(reader.name())
                reader.skip_description()
    return found


def _places(component: bytes, functions: Mapping[str, frozenset[str]]) -> Iterator[int]:
    """Where the types of the functions begin."""
    # Of each type by its index, where an instance type's declarations begin.
    types: list[int | None] = []
    for section, reader in _sections(component):
        if section == _SECTION_TYPE:
            for _ in range(reader.number()):
                types.append(reader.place + 1 if reader.peek() == 0x42 else None)
                reader.skip_type()
        elif section == _SECTION_ALIAS:
            for _ in range(reader.number()):
                if reader.skip_alias() == _SORT_TYPE:
                    types.append(None)
        elif section == _SECTION_EXPORT:
            for _ in range(reader.number()):
                reader.name()
                if reader.sort() == _SORT_TYPE:
                    types.append(None)
                reader.number()
                if reader.byte() == 1:
                    reader.skip_description()
        elif section == _SECTION_IMPORT:
            for _ in range(reader.number()):
                name = reader.name()
                sort, index = reader.description()
                if sort == _SORT_TYPE:
                    types.append(None)
                if sort == _SORT_INSTANCE and functions.get(name):
                    start = types[index] if index is not None else None
                    if start is None:
                        raise ComponentError(f"the type of `{name}` is not in this component")
                    yield from _functions(component, start, name, functions[name])


def _functions(component: bytes, start: int, name: str, wanted: frozenset[str]) -> Iterator[int]:
    """Where the types of an instance type's functions begin."""
    reader = _Reader(component, start)
    types: list[int | None] = []
    found: dict[str, int] = {}
    others: set[int] = set()
    for _ in range(reader.number()):
        kind = reader.byte()
        if kind == 0x01:
            types.append(reader.place if reader.peek() == _FUNCTION else None)
            reader.skip_type()
        elif kind == 0x02:
            if reader.skip_alias() == _SORT_TYPE:
                types.append(None)
        elif kind == 0x04:
            function = reader.name()
            sort, index = reader.description()
            if sort == _SORT_TYPE:
                types.append(None)
            elif sort == _SORT_FUNCTION and index is not None and types[index] is not None:
                place = types[index]
                assert place is not None, "just looked"
                if function in wanted:
                    found[function] = place
                else:
                    others.add(place)
        else:
            raise ComponentError(f"an unknown declaration {kind:#x} in the type of `{name}`")
    # What the component never calls is not among its imports.
    if not found or others & set(found.values()):
        raise ComponentError(f"the functions of `{name}` can't be told apart")
    yield from set(found.values())


def _sections(component: bytes) -> Iterator[tuple[int, _Reader]]:
    """Sections of the component itself, without those of what is nested in it."""
    if not component.startswith(_PREAMBLE):
        raise ComponentError("not a component")
    place = len(_PREAMBLE)
    while place < len(component):
        reader = _Reader(component, place)
        section, size = reader.byte(), reader.number()
        yield section, _Reader(component, reader.place)
        place = reader.place + size


class _Reader:
    """Reads the binary format of components from a place on."""

    def __init__(self, raw: bytes, place: int) -> None:
        self._raw = raw
        self.place = place

    def peek(self) -> int:
        return self._raw[self.place]

    def byte(self) -> int:
        self.place += 1
        return self._raw[self.place - 1]

    def number(self) -> int:
        """An unsigned number in LEB128. Signed ones, which name types, are read over likewise."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self) -> str:
        size = self.number()
        self.place += size
        return self._raw[self.place - size : self.place].decode()

    def name(self) -> str:
        """The name of an import or an export."""
        kind = self.byte()
        if kind not in (0, 1):
            raise ComponentError(f"an unknown kind of name {kind:#x}")
        return self.text()

    def sort(self) -> int:
        """What an index is of; core things have a byte more."""
        sort = self.byte()
        if sort == 0x00:
            self.byte()
        return sort

    def description(self) -> tuple[int, int | None]:
        """What an import or an export is: its sort, and the index of its type."""
        sort = self.byte()
        if sort == 0x00:
            self.byte()
            return sort, self.number()
        if sort == _SORT_TYPE:
            # Equal to a type, or a resource of its own.
            return sort, self.number() if self.byte() == 0 else None
        if sort == 0x02:
            self.byte()
            return sort, self.number()
        return sort, self.number()

    def skip_description(self) -> None:
        self.description()

    def skip_alias(self) -> int:
        """The sort of what is aliased."""
        sort = self.sort()
        target = self.byte()
        if target in (0x00, 0x01):
            self.number()
            self.text()
        elif target == 0x02:
            self.number()
            self.number()
        else:
            raise ComponentError(f"an unknown alias {target:#x}")
        return sort

    def skip_type(self) -> None:
        kind = self.byte()
        if kind in (_FUNCTION, _ASYNC_FUNCTION):
            self._skip_labelled(self.number())
            if self.byte() == 0:
                self.number()
            else:
                self.byte()
        elif kind == 0x42 or kind == 0x41:
            for _ in range(self.number()):
                self._skip_declaration()
        elif kind == 0x3F:
            self.byte()
            if self.byte() == 1:
                self.number()
        elif kind == 0x3E:
            self.byte()
            self.number()
            if self.byte() == 1:
                self.number()
        else:
            self._skip_value_type(kind)

    def _skip_declaration(self) -> None:
        kind = self.byte()
        if kind == 0x01:
            self.skip_type()
        elif kind == 0x02:
            self.skip_alias()
        elif kind in (0x03, 0x04):
            self.name()
            self.skip_description()
        else:
            raise ComponentError(f"an unknown declaration {kind:#x}")

    def _skip_labelled(self, count: int) -> None:
        for _ in range(count):
            self.text()
            self.number()

    def _skip_value_type(self, kind: int) -> None:
        if kind == 0x72:  # record
            self._skip_labelled(self.number())
        elif kind == 0x71:  # variant
            for _ in range(self.number()):
                self.text()
                self._skip_option()
                self.byte()
        elif kind in (0x6E, 0x6D):  # flags, enum
            for _ in range(self.number()):
                self.text()
        elif kind == 0x6F:  # tuple
            for _ in range(self.number()):
                self.number()
        elif kind in (0x70, 0x6B, 0x69, 0x68):  # list, option, own, borrow
            self.number()
        elif kind == 0x6A:  # result
            self._skip_option()
            self._skip_option()
        elif kind in (0x66, 0x65):  # stream, future
            self._skip_option()
        elif kind == 0x67:  # list of fixed length
            self.number()
            self.number()
        elif not 0x64 <= kind <= 0x7F:
            raise ComponentError(f"an unknown type {kind:#x}")

    def _skip_option(self) -> None:
        if self.byte() == 1:
            self.number()

"""The sandbox's HTML as somebody sees it: the words, the buttons by their labels, the fields by theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

State = dict[str, list[str]]
"""What a person has filled in: input name -> values."""


@dataclass(eq=False)
class Node:
    """An element. `children` are elements and pieces of text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def is_a(self, *classes: str) -> bool:
        return bool(set(classes) & set(self.attributes.get("class", "").split()))

    def every(self, wanted: Callable[[Node], bool]) -> Iterator[Node]:
        for each in self.children:
            if isinstance(each, Node):
                if wanted(each):
                    yield each
                yield from each.every(wanted)

    def tagged(self, *tags: str) -> list[Node]:
        return list(self.every(lambda each: each.tag in tags))

    def words(self) -> str:
        said = ((each if isinstance(each, str) else f" {each.words()} ") for each in self.children)
        return " ".join("".join(said).split()).replace(" .", ".").replace(" ,", ",")

    def raw(self) -> str:
        """The text as it stands, line ends and all."""
        return "".join(each if isinstance(each, str) else each.raw() for each in self.children)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to tick or choose: `of` is the label of its list, `unsure` whether it says "not sure"."""

    label: str
    meaning: str
    of: str
    name: str
    value: str
    several: bool
    unsure: bool = False

    def is_called(self, label: str) -> bool:
        return label in (self.label, f"{self.label} {self.meaning}")


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            closed = self.open.pop()
            assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@lru_cache(2_000)
def parsed(markup: str) -> Node:
    """Raises AssertionError where a tag is not closed in its place. Remembered: whoever waits reads the same again."""
    builder = _Builder()
    builder.feed(markup)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is never closed"
    return builder.root


def buttons(screen: Node) -> list[tuple[str, Node]]:
    """(label, the button), in order; those that send something."""
    named = screen.every(lambda each: each.tag == "button" and each.attributes.get("name") == "press")
    return [(each.words(), each) for each in named]


def options(screen: Node) -> Iterator[Option]:
    for group in screen.every(lambda each: each.is_a("ticks", "pick", "confirm")):
        heads = [each for each in group.tagged("legend", "label") if not each.is_a("row", "pill")]
        of = heads[0].words() if heads else ""
        for row in group.every(lambda each: each.is_a("row", "pair")):
            said = next(row.every(lambda each: each.tag == "span"))
            meaning = " ".join(each.words() for each in row.every(lambda each: each.is_a("meaning")))
            label = said.words().removesuffix(meaning).strip()
            for box in row.tagged("input"):
                name, kind = box.attributes["name"], box.attributes["type"]
                unsure = row.is_a("pair") and name.endswith(".unsure")
                yield Option(label, meaning, of, name, box.attributes["value"], kind == "checkbox", unsure)
        for menu in group.tagged("select"):
            for choice in menu.tagged("option"):
                if choice.attributes["value"]:
                    name = menu.attributes["name"]
                    yield Option(choice.words(), "", of, name, choice.attributes["value"], False)


def writings(screen: Node) -> Iterator[tuple[str, Node]]:
    """(label, the field) of what can be written in."""
    for group in screen.every(lambda each: each.is_a("text")):
        label = group.tagged("label")[0].words()
        yield label, group.tagged("input", "textarea")[0]


def beginning(screen: Node) -> State:
    """The inputs before anybody touched them, hidden ones too."""
    state: State = {}
    for each in screen.tagged("input", "textarea", "select"):
        name, kind = each.attributes.get("name", ""), each.attributes.get("type", "text")
        if each.tag == "textarea":
            state[name] = [each.raw().removeprefix("\n")]
        elif each.tag == "select":
            chosen = [choice for choice in each.tagged("option") if "selected" in choice.attributes]
            state[name] = [chosen[0].attributes["value"] if chosen else ""]
        elif kind not in ("checkbox", "radio"):
            state[name] = [each.attributes.get("value", "")]
        elif "checked" in each.attributes:
            state.setdefault(name, []).append(each.attributes["value"])
    return state


def left_empty(screen: Node, state: State) -> list[str]:
    """The names of what the browser itself would ask for."""
    needed = [each for each in screen.tagged("input", "textarea", "select") if "required" in each.attributes]
    return sorted({each.attributes["name"] for each in needed if not any(state.get(each.attributes["name"], ()))})


def seen(screen: Node, state: State) -> str:
    """Everything, a line each; also what stands behind a fold, which is one press away for whoever looks for it."""
    return "\n".join(_lines(screen, state))


def _lines(node: Node, state: State) -> Iterator[str]:
    for each in node.children:
        if isinstance(each, Node):
            yield from _of(each, state)


def _of(node: Node, state: State) -> Iterator[str]:
    if node.tag == "h3":
        yield f"# {node.words()}"
    elif node.tag == "img":
        yield f"(picture: {node.attributes['alt']})"
    elif node.tag in ("p", "h4", "summary", "blockquote", "figcaption"):
        yield node.raw().strip()
    elif node.is_a("numbers"):
        for row in node.tagged("li"):
            name, route, *note = (each.words() for each in row.tagged("span"))
            yield f"{name}: {route}"
            yield from note
    elif node.tag in ("ul", "ol"):
        rows = enumerate(node.tagged("li"), 1)
        yield from (f"{n}. {row.words()}" if node.tag == "ol" else f"• {row.words()}" for n, row in rows)
    elif node.is_a("facts"):
        yield from (f"{row.tagged('dt')[0].words()}: {row.tagged('dd')[0].words()}" for row in node.tagged("div"))
    elif node.is_a("progress"):
        yield node.tagged("span")[0].words()
    elif node.is_a("buttons"):
        yield "  ".join(f"[{label}]" for label, _ in buttons(node))
    elif node.is_a("ticks", "pick", "confirm"):
        yield from _choices(node, state)
    elif node.is_a("text"):
        [(label, written)] = writings(Node("", {}, [node]))
        yield f"{label}:"
        yield from _hints(node)
        yield f"  ________ {' '.join(state.get(written.attributes['name'], ()))}".rstrip()
    elif node.tag not in ("input", "button", "strong"):
        yield from _lines(node, state)


def _choices(node: Node, state: State) -> Iterator[str]:
    offered = list(options(Node("", {}, [node])))
    if offered and offered[0].of:
        yield f"{offered[0].of}:"
    yield from _hints(node)
    for each in offered:
        mark = "x" if each.value in state.get(each.name, ()) else " "
        yield f"  ({mark}) {'Not sure: ' if each.unsure else ''}{each.label} {each.meaning}".rstrip()


def _hints(node: Node) -> Iterator[str]:
    yield from (each.words() for each in node.every(lambda each: each.is_a("hint")))

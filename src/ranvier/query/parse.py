"""Strategies in, trees out: what can be read is read, what cannot is said with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ranvier.query.chain import Chain
from ranvier.query.detect import detect
from ranvier.query.headings import before_names, behind_group
from ranvier.query.limits import dated, read_limit, split_limit
from ranvier.query.lines import Line, joined, split
from ranvier.query.mesh import qualifier
from ranvier.query.parsed import Diagnosis, Parsed, ParsedLine
from ranvier.query.platforms import PLATFORMS, Platform, PlatformName
from ranvier.query.references import broken_references
from ranvier.query.tokens import MeshMark, Suffix, Token, tokens
from ranvier.query.tree import (
    Frequency,
    Heading,
    Limit,
    LineRange,
    LineRef,
    Logic,
    Near,
    Node,
    Operator,
    Span,
    Term,
    within,
)
from ranvier.query.wildcards import to_ours

__all__ = ["parse", "parse_line"]

#: What may follow a term or a bracket.
_ENDINGS = ("suffix", "frequency", "no_field")

#: Brackets in brackets deeper than this are a mistake.
DEEPEST = 150


def parse(text: str, platform: PlatformName | None = None) -> Parsed:
    """Read a strategy: one line or many, numbered or not.

    Parameters
    ----------
    platform : PlatformName or None
        Where it is to run; guessed from its signs if None.

    Returns
    -------
    Parsed
        Never an error: what cannot be read is among the diagnoses, with its place.

    Examples
    --------
    >>> found = parse("exp Polyneuropathies/ and (immunoglobulin* adj3 intravenous).ti,ab.")
    >>> found.platform, len(found.diagnoses), type(found.tree).__name__
    ('ovid', 0, 'Logic')
    """
    chosen = platform or detect(text)
    strategy = split(text)
    lines: list[ParsedLine] = []
    said: list[Diagnosis] = []
    for line in joined(strategy.lines):
        reader = _Reader(line, PLATFORMS[chosen], count=len(strategy.lines))
        tree = reader.read()
        lines.append(ParsedLine(line=line, tree=tree))
        said.extend(reader.said)
    said.extend(broken_references(lines))
    return Parsed(
        platform=chosen,
        detected=platform is None,
        numbered=strategy.numbered,
        lines=tuple(lines),
        diagnoses=tuple(sorted(said, key=lambda d: (d.span.line, d.span.start))),
        notes=strategy.notes,
    )


def parse_line(
    text: str, platform: PlatformName, *, number: int = 1000
) -> tuple[Node | None, tuple[Diagnosis, ...]]:
    """Read one line as the line of that number in a longer strategy.

    Examples
    --------
    >>> parse_line("3 and 7", "ovid")[0].children[1].number
    7
    """
    line = Line(number, text.strip(), 1, 1)
    reader = _Reader(line, PLATFORMS[platform], count=number)
    return reader.read(), tuple(reader.said)


@dataclass(slots=True)
class _Reader:
    """Reads the tokens of one line by what binds most."""

    line: Line
    platform: Platform
    count: int
    held: list[Token] = field(default_factory=list)
    at: int = 0
    depth: int = 0
    said: list[Diagnosis] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)

    def read(self) -> Node | None:
        """Read the whole line."""
        self.held = [t for t in tokens(self.line.text, self.platform) if t.kind != "comment"]
        if not self.held:
            return None
        following, named = -1, False
        for i in range(len(self.held) - 1, -1, -1):
            kind = self.held[i].kind
            if kind == "heading_end":
                following = i
            elif kind == "close" and following == i + 1:
                named = True  # "Imagery (Psychotherapy)/": the bracket is part of the name
            elif kind == "open" and named:
                named = False
            elif kind in ("open", "close", "suffix", "ref", "range", "mesh"):
                following = -1
            self.ends[i] = following
        behind = self.behind()
        tree = self.level(len(self.platform.binds))
        while self.at < len(self.held):
            token = self.held[self.at]
            if token.kind == "close":
                self.say("error", "unbalanced", token, "this bracket closes nothing.",
                         "Remove it, or open one before it.")  # fmt: skip
                self.at += 1
                tree = self.after(tree)
                continue
            before = self.at
            more = self.level(len(self.platform.binds))
            tree = self.together(tree, more)
            if self.at == before:
                self.at += 1
        return tree if behind is None else replace(self.limit(behind), child=tree)

    def behind(self) -> Token | None:
        """Take a limit off the end that limits the whole line, however its operators bind."""
        last, before = self.held[-1], self.held[-2] if len(self.held) > 1 else None
        if (
            before is None or before.kind in ("operator", "open", "near", "limit")
            or last.kind != "limit" or last.end < len(self.line.text)
            or self.platform.style not in ("cochrane", "ebsco", "pubmed", "wos", "ovid")
            or (self.platform.style == "ovid" and not last.text.startswith("use"))
            or last.text.startswith("[")
        ):  # fmt: skip
            return None
        return self.held.pop()

    def span(self, start: int, end: int) -> Span:
        """Turn columns of the text into columns of the file."""
        return Span(self.line.at, self.line.column + start, self.line.column + end)

    def say(
        self,
        weight: Literal["error", "warning", "hint"],
        code: str,
        token: Token,
        said: str,
        remedy: str,
    ) -> None:
        """Note a diagnosis."""
        self.said.append(
            Diagnosis(
                weight=weight, code=code, line=self.line.number,
                span=self.span(token.start, token.end), said=said, remedy=remedy,
            )
        )  # fmt: skip

    def peek(self) -> Token | None:
        """The next token."""
        return self.held[self.at] if self.at < len(self.held) else None

    def no_field(self, token: Token) -> None:
        """Say that a field is none of the platform's."""
        said = f"{self.platform.said} has no field {token.value!r}."
        remedy = "Check its name." if len(token.value) > 3 else "Check its two letters."
        self.say("error", "no-such-field", token, said, remedy)

    def after(self, tree: Node | None) -> Node | None:
        """Take fields that follow a bracket."""
        token = self.peek()
        while tree is not None and token is not None and token.kind in _ENDINGS:
            self.at += 1
            if token.kind == "no_field":
                self.no_field(token)
            elif token.kind == "frequency":
                tree = Frequency(child=tree, times=int(token.value), span=tree.span)
            elif token.value.fields is not None and not token.value.heading:
                tree = within(tree, token.value.fields)
            else:
                tree = behind_group(tree, token.value)
            token = self.peek()
        return tree

    def together(self, left: Node | None, right: Node | None) -> Node | None:
        """Join two things without an operator between them."""
        if left is None or right is None:
            return left if right is None else right
        if isinstance(right, Limit) and right.child is None:
            return replace(right, child=left, span=left.span.to(right.span))
        self.no_operator(right)
        return Logic(operator="and", children=(left, right), span=left.span.to(right.span))

    def no_operator(self, right: Node) -> None:
        """Say that an operator is missing, where the platform does not put AND for it."""
        if self.platform.unquoted == "phrase":
            start, end = right.span.start, right.span.end
            at = Token("word", start - self.line.column, end - self.line.column)
            self.say("error", "no-operator", at, "there is no operator before this.",
                     "Write AND or OR.")  # fmt: skip

    def level(self, depth: int) -> Node | None:
        """Read operators of one strength and all that bind more."""
        if depth == 0:
            return self.nearness()
        names = self.platform.binds[depth - 1]
        chain = Chain()
        chain.first(self.level(depth - 1))
        while (token := self.peek()) is not None and token.kind != "close":
            if token.kind == "operator":
                if token.value not in names:
                    break
                self.joined(token, chain, depth)
            elif "and" in names and token.kind not in (*_ENDINGS, "near"):
                before = self.at
                self.unjoined(chain, self.level(depth - 1))
                if self.at == before:
                    break
            elif token.kind in (*_ENDINGS, "colon", "near") and depth == len(self.platform.binds):
                self.at += 1
                self.say("error", "misplaced", token, f"{token.text.strip()!r} belongs to "
                         "nothing.", "Put a term before it, without a space.")  # fmt: skip
            else:
                break
        return chain.node()

    def joined(self, token: Token, chain: Chain, depth: int) -> None:
        """Read an operator and what follows it."""
        operator: Operator = token.value
        self.at += 1
        if chain.empty and operator == "not":
            self.say("error", "nothing-before", token, "NOT has nothing before it.",
                     "Write what it is taken from: A NOT B.")  # fmt: skip
        right = self.level(depth - 1)
        if right is None:
            self.say("error", "nothing-after", token, f"{operator.upper()} has nothing "
                     "after it.", "Remove it, or write what follows.")  # fmt: skip
        else:
            chain.add(operator, right)

    def unjoined(self, chain: Chain, right: Node | None) -> None:
        """Join what follows without an operator: a limit, or an AND that was left out."""
        left = chain.node() if isinstance(right, Limit) and right.child is None else None
        if right is None:
            return
        if left is not None:
            joined = self.together(left, right)
            chain.clear()
            chain.first(joined)
        else:
            if not chain.empty:
                self.no_operator(right)
            chain.add("and", right)

    def nearness(self) -> Node | None:
        """Read things near each other."""
        left = self.operand()
        token = self.peek()
        while token is not None and token.kind == "near":
            self.at += 1
            number, ordered, word = token.value
            if word == "next" and number > 1 and self.platform.style == "cochrane":
                self.say("error", "no-distance", token, "the Cochrane Library's NEXT takes no "
                         "number.", f"Write NEAR/{number}, or NEXT for side by side.")  # fmt: skip
            right = self.operand()
            if left is None or right is None:
                side = "before" if left is None else "after"
                self.say("error", f"nothing-{side}", token, f"{token.text.strip()} has nothing "
                         f"{side} it.", "Write a term on both sides.")  # fmt: skip
                left = left or right
            else:
                distance = number + 1 if self.platform.between else number
                left = Near(
                    distance=distance, ordered=ordered, children=(left, right),
                    written=number, span=left.span.to(right.span),
                )  # fmt: skip
                left = self.after(left) or left
            token = self.peek()
        return left

    def operand(self) -> Node | None:
        """Read one thing: a bracket, a heading, a reference, a limit or a term."""
        token = self.peek()
        if token is None:
            return None
        match token.kind:
            case "open":
                return self.bracket(token)
            case "prefix":
                return self.prefixed(token)
            case "ref":
                self.at += 1
                return LineRef(number=int(token.value), span=self.span(token.start, token.end))
            case "range":
                self.at += 1
                operator, numbers = token.value
                span = self.span(token.start, token.end)
                return LineRange(operator=operator, numbers=numbers, span=span)
            case "mesh":
                self.at += 1
                mark: MeshMark = token.value
                return Heading(
                    name=mark.name, explode=mark.explode, focus=mark.focus,
                    qualifiers=mark.qualifiers,
                    span=self.span(token.start, token.end),
                )  # fmt: skip
            case "limit":
                self.at += 1
                return self.limit(token)
            case "exp" | "word" | "quoted":
                return self.term()
            case "no_field" if token.text.lstrip()[:1].isalpha():
                self.at += 1
                self.no_field(token)
                return self.operand()
            case _:
                return None

    def bracket(self, opening: Token) -> Node | None:
        """Read what stands in brackets, and the fields behind it."""
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            self.say("error", "too-deep", opening, f"brackets are {DEEPEST} deep here.",
                     "Write parts of it as lines of their own.")  # fmt: skip
            self.at = len(self.held)
            return None
        inside = self.level(len(self.platform.binds))
        self.depth -= 1
        token = self.peek()
        if token is not None and token.kind == "close":
            self.at += 1
            if inside is None:
                self.say("error", "empty", opening, "these brackets hold nothing.", "Remove them.")
        elif self.at >= len(self.held):
            self.say("error", "unbalanced", opening, "this bracket is never closed.",
                     "Close it where the group ends.")  # fmt: skip
        return self.after(inside)

    def prefixed(self, token: Token) -> Node | None:
        """Read a field that stands before its terms: ``TI (a or b)``, ``TITLE-ABS(a)``."""
        self.at += 1
        suffix: Suffix = token.value
        if suffix.heading:
            return self.heading_before(token, suffix)
        inside = self.nearness()
        if inside is None or suffix.fields is None:
            self.say("error", "nothing-after", token, f"the field {token.text.strip()!r} has "
                     "nothing after it.", "Write a term behind it.")  # fmt: skip
            return inside
        found = within(inside, suffix.fields)
        if isinstance(found, Term):
            return dated(found.text, found.fields, self.platform.name, found.span) or found
        return found

    def heading_before(self, token: Token, suffix: Suffix) -> Node | None:
        """Read EBSCO's ``MH "Name+/DT"`` and Scopus' ``INDEXTERMS("name")``."""
        inside = self.operand()
        if inside is None:
            self.say("error", "nothing-after", token, f"{token.text.strip()!r} has no heading "
                     "after it.", "Write the heading in quotation marks.")  # fmt: skip
            return None
        return before_names(inside, suffix, self.platform)

    def limit(self, token: Token) -> Limit:
        """Read a limit, or several; what they limit, if they say so themselves."""
        text = token.text.strip()
        span = self.span(token.start, token.end)
        name = self.platform.name
        number, parts = split_limit(text)
        if number is not None:
            offset = token.start + token.text.index(str(number))
            child: Node = LineRef(number=number, span=self.span(offset, offset + len(str(number))))
            for part in parts:
                child = replace(read_limit(part, name, span), child=child)
            assert isinstance(child, Limit)
            return child
        from_line = re.match(r"(?:from|remove\s+duplicates\s+from)\s*(\d+)", text, re.IGNORECASE)
        if from_line and self.platform.style == "ovid":
            place = self.span(token.start + from_line.start(1), token.start + from_line.end(1))
            line = LineRef(number=int(from_line[1]), span=place)
            return replace(read_limit(text, name, span), child=line)
        return read_limit(text, name, span)

    def term(self) -> Node | None:
        """Read words up to what ends them, and what is glued to their end."""
        first = self.at
        exp = self.held[first].kind == "exp"
        if exp and self.ends.get(first, -1) > 0:
            return self.named(first + 1, self.ends[first], explode=True)
        if exp:
            token = self.held[first]
            self.at += 1
            # "exp" without a slash: people forget it.
            after = self.peek()
            if after is not None and after.kind in ("word", "quoted"):
                return self.forgotten(token)
            return self.operand()
        run: list[Token] = []
        while (token := self.peek()) is not None and token.kind in ("word", "quoted"):
            run.append(token)
            self.at += 1
            if self.platform.style in ("embase", "wos", "scopus", "cochrane") and (
                token.kind == "quoted"
            ):
                break
        token = self.peek()
        if token is not None and token.kind == "heading_end":
            return self.named(first, self.at, explode=False)
        text = _joined_words(run).replace("\\'", "'")
        start, end = run[0].start, run[-1].end
        if text and not text.strip(".\u2026"):
            self.say("error", "dots", run[0], "dots stand for lines that are not named.",
                     "Name every line, or write a range of lines.")  # fmt: skip
        if len(run) == 1 and run[0].value == "unclosed":
            self.say("error", "unclosed-quote", run[0], "this quotation mark is never closed.",
                     "Close it where the phrase ends.")  # fmt: skip
        if self.is_reference(run):
            return self.after(LineRef(number=int(text), span=self.span(start, end)))
        node: Node = Term(
            text=self.wildcards(text, run),
            phrase=len(run) == 1 and run[0].kind == "quoted",
            span=self.span(start, end),
        )
        return self.tagged(node, start)

    def tagged(self, node: Node, start: int) -> Node:
        """Take the fields that follow a term."""
        token = self.peek()
        while token is not None and token.kind in _ENDINGS:
            self.at += 1
            if token.kind == "no_field":
                self.no_field(token)
            elif token.kind == "frequency":
                node = Frequency(child=node, times=int(token.value), span=node.span)
            else:
                node = self.with_suffix(node, token.value, self.span(start, token.end))
            token = self.peek()
        if token is not None and token.kind == "colon":
            return self.dates(node, start)
        if isinstance(node, Term):
            return dated(node.text, node.fields, self.platform.name, node.span) or node
        return node

    def dates(self, low: Node, start: int) -> Node:
        """Read PubMed's range of dates: ``"2008/03/01"[dp] : "3000"[dp]``."""
        self.at += 1
        token = self.peek()
        high = self.term() if token is not None and token.kind in ("word", "quoted") else None
        end = high.span.end - self.line.column if high is not None else self.held[self.at - 1].end
        text = self.line.text[start:end]
        fields = low.fields if isinstance(low, Term) else None
        years = [int(y) for y in re.findall(r"(?<![\d/-])(?:1[89]|[23]0)\d\d", text)]
        high_year = years[-1] if len(years) > 1 and years[-1] < 3000 else None
        return Limit(
            child=None, text=text, kind="year" if fields == frozenset({"py"}) else "date",
            low=years[0] if years else None, high=high_year,
            platform=self.platform.name,
            span=self.span(start, end),
        )  # fmt: skip

    def with_suffix(self, node: Node, suffix: Suffix, span: Span) -> Node:
        """Apply one suffix to one term."""
        if not isinstance(node, Term):
            fields = suffix.fields
            return node if fields is None else within(node, fields)
        if suffix.heading:
            name, _, rest = node.text.partition("/")
            found = tuple(qualifier(q) for q in rest.split(",") if q.strip())
            return Heading(
                name=name.strip().lstrip("*"), explode=suffix.explode, focus=suffix.focus,
                qualifiers=found, span=span,
            )  # fmt: skip
        if suffix.near is not None:
            words = tuple(
                Term(text=word, fields=suffix.fields, span=span) for word in node.text.split()
            )
            if len(words) == 1:
                return words[0]
            return Near(distance=suffix.near + 1, ordered=False, children=words, span=span)
        return replace(node, fields=suffix.fields, span=span)

    def named(self, first: int, end: int, *, explode: bool) -> Heading:
        """Read a heading up to its slash, as it stands."""
        mark = self.held[end]
        suffix, qualifiers = mark.value
        start = self.held[first].start
        raw = self.line.text[start : mark.start].strip()
        focus = raw.startswith("*")
        name = (
            raw.replace("\\'", "'").lstrip("*").strip().strip("\"'\u201c\u201d\u2018\u2019").strip()
        )
        self.at = end + 1
        tag = self.peek()
        if tag is not None and tag.kind == "suffix" and tag.value.heading:
            # PubMed's "psoriasis/dt[Majr]".
            self.at += 1
            suffix, mark = tag.value, tag
        return Heading(
            name=name,
            explode=explode or suffix.explode,
            focus=focus or suffix.focus,
            qualifiers=qualifiers,
            span=self.span(start, mark.end),
        )

    def forgotten(self, exp: Token) -> Node | None:
        """Read a heading whose slash was forgotten."""
        run: list[Token] = []
        while (token := self.peek()) is not None and token.kind in ("word", "quoted"):
            run.append(token)
            self.at += 1
        token = self.peek()
        name = _joined_words(run)
        span = self.span(exp.start, run[-1].end)
        if token is not None and token.kind == "suffix":
            # "exp pain.ti,ab.": the word is not a command here, or the field is wrong.
            self.say("warning", "exp-with-field", exp, "only headings can be exploded, and this is "
                     "a word in a field.", f"Write 'exp {name}/', or leave 'exp' out.")  # fmt: skip
            return self.tagged(Term(text=self.wildcards(name, run), span=span), exp.start)
        self.say("warning", "no-slash", exp, f"the heading {name!r} has no slash behind it.",
                 f"Write 'exp {name}/'.")  # fmt: skip
        return Heading(name=name.lstrip("*"), explode=True, focus=name.startswith("*"), span=span)

    def is_reference(self, run: Sequence[Token]) -> bool:
        """Whether a bare number means another line."""
        if len(run) != 1 or run[0].kind != "word" or not run[0].text.isdigit():
            return False
        after = self.peek()
        if after is not None and after.kind in ("suffix", "near"):
            return False
        number = int(run[0].text)
        alone = len(self.held) == 1
        return number < 1000 and self.count > 1 and not (alone and number >= self.line.number)

    def wildcards(self, text: str, run: Sequence[Token]) -> str:
        """Turn a platform's wildcards into ours."""
        if not any(sign in text for sign in "*$?#:"):
            return text
        said = self.platform.said
        if (
            self.platform.style == "cochrane"
            and any(t.kind == "quoted" for t in run)
            and any(sign in text for sign in "*?")
        ):
            self.say("warning", "wildcard-in-phrase", run[0], "the Cochrane Library ignores "
                     "wildcards in quotation marks.", "Use NEXT between the words.")  # fmt: skip
        ours, unknown = to_ours(text, self.platform)
        for sign in unknown:
            self.say("warning", "no-wildcard", run[0], f"{said} does not know {sign!r} in "
                     f"{text!r}, and reads it as a space.",
                     "Spell out the variants, or use *.")  # fmt: skip
        return ours


def _joined_words(run: Sequence[Token]) -> str:
    """Put words side by side."""
    return " ".join(token.text.strip() for token in run).strip(" ,;")

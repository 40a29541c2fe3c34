"""The strategy of ``query.py`` on tantivy beside our own index: time, and where the answers differ.

Run ``python benchmarks/query_on_tantivy.py [--records 100000]`` with ``tantivy`` installed, which
Ranvier does not need. Lines are put as tantivy can say them: truncation as a regular expression,
nearness as phrases with slop in both orders, one for each pair of words. CPU time is of the
process, threads and all.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import Any

import tantivy

from query import records, strategy
from ranvier.query import RecordIndex, parse, run
from ranvier.query.nearness import sides
from ranvier.query.tree import Heading, LineRange, LineRef, Logic, Near, Node, Term

FIELDS = {"ti": "title", "ab": "abstract"}


def indexed(held: list[Any], folder: str) -> Any:
    """Index titles, abstracts and headings, with positions."""
    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("number", stored=True, fast=True)
    for name in FIELDS.values():
        schema.add_text_field(name, tokenizer_name="default", index_option="position")
    schema.add_text_field("mesh", tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(schema.build(), path=folder)
    writer = index.writer(heap_size=200_000_000, num_threads=2)
    for number, record in enumerate(held):
        writer.add_document(
            tantivy.Document(
                number=number, title=record.title, abstract=record.abstract, mesh=list(record.mesh)
            )
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def query(node: Node, index: Any, done: dict[int, Any]) -> Any:
    """Say a node in tantivy's words."""
    make, schema = tantivy.Query, index.schema
    any_of = tantivy.Occur.Should

    def union(parts: list[Any]) -> Any:
        return make.boolean_query([(any_of, part) for part in parts])

    if isinstance(node, Term):
        words = node.text.split()
        parts = []
        for name in (FIELDS[f] for f in sorted(node.fields or ())):
            if len(words) > 1:
                parts.append(make.phrase_query(schema, name, words))
            elif "*" in node.text:
                parts.append(make.regex_query(schema, name, node.text.replace("*", ".*")))
            else:
                parts.append(make.term_query(schema, name, node.text))
        return union(parts)
    if isinstance(node, Near):
        (fields,) = {t.fields for t in node.children[:1] if isinstance(t, Term)}
        return union([
            make.phrase_query(schema, FIELDS[name], list(pair), slop=node.distance - 1)
            for name in sorted(fields or ())
            for one in sides(node) or ()
            for pair in (one, one[::-1])
        ])  # fmt: skip
    if isinstance(node, Heading):
        return make.term_query(schema, "mesh", node.name)
    if isinstance(node, LineRef):
        return done[node.number]
    if isinstance(node, LineRange):
        return union([done[number] for number in node.numbers])
    assert isinstance(node, Logic)
    occur = tantivy.Occur.Must if node.operator == "and" else any_of
    return make.boolean_query([(occur, query(child, index, done)) for child in node.children])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    given = parser.parse_args()
    held = list(records(given.records))
    parsed = parse(strategy(), "ovid")

    start = time.process_time()
    own = RecordIndex.of(held)
    print(f"own index: indexed in {time.process_time() - start:.1f} s CPU")
    start = time.process_time()
    found = run(parsed, own)
    print(f"own index: {len(parsed.lines)} lines in {time.process_time() - start:.1f} s CPU")

    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        index = indexed(held, folder)
        print(f"tantivy: indexed in {time.process_time() - start:.1f} s CPU")
        searcher = index.searcher()
        done: dict[int, Any] = {}
        said = {line.line.number: line.tree for line in parsed.lines}
        counts: dict[int, int] = {}
        start = time.process_time()
        for number, tree in said.items():
            assert tree is not None
            done[number] = query(tree, index, done)
            counts[number] = searcher.search(done[number], limit=1, count=True).count
        print(f"tantivy: the same lines counted in {time.process_time() - start:.1f} s CPU")
        start = time.process_time()
        for asked in done.values():
            searcher.search(asked, limit=given.records)
        print(f"tantivy: and every record named in {time.process_time() - start:.1f} s CPU")
    kinds: dict[str, list[int]] = {}
    for line in found.lines:
        tree = said[line.number]
        kind = type(tree.children[0]).__name__ if isinstance(tree, Logic) else type(tree).__name__
        if counts[line.number] != len(line.found):
            kinds.setdefault(kind, []).append(line.number)
            if len(kinds[kind]) == 1:
                ours = len(line.found)
                print(f"line {line.number} ({kind}): {ours} by us, {counts[line.number]} by it")
    print(
        "lines with other answers:", {kind: len(lines) for kind, lines in kinds.items()} or "none"
    )


if __name__ == "__main__":
    main()

// Words of interest marked in a text: by group, whatever the case, the accents and the script.
//
// `src/ranvier/core/highlight.py` does the same for the terminal; tests hold the two together.

// Latin accents, Arabic and Hebrew vowel signs: with or without them, it is the same word.
const SIGNS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/u;
// Scripts that write without spaces between words: a word may begin and end anywhere.
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}]/u;
const BEFORE = "(?<![\\p{L}\\p{N}_])";
const AFTER = "(?![\\p{L}\\p{N}_])";

/** Fold a text for comparison; `at[i]` is where the i-th character of it comes from. */
export function fold(text) {
  let folded = "";
  const at = [];
  let place = 0;
  for (const char of text) {
    const plain = /\p{Script=Hangul}/u.test(char) ? char : char.normalize("NFKD").toLowerCase();
    for (const one of plain) {
      if (SIGNS.test(one)) continue;
      folded += one === "ς" ? "σ" : one;
      for (let i = 0; i < one.length; i++) at.push(place);
    }
    place += char.length;
  }
  at.push(place);
  return { folded, at };
}

const made = new Map();

/** Make a pattern of words; null if there are none. A * stands for any letters. */
export function pattern(words) {
  const key = words.join("\n");
  if (!made.has(key)) {
    if (made.size > 200) made.clear();
    made.set(key, compile(words));
  }
  return made.get(key);
}

function compile(words) {
  const parts = [...new Set(words.map((word) => fold(word.trim()).folded))]
    .filter((word) => word.replaceAll("*", "").trim())
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map(source);
  return parts.length ? new RegExp(parts.join("|"), "gu") : null;
}

function source(word) {
  const body = word
    .split(/(\*|[\s\p{Pd}]+)/u)
    .filter(Boolean)
    .map((part) => {
      if (part === "*") return "[\\p{L}\\p{N}_]*";
      if (/^[\s\p{Pd}]+$/u.test(part)) return "[\\s\\p{Pd}]+";
      return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    })
    .join("");
  const chars = [...word];
  const open = (char) => char === "*" || UNSPACED.test(char) || !/[\p{L}\p{N}_]/u.test(char);
  return (open(chars[0]) ? "" : BEFORE) + body + (open(chars.at(-1)) ? "" : AFTER);
}

/**
 * Find the places of the words of some groups; where two overlap, the one that begins first stands,
 * of these the longer, of these the earlier group. Neighbours of one group are one place.
 *
 * @returns {{start: number, end: number, group: number}[]}
 */
export function places(text, patterns) {
  const { folded, at } = fold(text);
  const found = [];
  patterns.forEach((made, group) => {
    if (!made) return;
    for (const match of folded.matchAll(made)) {
      if (!match[0]) continue;
      let end = at[match.index + match[0].length];
      // Signs that were left out belong to the letter before them.
      while (end < text.length && SIGNS.test(text[end])) end += 1;
      found.push({ start: at[match.index], end, group });
    }
  });
  found.sort((a, b) => a.start - b.start || b.end - a.end || a.group - b.group);
  const kept = [];
  for (const one of found) {
    const last = kept.at(-1);
    if (!last || (one.start >= last.end && !meets(text, last, one))) kept.push(one);
    else if (one.start >= last.end) last.end = one.end;
  }
  return kept;
}

function meets(text, one, next) {
  return one.group === next.group && /^[\s\p{Pd}]{0,2}$/u.test(text.slice(one.end, next.start));
}

/** Mark the words of groups below an element, across its own markup; takes old marks off first. */
export function mark(block, highlights) {
  unmark(block);
  const on = highlights.filter((group) => group.on);
  if (!on.length) return;
  const nodes = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const text = nodes.map((node) => node.data).join("");
  const found = places(text, on.map((group) => pattern(group.words)));
  let start = 0;
  for (const node of nodes) {
    const end = start + node.data.length;
    const here = found.filter((one) => one.start < end && one.end > start);
    wrap(node, here, start, on);
    start = end;
  }
}

function wrap(node, found, offset, on) {
  for (const { start, end, group } of found.toReversed()) {
    const from = Math.max(0, start - offset);
    const part = node.splitText(from);
    if (end - offset - from < part.data.length) part.splitText(end - offset - from);
    const made = document.createElement("mark");
    made.className = `hl hl-${on[group].style}`;
    made.title = on[group].label;
    part.replaceWith(made);
    made.append(part);
  }
}

/** Take all marks off. */
export function unmark(block) {
  for (const made of block.querySelectorAll("mark.hl")) made.replaceWith(...made.childNodes);
  block.normalize();
}

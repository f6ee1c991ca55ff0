// Counts a text as a network does: the same answer as network.Count, kept by
// a test on internal/network/testdata/count.json. Nothing here touches a page.
import { tops } from "./count-tops.js";

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
const encoder = new TextEncoder();

// clean is textkit.Clean: what the server will make of a text.
export function clean(s) {
  s = s.replace(/\p{Cs}+/gu, "\uFFFD"); // halves of pairs, which no text can hold
  s = s.replace(/\r\n?|[\u2028\u2029]/g, "\n");
  s = s.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uFEFF]/g, "");
  return s.normalize("NFC");
}

// cutsOf are the places where a grapheme begins. Since Unicode 15.1 browsers keep
// the conjuncts of Indic scripts together; the server and the networks count
// their consonants apart.
function cutsOf(s) {
  const out = [];
  for (const g of segmenter.segment(s)) {
    out.push(g.index);
    if (g.segment.length > 2) for (const m of g.segment.matchAll(/(?<=[\p{M}\u200D])(?![\u0E33\u0EB3])\p{Lo}/gu)) out.push(g.index + m.index);
  }
  return out;
}

const plain = /^[\x00-\x7F]*$/;

export function graphemes(s) {
  if (plain.test(s)) return s.length;
  return cutsOf(s).length;
}

export const bytes = (s) => (plain.test(s) ? s.length : encoder.encode(s).length);

function runes(s) {
  let n = 0;
  for (const _ of s) n++;
  return n;
}

function measure(s, unit) {
  if (unit === "character") return runes(s);
  if (unit === "utf16") return s.length;
  if (unit === "byte") return bytes(s);
  return graphemes(s);
}

// The patterns of textkit/entities.go. \p{C} is spelled out: in JavaScript it
// holds unassigned characters too.
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\-]*[\p{L}\p{M}\p{N}])?`;
const tail = String.raw`(?::[0-9]{1,5})?(?:[\/?#][^\p{Z}\p{Cc}\p{Cf}\p{Co}\p{Cs}<>"“”«»]*)?`;
const linkRE = new RegExp(String.raw`[hH][tT][tT][pP][sS]?:\/\/(?:${label}\.)+${label}${tail}`, "gu");
const bareRE = new RegExp(String.raw`((?:${label}\.)+)(${label})${tail}`, "gu");
const mentionRE = new RegExp(String.raw`@([A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?)(?:@(${label}(?:\.${label})*))?`, "gu");
const tagRE = /#([\p{L}\p{N}_][\p{L}\p{M}\p{N}_·]*)/gu;

const space = /\s/;
const isWord = (c) => c !== "" && /^[\p{L}\p{Nd}_]$/u.test(c);
const among = (c, set) => c !== "" && set.includes(c);

// before is the character that stands before a place, whole.
function before(s, at) {
  if (at === 0) return "";
  const low = s.charCodeAt(at - 1);
  if (low >= 0xdc00 && low <= 0xdfff && at > 1) return s.slice(at - 2, at);
  return s[at - 1];
}

// find looks for a pattern in the words that hold its sign.
function find(re, s, sign) {
  const out = [];
  for (let from = 0; from < s.length; ) {
    const at = s.indexOf(sign, from);
    if (at < 0) break;
    let start = at;
    while (start > from && !space.test(s[start - 1])) start--;
    let end = at;
    while (end < s.length && !space.test(s[end])) end++;
    if (at + sign.length < end) {
      for (const m of s.slice(start, end).matchAll(re)) out.push({ start: start + m.index, end: start + m.index + m[0].length, m });
    }
    from = end;
  }
  return out;
}

const count1 = (s, c) => s.split(c).length - 1;

function trimLink(s) {
  while (s !== "") {
    const c = before(s, s.length);
    const opens = { ")": "(", "]": "[", "}": "{" }[c];
    if (!".,;:!?…'’‘*_~|`".includes(c) && !(opens && count1(s, c) > count1(s, opens))) return s;
    s = s.slice(0, s.length - c.length);
  }
  return s;
}

function topLevel(s) {
  const first = [...s][0];
  if (/^\p{Lu}$/u.test(first) && s.toUpperCase() !== s) return false;
  const low = s.toLowerCase();
  return tops.has(low) || (low.startsWith("xn--") && low.length > 6);
}

// entities finds links, mentions and tags, in order, never one over another.
export function entities(s) {
  let out = [];
  const sort = () => out.sort((a, b) => a.start - b.start);
  const free = (list, from, to) => !list.some((l) => l.end > from && l.start < to);
  if (s.includes("://")) {
    for (const f of find(linkRE, s, "://")) {
      const c = before(s, f.start);
      if (isWord(c) || among(c, "@#$")) continue;
      const text = trimLink(s.slice(f.start, f.end));
      out.push({ kind: "link", start: f.start, end: f.start + text.length, text });
    }
  }
  let links = [...out];
  if (s.includes(".")) {
    for (const f of find(bareRE, s, ".")) {
      const c = before(s, f.start);
      if (!free(links, f.start, f.end) || isWord(c) || among(c, "@#$/.-=:&%+")) continue;
      const [, host, top] = f.m;
      if (!topLevel(top) || (top.toUpperCase() === top && host.toUpperCase() !== host)) continue;
      const text = trimLink(s.slice(f.start, f.end));
      if (s[f.start + text.length] === "@") continue;
      out.push({ kind: "link", start: f.start, end: f.start + text.length, text, bare: true });
    }
  }
  sort();
  links = [...out];
  if (s.includes("@")) {
    for (const f of find(mentionRE, s, "@")) {
      const c = before(s, f.start);
      if (isWord(c) || among(c, "/=@") || !free(links, f.start, f.end)) continue;
      out.push({ kind: "mention", start: f.start, end: f.end, text: s.slice(f.start, f.end), user: f.m[1], domain: f.m[2] || "" });
    }
  }
  if (s.includes("#")) {
    sort();
    links = [...out];
    for (const f of find(tagRE, s, "#")) {
      const c = before(s, f.start);
      if (isWord(c) || among(c, "/=#&") || !free(links, f.start, f.end) || !/\p{L}/u.test(f.m[1])) continue;
      out.push({ kind: "tag", start: f.start, end: f.end, text: s.slice(f.start, f.end) });
    }
  }
  sort();
  return out;
}

// count is network.Count.
export function count(text, warning, rule) {
  text = clean(text);
  const t = { used: 0, max: rule.max || 0, bytes: bytes(text), max_bytes: rule.max_bytes || 0, over: false };
  const why = [];
  let counted = text;
  if (rule.warning_counts && warning) {
    warning = clean(warning);
    counted = warning + text;
    why.push({ what: "warning", n: 1, each: measure(warning, rule.unit) });
  }
  let links = 0;
  let mentions = 0;
  if (rule.url > 0 || rule.mention_local) {
    let b = "";
    let at = 0;
    for (const e of entities(counted)) {
      let as = null;
      if (e.kind === "link" && rule.url > 0 && (!e.bare || rule.url_bare)) {
        as = "x".repeat(rule.url);
        links++;
      } else if (e.kind === "mention" && rule.mention_local && e.domain) {
        as = "@" + e.user;
        mentions++;
      }
      if (as === null) continue;
      b += counted.slice(at, e.start) + as;
      at = e.end;
    }
    counted = b + counted.slice(at);
  }
  t.used = measure(counted, rule.unit);
  if (links) why.push({ what: "link", n: links, each: rule.url });
  if (mentions) why.push({ what: "mention", n: mentions });
  if (why.length) t.why = why;
  t.over = (t.max > 0 && t.used > t.max) || (t.max_bytes > 0 && t.bytes > t.max_bytes);
  return t;
}

// fitting is the place up to which a text fits its rule.
export function fitting(text, warning, rule) {
  if (!count(text, warning, rule).over) return text.length;
  const cuts = cutsOf(text);
  let lo = 0;
  let hi = cuts.length; // the first cut that is over
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (count(text.slice(0, cuts[mid]), warning, rule).over) hi = mid;
    else lo = mid + 1;
  }
  return lo === 0 ? 0 : cuts[lo - 1];
}

// parts cuts a text at the lines that say so.
export function parts(text, threads) {
  if (!threads) return text.trim() ? [text.trim()] : [];
  const out = [[]];
  for (const line of text.split("\n")) {
    if (line.trim() === "---") out.push([]);
    else out[out.length - 1].push(line);
  }
  return out.map((p) => p.join("\n").trim()).filter(Boolean);
}

// split is textkit.Split without numbers; a word too long alone gives null.
export function split(s, fits) {
  s = s.trim();
  if (!s) return [];
  if (fits(s)) return [s];
  const cuts = [[], [], [], [], []];
  let solid = entities(s);
  for (const at of cutsOf(s)) {
    if (at === 0) continue;
    while (solid.length && solid[0].end <= at) solid.shift();
    if (solid.length && solid[0].start < at) continue;
    const level = levelAt(s, at);
    for (let l = 0; l <= level; l++) cuts[l].push(at);
  }
  for (const list of cuts) list.push(s.length);
  const out = [];
  for (let from = 0; from < s.length; ) {
    const all = cuts[0];
    const first = all.findIndex((c) => c > from);
    const ok = (i) => fits(s.slice(from, all[i]).trim());
    if (first < 0 || !ok(first)) return null;
    let good = first;
    let step = 1;
    while (good + step < all.length && ok(good + step)) {
      good += step;
      step *= 2;
    }
    let bad = Math.min(good + step, all.length);
    while (good + 1 < bad) {
      const mid = (good + bad) >> 1;
      if (ok(mid)) good = mid;
      else bad = mid;
    }
    const to = nicest(cuts, from, all[good], s.length);
    out.push(s.slice(from, to).trim());
    from = s.length - s.slice(to).trimStart().length;
  }
  return out;
}

const breaks = (c) => space.test(c) && c !== "\u00A0" && c !== "\u202F" && c !== "\u2007";

// From the worst place to cut to the best: in a word, at a binding space, after
// a word, after a sentence, after a paragraph.
function levelAt(s, at) {
  const prev = before(s, at);
  const next = String.fromCodePoint(s.codePointAt(at));
  if (space.test(prev) && !breaks(prev) && !space.test(next)) return 1;
  if (!breaks(prev) || space.test(next)) return "。！？".includes(prev) ? 3 : 0;
  const end = s.slice(0, at).trimEnd().length;
  const gap = s.slice(end, at);
  if (count1(gap, "\n") >= 2) return 4;
  if (gap.includes("\n") || endsSentence(s.slice(0, end), next)) return 3;
  return 2;
}

const abbreviations = new Set(
  `m mm mme mmes mlle mlles mgr me dr pr prof st ste cf ex env av apr bd ch chap p pp art al vol no nos fig tel
  mr mrs ms jr sr vs etc e.g i.e eg ie inc ltd co dept approx est jan feb aug sept oct nov dec janv fevr juil resp ed eds`.split(/\s+/),
);

const fold = (w) => w.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function endsSentence(s, next) {
  let t = s.replace(/[»”’"')\]}\s]+$/, "");
  const last = before(t, t.length);
  const small = /^\p{Ll}$/u.test(next);
  if (last && "!?…。！？؟।‽".includes(last)) return !small;
  if (last !== "." || small) return false;
  t = t.slice(0, -1);
  const w = t.match(/[^\s(«“"'’]*$/)[0];
  if (runes(w) === 1 && /^\p{Lu}$/u.test(w)) return false;
  if (w === "etc") return true;
  return !abbreviations.has(fold(w));
}

function nicest(cuts, from, most, end) {
  const last = (level) => {
    const list = cuts[level];
    let found = -1;
    for (const c of list) {
      if (c > most) break;
      if (c > from) found = c;
    }
    return found;
  };
  let best = last(2);
  if (best < 0) best = last(1);
  if (best < 0 || best === end) return Math.max(best, most);
  for (const [level, share] of [[4, 2], [3, 3]]) {
    const to = last(level);
    if (to > 0 && (to - from) * share >= best - from) return to;
  }
  return best;
}

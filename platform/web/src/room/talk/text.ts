import type { Person } from "../../api/types";

/** A piece of what somebody wrote. */
export type Piece = { kind: "words"; text: string } | { kind: "person"; text: string } | { kind: "link"; text: string };

const TOKEN = /@\[([^\]\s]+)\]/g;
const PARTS = /@\[([^\]\s]+)\]|https?:\/\/[^\s<>"]+/g;
const AFTER_LINK = /[.,;:!?'’”»)\]]+$/;
/** The longest name that is still looked for behind an "@". */
const LONGEST_QUERY = 40;

/** Cuts a comment into words, people and links; whatever is none of the latter stays as it was written. */
export function readText(text: string, mentions: Person[]): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    const piece = match[1] ? readMention(match[1], mentions) : readLink(match[0]);
    if (!piece) continue;
    if (match.index > end) pieces.push({ kind: "words", text: text.slice(end, match.index) });
    pieces.push(piece);
    end = match.index + (piece.kind === "link" ? piece.text.length : match[0].length);
  }
  if (end < text.length) pieces.push({ kind: "words", text: text.slice(end) });
  return pieces;
}

function readMention(id: string, mentions: Person[]): Piece | null {
  const person = mentions.find((one) => one.id === id);
  return person ? { kind: "person", text: `@${person.name}` } : null;
}

/** The stop at the end of a sentence is no part of the address, a closing bracket only with its opening one. */
function readLink(found: string): Piece | null {
  let text = found.replace(AFTER_LINK, "");
  if (text.includes("(") && found[text.length] === ")") text += ")";
  return URL.canParse(text) ? { kind: "link", text } : null;
}

/** A comment as its author typed it, with names. */
export function toTyped(text: string, mentions: Person[]): string {
  return text.replace(TOKEN, (token, id: string) => readMention(id, mentions)?.text ?? token);
}

/** What was typed as the server keeps it: a name stands for the person who was chosen for it, the longest names first. */
export function toKept(typed: string, chosen: Person[]): string {
  const byLength = [...chosen].sort((a, b) => b.name.length - a.name.length);
  if (!byLength.length) return typed.trim();
  const names = byLength.map(({ name }) => escape(name)).join("|");
  const pattern = new RegExp(`@(${names})(?![\\p{L}\\p{N}_])`, "gu");
  const idOf = (name: string) => byLength.find((person) => person.name === name)!.id;
  return typed.replace(pattern, (_all, name: string) => `@[${idOf(name)}]`).trim();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** The name that is being typed behind an "@" where the caret stands, and where it begins; null where there is none. */
export function findQuery(typed: string, caret: number): { query: string; start: number } | null {
  const before = typed.slice(Math.max(0, caret - LONGEST_QUERY), caret);
  const match = /(?:^|[\s(])@([^\s@]*(?: [^\s@]+)?)$/u.exec(before);
  return match ? { query: match[1]!, start: caret - match[1]!.length - 1 } : null;
}

/** Those whose name, or any word of it, begins like this. */
export function findPeople(people: Person[], query: string): Person[] {
  const wanted = fold(query);
  return people.filter(({ name }) => {
    const words = fold(name);
    return words.startsWith(wanted) || words.split(/\s+/).some((word) => word.startsWith(wanted));
  });
}

/** Without accents and capitals. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

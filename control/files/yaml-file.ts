/**
 * Reads one YAML document as a person wrote it: into a plain value, with the place of everything in it. YAML 1.2; anchors,
 * aliases and merge keys (`<<`) are allowed, since what is published is the value they come to.
 */

import { type Document, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import { contentMaxBytes } from '../../core/content/content.js';
import type { Problem } from '../../core/errors.js';
import { parsePath } from './document-path.js';
import { depthMax, isTooDeep } from './yaml-depth.js';
import { keyOffset, valueOffset } from './yaml-positions.js';
import { yamlWords } from './yaml-words.js';

/** One limit for file and content: a file beyond it would hardly fit AppConfig's hosted store. */
const fileMaxBytes = contentMaxBytes;
/** How often one anchor's content may be repeated; more is a mistake or an attack. */
const aliasesMax = 100;

/** Where something stands, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A problem with its place in the file. */
export interface PlacedProblem extends Problem, Place {}

export type YamlFile =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where to look for a problem of this value: the key for an unknown key, the parent for a missing one. */
      place(problem: Problem): Place;
    }
  | { readonly ok: false; readonly problems: readonly PlacedProblem[] };

/** Reads a file's bytes. Never throws: what cannot be read comes back as problems, each at its place. */
export function readYaml(bytes: Uint8Array): YamlFile {
  if (bytes.length > fileMaxBytes) return refused(start, tooLarge(bytes.length));
  const text = decode(bytes);
  if (text === undefined) return refused(start, 'is not UTF-8 text: save it as UTF-8');
  try {
    return readText(text);
  } catch (error) {
    return refused(start, explain(error));
  }
}

const start: Place = { line: 1, column: 1 };

function readText(text: string): YamlFile {
  if (isTooDeep(text)) return refused(start, `is nested more than ${depthMax} levels deep`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (!document || (isEmpty(document) && document.errors.length === 0)) {
    return refused(start, 'is empty: write the values the schema asks for');
  }
  const problems = [...syntaxProblems(document), ...valueProblems(document)];
  if (second)
    problems.push({ offset: second.range[0], message: 'begins a second document: a file holds one' });
  if (problems.length > 0) {
    return {
      ok: false,
      problems: problems.map(({ offset, message }) => ({ path: '', message, ...at(offset) })),
    };
  }
  return { ok: true, value: document.toJS({ maxAliasCount: aliasesMax }), place: placeIn(document, at) };
}

interface Finding {
  readonly offset: number;
  readonly message: string;
}

/** The library's own findings, errors and warnings alike: what it only warns of, JSON could not say. */
function syntaxProblems(document: Document): Finding[] {
  return [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    message: yamlWords({ code, message }) ?? sentence(message),
  }));
}

/** What reads as YAML and is still no value: whole numbers that lose digits as JSON numbers, aliases of nothing. */
function valueProblems(document: Document): Finding[] {
  const findings: Finding[] = [];
  // Neither is quoted: no schema has been asked yet whether it may be a secret.
  visit(document, {
    Scalar(_, { value, source, range }) {
      const isWhole = typeof value === 'number' && /^[-+]?\d+$/.test(source ?? '');
      if (!isWhole || Number.isSafeInteger(value)) return;
      const message = 'is a whole number with more digits than a number keeps: quote it';
      findings.push({ offset: range?.[0] ?? 0, message });
    },
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const message = 'is an alias (*) that names no anchor above it: quote it if it is text';
      findings.push({ offset: alias.range?.[0] ?? 0, message });
    },
  });
  return findings;
}

function placeIn(document: Document, at: (offset: number) => Place) {
  return ({ path, message }: Problem): Place => {
    const parts = parsePath(path);
    const offset = message.startsWith('is unknown')
      ? keyOffset(document, parts)
      : valueOffset(document, parts);
    return at(offset);
  };
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/alias count/i.test(message)) return `repeats an anchor more than ${aliasesMax} times`;
  return sentence(message);
}

const refused = (place: Place, message: string): YamlFile => ({
  ok: false,
  problems: [{ path: '', message, ...place }],
});

const tooLarge = (bytes: number): string =>
  `is ${bytes.toLocaleString('en')} bytes: AppConfig's hosted store takes at most ${fileMaxBytes.toLocaleString('en')} (1 MB)`;

/** The library's message as the rest of a sentence that began with the place. */
const sentence = (message: string): string => `does not read as YAML: ${message.split('\n')[0]}`;

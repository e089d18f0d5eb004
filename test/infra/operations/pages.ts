/** Pages of docs/, read as a reader's browser would: headings, anchors, links, commands. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type verbs as allVerbs, commonOptions, verbs } from '../../../cli/verbs.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));

export const pageOf = (name: string): string => readFileSync(path.join(docs, name), 'utf8');

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): string[] =>
  [...text.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  );

/** Links of a page that lead to no file, or to no heading of it. */
export function deadLinks(name: string): readonly string[] {
  const links = [...pageOf(name).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    const [file = '', anchor] = link.split('#');
    if (/^https?:/.test(file)) return false;
    const place = file === '' ? path.join(docs, name) : path.join(docs, path.dirname(name), file);
    if (!existsSync(place)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(place, 'utf8')).includes(anchor);
  });
}

export const linkCount = (name: string): number => [...pageOf(name).matchAll(/\]\(([^)\s]+)\)/g)].length;

/** Sections of the second level, by heading. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/^## (.+)\n([\s\S]*?)(?=^#{1,2} |(?![\s\S]))/gm);
  return new Map([...found].map(([, name = '', body = '']) => [name, body]));
}

type Verb = (typeof allVerbs)[number];

/** Commands of ours in a text that the command does not know, by verb and options. */
export function unknownCommands(text: string): readonly string[] {
  const commands = [...text.matchAll(/(?:^|`|\()(?:npx )?veltrix ([a-z][^`\n#|)]*)/gm)].map(
    ([, words = '']) => words,
  );
  return commands.filter((words) => !isKnown(words));
}

function isKnown(words: string): boolean {
  const [name, inner] = words.trim().split(/\s+/);
  const outer = verbs.find((verb) => verb.name === name);
  const verb: Verb | undefined = outer?.verbs?.find((each) => each.name === inner) ?? outer;
  if (!verb) return false;
  const known = [...(verb.options ?? []), ...commonOptions].flatMap(
    ([flags]) => flags.match(/--?[a-z-]+/g) ?? [],
  );
  const used = words.replace(/"[^"]*"/g, '').match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
  return used.every((flag) => known.includes(flag));
}

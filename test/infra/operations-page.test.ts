/** Every alarm leads to a section of the operations page, and every section of that kind belongs to an alarm. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { alarms } from '../../infra/parts/alarms.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const page = readFileSync(`${docs}operations.md`, 'utf8');

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

/** The text below a heading of the third level, up to the next heading. */
const sections = new Map(
  [...page.matchAll(/^### (.+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

describe('docs/operations.md', () => {
  it('has a section for each alarm, in the order in which they are declared, and for nothing else', () => {
    const environments = [{ application: 'shop', environment: 'staging' }];
    const declared = alarms('main', { environments, isRouted: true });
    expect([...sections.keys()]).toEqual(declared.map(({ name, section }) => section ?? name));
    expect(sections.size).toBeGreaterThanOrEqual(7);
  });

  it('says of each its cause, how to check it and its cure, with commands', () => {
    for (const [name, text] of sections) {
      const parts = [...text.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
      expect([name, parts]).toEqual([name, ['Cause', 'Check', 'Cure']]);
      expect([name, /(veltrix|aws) [a-z]/.test(text)]).toEqual([name, true]);
    }
  });

  it('begins with a quick reference of six lines', () => {
    const [, block = ''] = /^# Operations\n\n```\n([\s\S]*?)```/.exec(page) ?? [];
    expect(block.trim().split('\n')).toHaveLength(6);
  });

  it('leads nowhere that is not there', () => {
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      const [file = '', anchor] = link.split('#');
      const place = file === '' ? `${docs}operations.md` : path.join(docs, file);
      expect([link, existsSync(place)]).toEqual([link, true]);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(place, 'utf8'))).toContain(anchor);
    }
  });
});

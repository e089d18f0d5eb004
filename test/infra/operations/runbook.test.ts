/** Every alarm leads to a section of the runbook, and every section belongs to an alarm. */

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alarms } from '../../../infra/operations/alarms.js';
import { stageOf } from '../stages/synthesized.js';
import { deadLinks, linkCount, pageOf, sectionsOf, unknownCommands } from './pages.js';

const page = pageOf('runbook.md');
const [ofAlarms = '', ofRules = ''] = page.split('\n# Alerts of Prometheus alone\n');
const sections = sectionsOf(page);

const watched = [{ cluster: { application: 'shop', environment: 'staging' }, isRouted: true }];
/** With the alarms that a stage asks for. */
const stage = stageOf({ alarms: { reportsMissingMinutes: 5 } });
const declared = alarms(stage, watched).map(({ name, section }) => section ?? name);

interface Rule {
  readonly alert?: string;
  readonly annotations?: { readonly runbook?: string };
}
const rules: Rule[] = parse(pageOf('monitoring/rules.yml')).groups.flatMap(
  ({ rules: of }: { rules: Rule[] }) => of,
);

describe('docs/runbook.md', () => {
  it('has a section for each alarm, in the order in which they are declared', () => {
    expect([...sectionsOf(ofAlarms).keys()]).toEqual([...new Set(declared)]);
    expect(sectionsOf(ofAlarms).size).toBe(26);
  });

  it('has one for each alert of Prometheus, under the name of the alarm where there is one, and for nothing else', () => {
    const led = rules
      .filter(({ alert }) => alert !== undefined)
      .map(({ annotations }) => annotations?.runbook);
    const anchors = led.map((to) => /^docs\/runbook\.md#([a-z-]+)$/.exec(to ?? '')?.[1]);
    expect(anchors.filter((anchor) => anchor === undefined || !sections.has(anchor))).toEqual([]);
    const alone = anchors.filter((anchor) => anchor !== undefined && !declared.includes(anchor));
    expect([...sectionsOf(ofRules).keys()].sort()).toEqual(alone.sort());
  });

  it('begins each with six commands, and says impact, cause, check and cure', () => {
    for (const [name, text] of sections) {
      const [, block = ''] = /^\n```sh\n([\s\S]*?)```/.exec(text) ?? [];
      const lines = block.trimEnd().split('\n');
      expect([name, lines.length]).toEqual([name, 6]);
      for (const line of lines) expect(line).toMatch(/^(veltrix|aws|curl|url=\$\(aws) .+ {3}# \S/);
      const parts = [...text.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
      expect([name, parts]).toEqual([name, ['Impact', 'Cause', 'Check', 'Cure']]);
    }
  });

  it('says of each what its alarm says it means', () => {
    const own = alarms(stage, watched).filter(({ section }) => section === undefined);
    expect(own.length).toBeGreaterThan(15);
    for (const { name, impact } of own) expect(sections.get(name)).toContain(`**Impact.** ${impact}`);
  });

  it('names no command that there is not', () => {
    expect(unknownCommands(page)).toEqual([]);
    expect(unknownCommands('veltrix stauts app/env\n`veltrix nodes app/env --behnid`\n')).toHaveLength(2);
  });

  it('leads nowhere that is not there', () => {
    expect(linkCount('runbook.md')).toBeGreaterThan(20);
    expect(deadLinks('runbook.md')).toEqual([]);
  });
});

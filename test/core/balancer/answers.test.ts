import { describe, expect, it } from 'vitest';
import { type Answers, lineOf, nextAnswers } from '../../../core/balancer/answers.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { epochMs } from '../../../core/time.js';
import { type NodeFacts, record, startMs } from '../../control/in-memory-cloud.js';

const nobody: Answers = new Map();

function look(
  nodes: readonly (NodeFacts | NodeRecord)[],
  { before = nobody, drained = [] as readonly string[] } = {},
) {
  const records = nodes.map((each) => ('incarnation' in each ? each : record(each)));
  return nextAnswers(before, { records, drained: new Set(drained), now: epochMs(startMs) });
}

function answersOf(...asked: Parameters<typeof look>): Answers {
  const judged = look(...asked);
  if (judged.kind === 'suspect') throw new Error('it is suspect');
  return judged.answers;
}

const linesOf = (answers: Answers) =>
  Object.fromEntries([...answers].map(([node, answer]) => [node, lineOf(answer)]));

const silentAtMs = startMs - 40_000;

describe('answers', () => {
  it('say weights of those in service, and no new work for those that go', () => {
    const answers = answersOf(
      [
        { node: 'a', load: { capacity: 100 } },
        { node: 'b', load: { capacity: 50 } },
        { node: 'c', health: 'degraded', load: { capacity: 100 } },
        { node: 'd', health: 'draining' },
        { node: 'e', load: { capacity: 100 } },
        { node: 'f', health: 'starting' },
        { node: 'g', health: 'stopped' },
        { node: 'h', arrivedAtMs: silentAtMs },
      ],
      { drained: ['e'] },
    );
    expect(linesOf(answers)).toEqual({
      a: 'up 100%\n',
      b: 'up 50%\n',
      c: 'up 100%\n',
      d: 'up 0%\n',
      e: 'up 0%\n',
      f: 'down #starting\n',
      g: 'down #left\n',
      h: 'down #silent\n',
    });
  });

  it('say nothing of a weight where nothing is known', () => {
    expect(lineOf(undefined)).toBe('up\n');
  });

  it('go by what was measured rather than declared', () => {
    const load = { capacity: 100, unitsPerSecond: 25 };
    expect(
      linesOf(
        answersOf([
          { node: 'a', load },
          { node: 'b', load: { capacity: 100, unitsPerSecond: 100 } },
        ]),
      ),
    ).toMatchObject({ a: 'up 25%\n' });
  });

  it('believe no load of a life that has just begun', () => {
    const busy = { capacity: 100, load: 3 };
    const idle = (node: string) => ({ node, load: { capacity: 100, load: 0 } });
    const young = { ...record({ node: 'a', load: busy }), since: epochMs(startMs - 9_999) };
    expect(linesOf(answersOf([young, idle('b')]))).toMatchObject({ a: 'up 100%\n' });
    const older = { ...young, since: epochMs(startMs - 10_000) };
    expect(linesOf(answersOf([older, idle('b')]))).toMatchObject({ a: 'up 25%\n' });
  });

  it('give work back by degrees after a drain, and at once after silence: HAProxy starts that one slowly', () => {
    const both = [{ node: 'a' }, { node: 'b' }, { node: 'c' }];
    const drained = answersOf(both, { drained: ['a'] });
    expect(linesOf(answersOf(both, { before: drained }))).toMatchObject({ a: 'up 50%\n', b: 'up 100%\n' });
    const silent = answersOf([{ node: 'a', arrivedAtMs: silentAtMs }, { node: 'b' }, { node: 'c' }]);
    expect(linesOf(silent)).toMatchObject({ a: 'down #silent\n' });
    expect(linesOf(answersOf(both, { before: silent }))).toMatchObject({ a: 'up 100%\n' });
  });

  it('keep calling a node gone whose record is deleted, since its address may be another’s by then', () => {
    const before = answersOf([{ node: 'a', health: 'stopped' }, { node: 'b' }]);
    expect(linesOf(answersOf([{ node: 'b' }], { before }))).toEqual({ a: 'down #left\n', b: 'up 100%\n' });
    expect(linesOf(answersOf([{ node: 'a' }, { node: 'b' }], { before }))).toEqual({
      a: 'up 100%\n',
      b: 'up 100%\n',
    });
  });

  it('are not changed where more than half of the fleet looks dead', () => {
    const quiet = (node: string) => ({ node, arrivedAtMs: silentAtMs });
    expect(look([{ node: 'a' }, quiet('b'), quiet('c')])).toEqual({ kind: 'suspect', silent: 2, of: 3 });
    expect(look([{ node: 'a' }, quiet('b')])).toMatchObject({ kind: 'answers' });
    expect(look([{ node: 'a', health: 'stopped' }])).toEqual({ kind: 'suspect', silent: 0, of: 0 });
  });
});

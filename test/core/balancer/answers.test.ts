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

  const quiet = (node: string, agoMs = 40_000) => ({ node, arrivedAtMs: startMs - agoMs });
  const five = ['b', 'c', 'd', 'e', 'f'];

  it('are not changed where five and more than half of the fleet look dead, or all', () => {
    const before = answersOf([{ node: 'a' }, ...five.map((node) => ({ node }))]);
    const judged = look([{ node: 'a' }, ...five.map((node) => quiet(node))], { before });
    expect(judged).toEqual({ kind: 'suspect', answers: before, silent: 5, of: 6 });
    expect(look([quiet('a', 61_000), quiet('b', 61_000)])).toMatchObject({
      kind: 'suspect',
      silent: 2,
      of: 2,
    });
    expect(look([{ node: 'a', health: 'stopped' }])).toMatchObject({ kind: 'suspect', silent: 0, of: 0 });
    const alive = ['v', 'w', 'x', 'y', 'z'].map((node) => ({ node }));
    expect(look([...alive, ...five.map((node) => quiet(node))])).toMatchObject({ kind: 'answers' });
  });

  it('say who is dead in a small fleet, though it is most of it', () => {
    expect(linesOf(answersOf([{ node: 'a' }, ...five.slice(1).map((node) => quiet(node))]))).toEqual({
      a: 'up 100%\n',
      ...Object.fromEntries(five.slice(1).map((node) => [node, 'down #silent\n'])),
    });
  });

  it('go on after a quarter of an hour: who is silent for so long, while others report, is gone', () => {
    const at = (agoMs: number) => look([{ node: 'a' }, ...five.map((node) => quiet(node, agoMs))]);
    expect(at(15 * 60_000).kind).toBe('suspect');
    expect(at(15 * 60_000 + 1).kind).toBe('answers');
    expect(look(five.map((node) => quiet(node, 16 * 60_000))).kind).toBe('suspect');
  });

  it('take a person’s drain at once, though the measurement is suspect', () => {
    const before = answersOf([{ node: 'a' }, ...five.map((node) => ({ node })), quiet('gone')]);
    const silent = [{ node: 'a' }, ...five.map((node) => quiet(node)), quiet('gone')];
    const judged = look(silent, { before, drained: ['a', 'c', 'gone'] });
    expect(judged.kind).toBe('suspect');
    expect(linesOf(judged.answers)).toEqual({
      ...linesOf(before),
      a: 'up 0%\n',
      c: 'up 0%\n',
      gone: 'down #silent\n',
    });
  });
});

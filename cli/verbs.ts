/**
 * Every verb with its arguments, options and examples: all that `--help` needs. What a verb does is loaded when it is
 * used, so that asking for help costs nothing.
 */

import type { Runnable } from './command.js';
import { drill, local } from './local-verbs.js';

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** `<required>` or `[optional]`, with what it means. */
  readonly arguments?: readonly (readonly [name: string, about: string])[];
  readonly options?: readonly (readonly [flags: string, about: string])[];
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** Absent for a verb that only groups others. */
  readonly load?: () => Promise<Runnable>;
  readonly verbs?: readonly Verb[];
}

const addressAbout = 'application/environment/profile, or as much of it as is meant';

const whyOption = ['-m, --message <why>', 'why, in one sentence'] as const;

const queue: readonly Verb[] = [
  {
    name: 'release',
    summary: 'Let what is held go on when its turn comes',
    arguments: [['<address>', 'application/environment/profile']],
    options: [whyOption],
    examples: [
      [
        'veltrix queue release treasure-hunt/production/limits -m "the cause was another"',
        'after a rollback',
      ],
    ],
    load: async () => (await import('./commands/act/queue.js')).queueRelease,
  },
  {
    name: 'drop',
    summary: 'Take what waits out of the queue',
    arguments: [['<address>', 'application/environment/profile']],
    options: [whyOption],
    examples: [['veltrix queue drop treasure-hunt/production/limits -m "no longer needed"', 'for good']],
    load: async () => (await import('./commands/act/queue.js')).queueDrop,
  },
];

export const verbs: readonly Verb[] = [
  {
    name: 'dev',
    summary: 'Local AWS, deployed stacks, published sample and a fleet of nodes, live',
    options: [
      ['--port <port>', 'port of the local AWS; 0 takes any free one (default: 4600)'],
      ['--speed <factor>', "hasten AppConfig's rollouts and bakes (default: 60)"],
      ['--nodes <count>', 'sample nodes to start (default: 20)'],
      ['--once', 'change a value, wait until every node holds it, then end'],
    ],
    examples: [
      ['veltrix dev', 'then edit config/treasure-hunt/gameplay.staging.yaml and publish it'],
      ['veltrix dev --once --nodes 5', 'the whole story as a check, in a script'],
    ],
    load: async () => (await import('./commands/dev.js')).dev,
  },
  {
    name: 'demo',
    summary: 'A story that plays by itself on this machine, and fails where it does not hold',
    arguments: [['<name>', 'bad-version: a version that hurts undoes itself']],
    options: [
      ['--nodes <count>', 'sample nodes to start (default: as the demo says)'],
      ['--port <port>', 'port of the local AWS (default: any free one)'],
    ],
    examples: [['veltrix demo bad-version', 'see it rolled back, by what evidence, and refused afterwards']],
    load: async () => (await import('./commands/demo.js')).demo,
  },
  {
    name: 'local',
    summary: 'The local AWS on its own: up, deploy, down',
    examples: [
      ['veltrix local up', 'serve a local AWS'],
      ['veltrix local deploy', 'deploy the stacks to it'],
    ],
    verbs: local,
  },
  {
    name: 'drill',
    summary: 'See what happens when AWS is sick: breaks the local AWS, never a real one',
    examples: [
      ['veltrix drill', 'what is broken on purpose now'],
      ['veltrix drill outage dynamodb --for 5m', 'then: veltrix status --watch'],
    ],
    load: async () => (await import('./commands/local-aws/drill.js')).drill,
    verbs: drill,
  },
  {
    name: 'check',
    summary: 'Hold every file against its schema, without AWS',
    arguments: [['[application]', 'only this application']],
    examples: [
      ['veltrix check', 'all applications'],
      ['veltrix check treasure-hunt --json', 'one, for a script'],
    ],
    load: async () => (await import('./commands/act/check.js')).check,
  },
  {
    name: 'plan',
    summary: 'What a publish would change, for whom, and at what price',
    arguments: [['<address>', 'application/environment, or one profile of it']],
    options: [['--strategy <name>', 'plan for this rollout strategy']],
    examples: [
      ['veltrix plan treasure-hunt/staging', 'every profile of staging'],
      ['veltrix plan treasure-hunt/staging/gameplay', 'one profile'],
    ],
    load: async () => (await import('./commands/act/plan.js')).plan,
  },
  {
    name: 'publish',
    summary: 'Publish the file of one profile to one environment',
    arguments: [['<address>', 'application/environment/profile']],
    options: [
      ['-m, --message <why>', 'why, in one sentence; kept with the version'],
      ['--strategy <name>', 'immediate, linear-50, linear-20 or canary-10 (default: as the stage says)'],
      ['--expect <version>', 'only if exactly this version is deployed (0: none)'],
      ['--queue', 'wait for its turn where the environment is busy'],
      ['--after <environment>', 'only if application/environment runs its own file, and is well'],
      ['--force', 'also what was rolled back within the hour; -m says why'],
      ['--wait', 'until every live node holds it'],
      ['--timeout <duration>', 'how long to wait: 90s, 15m (default: 45m)'],
    ],
    examples: [
      ['veltrix publish treasure-hunt/staging/gameplay -m "shorter cool-down"', 'under the default strategy'],
      ['veltrix publish treasure-hunt/staging/limits -m "more room" --wait', 'and see it arrive'],
      [
        'veltrix publish treasure-hunt/production/limits -m "room" --after treasure-hunt/staging',
        'once staging has shown that it does no harm',
      ],
      [
        'veltrix publish treasure-hunt/production/limits -m "stop the queue" --strategy immediate --yes',
        'at once, without being asked',
      ],
    ],
    load: async () => (await import('./commands/act/publish.js')).publish,
  },
  {
    name: 'rollback',
    summary: 'Undo what is on its way or deployed, and see it undone',
    arguments: [['<address>', 'application/environment/profile']],
    options: [
      ['--to <version>', 'back to this one (default: the one before)'],
      whyOption,
      ['--stop-other', "stop another profile's rollout that is in the way; rolls it back"],
      ['--no-wait', 'do not wait until the nodes prove it'],
      ['--timeout <duration>', 'how long to wait: 90s, 5m (default: 10m)'],
    ],
    examples: [
      ['veltrix rollback treasure-hunt/production/limits', 'shows what comes back, then asks'],
      ['veltrix rollback treasure-hunt/production/limits -m "errors doubled" --yes', 'in a script'],
      ['veltrix rollback treasure-hunt/production/limits --to 12', 'further back'],
    ],
    load: async () => (await import('./commands/act/rollback.js')).rollback,
  },
  {
    name: 'queue',
    summary: 'What waits for its turn in an environment, and why something is held',
    arguments: [['<address>', 'application/environment']],
    examples: [
      ['veltrix queue treasure-hunt/production', 'in the order of the turns'],
      ['veltrix queue drop treasure-hunt/production/limits -m "no longer needed"', 'take one out'],
    ],
    load: async () => (await import('./commands/act/queue.js')).queue,
    verbs: queue,
  },
  {
    name: 'status',
    summary: 'What is deployed, what is on its way, and who holds it',
    arguments: [['[address]', addressAbout]],
    options: [['--watch', 'stay and follow']],
    examples: [
      ['veltrix status', 'everything'],
      ['veltrix status treasure-hunt/staging --watch', 'follow a rollout'],
    ],
    load: async () => (await import('./commands/see/status.js')).status,
  },
  {
    name: 'nodes',
    summary: 'The nodes of one environment, and why one is left behind',
    arguments: [
      ['<address>', 'application/environment'],
      ['[node]', 'one node, with everything it holds'],
    ],
    options: [['--behind', 'only nodes that do not hold what they are meant to']],
    examples: [
      ['veltrix nodes treasure-hunt/staging', 'all of them'],
      ['veltrix nodes treasure-hunt/staging --behind', 'who is left, and why'],
      ['veltrix nodes treasure-hunt/staging node-3', 'one of them'],
    ],
    load: async () => (await import('./commands/see/nodes.js')).nodes,
  },
  {
    name: 'load',
    summary: 'How work lies on the nodes of one environment, what is hot, and why',
    arguments: [['<address>', 'application/environment']],
    options: [['--watch', 'stay and follow']],
    examples: [
      ['veltrix load treasure-hunt/staging', 'bars, hottest partitions and keys, moves'],
      ['veltrix load treasure-hunt/staging --watch', 'see it even out'],
    ],
    load: async () => (await import('./commands/see/load.js')).load,
  },
  {
    name: 'drain',
    summary: 'Keep work away from a node for a time; without one, say which are drained',
    arguments: [
      ['<address>', 'application/environment'],
      ['[node]', 'the node, as load and nodes name it'],
    ],
    options: [
      ['--for <duration>', 'over by itself then: 1m to 1d (default: 30m)'],
      whyOption,
      ['--force', 'also where the others have no room for its work'],
      ['--no-wait', 'do not wait until others have taken its partitions'],
      ['--timeout <duration>', 'how long to wait: 30s, 2m (default: 1m)'],
    ],
    examples: [
      ['veltrix drain treasure-hunt/production node-7 --for 30m -m "melting"', 'work goes elsewhere'],
      ['veltrix drain treasure-hunt/production', 'which are drained, and were lately'],
    ],
    load: async () => (await import('./commands/act/drain.js')).drain,
  },
  {
    name: 'undrain',
    summary: 'Let a drained node have work again',
    arguments: [
      ['<address>', 'application/environment'],
      ['<node>', 'the node'],
    ],
    options: [whyOption],
    examples: [['veltrix undrain treasure-hunt/production node-7 -m "new disk"', 'before its time']],
    load: async () => (await import('./commands/act/drain.js')).undrain,
  },
  {
    name: 'agent-check',
    summary: "Answer HAProxy's agent checks for the nodes of one environment",
    arguments: [['<address>', 'application/environment']],
    options: [
      ['--port <port>', 'port to listen on; 0 takes any free one (default: 9707)'],
      ['--host <host>', 'address to listen on (default: 127.0.0.1)'],
      ['--print-config', 'print a backend for haproxy.cfg, and end'],
    ],
    examples: [
      ['veltrix agent-check treasure-hunt/staging', 'until Ctrl-C'],
      ['veltrix agent-check treasure-hunt/staging --print-config', 'what HAProxy needs for it'],
    ],
    load: async () => (await import('./commands/see/agent-check.js')).agentCheck,
  },
  {
    name: 'get',
    summary: 'The value of a version',
    arguments: [
      ['<address>', 'application/environment/profile, with @version for another than the deployed'],
    ],
    examples: [
      ['veltrix get treasure-hunt/staging/limits', 'the deployed value'],
      ['veltrix get treasure-hunt/staging/limits@3 > limits.yaml', 'an earlier one, as a file'],
    ],
    load: async () => (await import('./commands/see/get.js')).get,
  },
  {
    name: 'diff',
    summary: 'What differs between two versions',
    arguments: [
      ['<from>', 'an address, with @version for another than the deployed'],
      ['<to>', 'another one'],
    ],
    examples: [
      ['veltrix diff treasure-hunt/staging/gameplay@3 treasure-hunt/staging/gameplay', 'since version 3'],
      ['veltrix diff treasure-hunt/production/limits treasure-hunt/staging/limits', 'between environments'],
    ],
    load: async () => (await import('./commands/see/diff.js')).diff,
  },
  {
    name: 'history',
    summary: 'Every change of configuration, newest first',
    arguments: [['[address]', addressAbout]],
    options: [['--since <duration>', 'only as far back: 30m, 2h, 3d']],
    examples: [
      ['veltrix history --since 2h', 'was it configuration?'],
      ['veltrix history treasure-hunt/production', 'the last changes of production'],
    ],
    load: async () => (await import('./commands/see/history.js')).history,
  },
  {
    name: 'trace',
    summary: 'The whole way of one deployment, from the commit to the nodes',
    arguments: [
      ['<address>', 'application/environment'],
      ['<number>', "the deployment's number, as history and status say it"],
    ],
    examples: [
      ['veltrix trace treasure-hunt/production 18', 'each step with its time, and what is not known'],
      ['veltrix trace treasure-hunt/production 18 --json', 'for a post-mortem'],
    ],
    load: async () => (await import('./commands/see/trace.js')).trace,
  },
  {
    name: 'events',
    summary: 'Change events, as consumers receive them',
    arguments: [['[address]', addressAbout]],
    options: [['--follow', 'stay and show further ones']],
    examples: [
      ['veltrix events treasure-hunt/staging', 'those the stream still holds'],
      ['veltrix events --follow --json', 'one CloudEvent a line'],
    ],
    load: async () => (await import('./commands/see/events.js')).events,
  },
];

/** Options that every verb has. */
export const commonOptions: readonly (readonly [flags: string, about: string])[] = [
  ['--stage <name>', 'the stage to talk to (default: main)'],
  ['--json', 'print data for programs'],
  ['--yes', 'never ask'],
];

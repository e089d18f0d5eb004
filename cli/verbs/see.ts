/** What only looks. */

import { addressAbout, type Verb } from './verb.js';

export const seeingVerbs: readonly Verb[] = [
  {
    name: 'status',
    summary: 'What is deployed, what is on its way, and who holds it',
    arguments: [['[address]', addressAbout]],
    options: [['--watch', 'stay and follow']],
    examples: [
      ['veltrix status', 'everything'],
      ['veltrix status treasure-hunt/staging --watch', 'follow a rollout'],
    ],
    load: async () => (await import('../commands/see/status.js')).status,
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
    load: async () => (await import('../commands/see/nodes.js')).nodes,
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
    load: async () => (await import('../commands/see/load.js')).load,
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
    load: async () => (await import('../commands/see/get.js')).get,
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
    load: async () => (await import('../commands/see/diff.js')).diff,
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
    load: async () => (await import('../commands/see/history.js')).history,
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
    load: async () => (await import('../commands/see/trace.js')).trace,
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
    load: async () => (await import('../commands/see/events.js')).events,
  },
  {
    name: 'doctor',
    summary: 'Everything that may be wrong, why, and what to do',
    arguments: [['[address]', 'application, or application/environment (default: all)']],
    examples: [
      ['veltrix doctor', 'the stage and every environment'],
      ['veltrix doctor treasure-hunt/production', 'the stage and one environment'],
    ],
    load: async () => (await import('../commands/see/doctor.js')).doctor,
  },
  {
    name: 'cost',
    summary: 'Dollars a month, with the arithmetic',
    arguments: [['[address]', 'application/environment: its own fleet is what is counted']],
    options: [
      ['--nodes <count>', 'nodes (default: those that are live)'],
      ['--profiles <count>', 'profiles that each polls (default: those of the application, or 1)'],
      ['--poll <duration>', 'how often a node polls each profile (default: 60s)'],
      ['--report <duration>', 'how often a node reports (default: as they do, or 5s)'],
      ['--changes <count>', 'versions of each profile a day (default: as in the last week, or 10)'],
      ['--partitions <count>', 'partitions of shared-out work (default: as in its table, or none)'],
    ],
    examples: [
      ['veltrix cost treasure-hunt/production', 'what this fleet costs, as it is'],
      ['veltrix cost treasure-hunt/production --nodes 5000', 'if it grew'],
      ['veltrix cost --nodes 1000 --poll 30s --changes 4', 'without AWS'],
    ],
    load: async () => (await import('../commands/see/cost.js')).cost,
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
    load: async () => (await import('../commands/see/agent-check.js')).agentCheck,
  },
];

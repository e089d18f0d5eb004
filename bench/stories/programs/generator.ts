/**
 * The load generator: a process of its own, the same for both designs of a story. `/drive?plan=…` answers with the outcome;
 * `/routed?nodes=…` when the router, where it has a cluster to route in, knows so many nodes and an owner for each key.
 */

import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { partitionOf } from '../../../core/routing/partitions.js';
import { drive, type Send } from '../load/drive.js';
import { HttpDoor } from '../load/http-door.js';
import { type Plan, planSchema } from '../load/plan.js';
import { connectRouter, routedSender, untilRouted } from '../load/routed-sender.js';
import { type Answer, serve } from '../parts/serve.js';

const cluster = treasureHunt.environments.find((environment) => environment === process.env['CLUSTER']);
const node = cluster && (await connectRouter(cluster));

await serve((url, answer) => {
  if (url.pathname === '/routed') {
    if (node) void untilRouted(node, Number(url.searchParams.get('nodes'))).then(answerRouted(answer));
    return;
  }
  const plan = planSchema.parse(JSON.parse(url.searchParams.get('plan') ?? ''));
  const doors = new Map<number, HttpDoor>();
  const doorOf = (port: number): HttpDoor => {
    const door = doors.get(port) ?? new HttpDoor(port);
    doors.set(port, door);
    return door;
  };
  void drive(plan, senderOf(plan, doorOf)).then((outcome) => {
    for (const door of doors.values()) door.close();
    answer(200, JSON.stringify(outcome));
  });
});

const answerRouted = (answer: Answer) => (missing: string | undefined) =>
  missing === undefined ? answer(200, '{}') : answer(503, missing);

function senderOf({ target, timeoutMs }: Plan, doorOf: (port: number) => HttpDoor): Send {
  switch (target.kind) {
    case 'one':
      return ({ path }, told) => doorOf(target.port).send(path, told);
    case 'hash':
      return ({ path, key }, told) =>
        doorOf(target.ports[partitionOf(key, target.ports.length)] ?? 0).send(path, told);
    case 'router':
      if (!node) throw new Error('the generator was given no cluster');
      return routedSender(node, { doorOf, keyed: target.keyed, timeoutMs });
  }
}

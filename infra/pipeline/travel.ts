/** The way of a change through the environments of all applications. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';

/** As much of an application as decides the way of its changes. */
export interface Travelling {
  readonly name: string;
  /** In the order in which a change travels. */
  readonly environments: readonly string[];
}

/** One environment of one application, and the one that a change goes through before. */
export interface Stop {
  readonly cluster: ClusterAddress;
  /** Absent for the first. */
  readonly after?: ClusterAddress;
}

/** What is done at the same point of the way. */
export interface Leg {
  readonly environment: string;
  readonly stops: readonly Stop[];
  /** Nothing goes before it: it is where changes are tried. */
  readonly isFirst: boolean;
}

/**
 * The environments that a stage holds, in an order that is every application's own.
 * @throws UsageError when two applications have the same environments in different orders.
 */
export function travel(applications: readonly Travelling[], held: readonly string[]): readonly Leg[] {
  return ordered(applications)
    .filter((environment) => held.includes(environment))
    .map((environment) => legOf(environment, applications))
    .filter(({ stops }) => stops.length > 0);
}

function legOf(environment: string, applications: readonly Travelling[]): Leg {
  const stops = applications.flatMap(({ name, environments }) => {
    const before = environments[environments.indexOf(environment) - 1];
    if (!environments.includes(environment)) return [];
    const cluster = { application: name, environment };
    return [
      before === undefined ? { cluster } : { cluster, after: { application: name, environment: before } },
    ];
  });
  return { environment, stops, isFirst: stops.every(({ after }) => after === undefined) };
}

function ordered(applications: readonly Travelling[]): readonly string[] {
  let open = applications.map(({ environments }) => [...environments]);
  const order: string[] = [];
  while (open.some((environments) => environments.length > 0)) {
    const next = open.map(([first]) => first).find((name) => name !== undefined && isFree(name, open));
    if (next === undefined) throw crossed(applications);
    order.push(next);
    open = open.map((environments) => environments.filter((name) => name !== next));
  }
  return order;
}

/** No application has another environment before it still. */
const isFree = (name: string, open: readonly (readonly string[])[]): boolean =>
  open.every((environments) => environments.indexOf(name) <= 0);

function crossed(applications: readonly Travelling[]): UsageError {
  const orders = applications
    .map(({ name, environments }) => `${name}: ${environments.join(', ')}`)
    .join('; ');
  return new UsageError(
    `One pipeline cannot follow applications whose environments are in different orders (${orders})`,
    {
      hint: 'Write their environments in one order.',
    },
  );
}

/** `treasure-hunt/production --after treasure-hunt/staging`, as ci/publish.sh takes it. */
export const publishWords = ({ cluster, after }: Stop): string =>
  [formatCluster(cluster), ...(after ? ['--after', formatCluster(after)] : [])].join(' ');

/** What a demo shows of what happened: the guard's figures, and the change events. */

import type { Cloud } from '../../control/cloud.js';
import { events } from '../../control/see/events.js';
import { status as readStatus, type UndoneVersion } from '../../control/see/status/status.js';
import { type Address, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import type { SignalReport } from '../../core/guard/report.js';
import { expectThat } from './demo.js';

type Compared = SignalReport & { readonly figures: NonNullable<SignalReport['figures']> };

/**
 * The verdict in words, and both arms of each comparison that spoke against the version. The guard answers AppConfig within two
 * seconds, whether or not its report is kept by then: on a busy machine AppConfig's log is all there is, with the same counts.
 * @throws DemoFailed where neither has them.
 */
export async function describeEvidence(
  cloud: Cloud,
  where: ProfileAddress,
  undone: UndoneVersion,
): Promise<readonly string[]> {
  const { profiles } = await readStatus(cloud, where);
  const guard = profiles.find(({ address }) => address === formatProfile(where))?.guard;
  const against = guard?.verdict === 'unhealthy' ? guard.signals.filter(speaksAgainst) : [];
  if (guard && against.length > 0) return [guard.summary, ...against.map(inFigures)];
  const isCounted = /unhealthy: .*\d+ requests.* evidence /.test(undone.why);
  expectThat(isCounted, 'the counts of both arms', undone.why || 'none');
  return [undone.why];
}

const speaksAgainst = (signal: SignalReport): signal is Compared =>
  signal.figures !== undefined && signal.level === 'bad';

/** `errors: with it 41 of 3,020 requests (1.36 %), without 6 of 27,900 (0.02 %); evidence 4,700, needed 100`. */
function inFigures({ signal, figures }: Compared): string {
  const { tested, previous, evidence, neededEvidence } = figures;
  const strength = `evidence ${number(Math.round(evidence))}, needed ${number(neededEvidence)}`;
  return `${signal}: with it ${share(tested)}, without ${share(previous)}; ${strength}`;
}

const share = ({ bad, requests }: { bad: number; requests: number }): string =>
  `${number(bad)} of ${number(requests)} requests (${((100 * bad) / Math.max(requests, 1)).toFixed(2)} %)`;

const number = (value: number): string => value.toLocaleString('en');

export interface EventsQuestion {
  readonly address: Address;
  /** The last part of the type that ends it: `rolled-back`. */
  readonly last: string;
  readonly timeoutMs: number;
}

/** What the stream told of a version, up to the event that ends it or as far as it came in time. */
export async function eventsUntil(cloud: Cloud, question: EventsQuestion): Promise<readonly ChangeEvent[]> {
  const { address, last, timeoutMs } = question;
  const enough = new AbortController();
  void cloud.wait(timeoutMs, enough.signal).then(() => enough.abort());
  const received: ChangeEvent[] = [];
  for await (const event of events(cloud, { address, follow: true, signal: enough.signal })) {
    received.push(event);
    if (event.type.endsWith(`.${last}`)) break;
  }
  enough.abort();
  return received;
}

/** `12:00:07.123  progressed 20 %`. */
export const describeEvents = (received: readonly ChangeEvent[]): readonly string[] =>
  received.map(({ time, type, data }) => {
    const what = type.replace('dev.veltrix.deployment.', '');
    const share = data.percentage === undefined ? '' : ` ${data.percentage} %`;
    return `${time.slice(11, 23)}  ${what}${share}`;
  });

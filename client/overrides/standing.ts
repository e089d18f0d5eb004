/** What a person wants of one profile, and what of it is in force. */

import { describeProblem } from '../../core/errors.js';
import type { OverrideReport } from '../../core/fleet/node-reports.js';
import type { Profile } from '../../core/profiles.js';
import { secretsIn } from '../../core/secrets/secrets-in.js';
import type { NodeClock } from '../clock.js';
import { deepFreeze } from '../profiles/deep-freeze.js';
import type { BaseValue, InForce, Layer } from '../profiles/in-force.js';
import { reasonMaxChars } from '../profiles/poll-state.js';
import type { SafeLog } from '../safe-log.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Override } from './override-file.js';

export interface StandingDeps {
  readonly profile: Profile;
  readonly inForce: InForce;
  readonly secrets: Secrets;
  readonly clock: NodeClock;
  readonly log: SafeLog;
  /** Called after an override came, went, or was refused. */
  readonly onChanged: () => void;
}

export class Standing implements Layer {
  readonly #deps: StandingDeps;
  /** The newest wish that could be read, and the one in force. */
  #wanted: Override | undefined;
  #applied: Override | undefined;
  /** Why the newest wish does not suit the value. */
  #misfit: string | undefined;
  /** Why nobody knows what the file wants now. */
  #unreadable: string | undefined;
  #told: string | undefined;

  constructor(deps: StandingDeps) {
    this.#deps = deps;
    deps.inForce.layer = this;
  }

  rebase(): void {
    this.#misfit = undefined;
    this.#settle('newBase');
  }

  /** What the file wants; undefined: nothing. A wish that does not suit leaves in force what was, until its own end. */
  want(override: Override | undefined): void {
    this.#unreadable = undefined;
    if (override?.key !== this.#wanted?.key) {
      this.#wanted = override;
      this.#misfit = undefined;
    }
    this.#settle();
  }

  /** What the file wants cannot be known: what was in force stays, until its own end. */
  refuse(reason: string): void {
    this.#unreadable = reason;
    this.#settle();
  }

  /** Undefined where nobody wants anything. */
  state(): OverrideReport | undefined {
    const refused = this.#unreadable ?? this.#misfit;
    if (!this.#applied && refused === undefined) return undefined;
    const { paths, until, reason } = this.#applied ?? { paths: [] };
    return {
      paths: [...paths],
      ...(until !== undefined && reason !== undefined && { until, reason }),
      ...(refused !== undefined && { refused: refused.slice(0, reasonMaxChars) }),
    };
  }

  #settle(because?: 'newBase'): void {
    const { inForce } = this.#deps;
    if (!inForce.base) return;
    const chosen = this.#choose(inForce.base, because);
    if (because || chosen?.override !== this.#applied) {
      this.#applied = chosen?.override;
      inForce.put(chosen);
    }
    this.#tell();
  }

  /** The newest wish where it suits, else the one in force where it is not over. */
  #choose(base: BaseValue, because: 'newBase' | undefined): Chosen | undefined {
    const isKnown = this.#unreadable === undefined;
    if (isKnown && !this.#wanted) return undefined;
    const applied = this.#applied;
    const kept = applied && applied.untilMs > this.#deps.clock.now() ? applied : undefined;
    const wish = isKnown && this.#misfit === undefined ? this.#wanted : undefined;
    for (const override of new Set([wish, kept])) {
      if (!override) continue;
      if (override === applied && !because) return { override, value: undefined };
      const made = this.#over(override, base);
      if (made.ok) return { override, value: made.value };
      if (override === wish) this.#misfit = made.why;
    }
    return undefined;
  }

  #over(override: Override, base: BaseValue): Made {
    const { profile, secrets } = this.#deps;
    const checked = override.over(profile, base.content());
    if (!checked.ok) return { ok: false, why: checked.problems.map(describeProblem).join('; ') };
    const { keeper } = secrets;
    const failure = keeper ? keeper.fill(checked.value)?.reason : secretsIn(checked.value)[0]?.reference;
    if (failure !== undefined)
      return { ok: false, why: `${failure}: an override names only secrets that are held already` };
    return { ok: true, value: deepFreeze(checked.value) };
  }

  #tell(): void {
    const state = this.state();
    const told = state && JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    const { profile, log, onChanged } = this.#deps;
    if (!state) log('info', `${profile.name}: no override is in force any more`, {});
    else if (state.refused !== undefined)
      log('error', `${profile.name}: an override is refused: ${state.refused}`, { ...state });
    else
      log('warn', `${profile.name}: ${state.paths.join(', ')} overridden until ${state.until}`, { ...state });
    onChanged();
  }
}

interface Chosen {
  readonly override: Override;
  /** Absent where it is in force already. */
  readonly value: unknown;
}

type Made = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

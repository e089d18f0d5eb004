/** All profiles of one node, with what they share: secrets, and the file of overrides. */

import type { Application, Profile } from '../../core/profiles.js';
import type { NodeDeps } from '../default-deps.js';
import type { Settings } from '../options.js';
import { watchOverrides } from '../overrides/override-watch.js';
import { LabelCounters } from '../reports/label-counters.js';
import type { SafeLog } from '../safe-log.js';
import { createSecrets, type Secrets } from '../secrets/secrets.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { LiveProfile } from './live-profile.js';
import { type Pace, paceOf } from './pace.js';

export interface NodeProfilesDeps
  extends Pick<NodeDeps, 'clock' | 'random' | 'sessions' | 'disk' | 'secrets' | 'overrides'> {
  readonly application: Application;
  readonly settings: Settings;
  readonly node: string;
  readonly log: SafeLog;
  /** Absent: nobody measures. */
  readonly telemetry: Telemetry | undefined;
  /** Called after anything about a profile may have changed. */
  readonly onChanged: () => void;
}

export class NodeProfiles {
  readonly all: readonly LiveProfile[];
  readonly #deps: NodeProfilesDeps;
  readonly #pace: Pace;
  readonly #secrets: Secrets;
  readonly #watch: ReturnType<typeof watchOverrides> | undefined;

  constructor(deps: NodeProfilesDeps) {
    const { application, settings, overrides: source, secrets: values } = deps;
    this.#deps = deps;
    this.#pace = paceOf(settings.poll.intervalSeconds);
    this.#secrets = createSecrets({
      ...deps,
      values,
      intervalMs: settings.secrets.intervalSeconds * 1000,
      profiles: () => this.all,
    });
    this.all = application.profiles.map((profile) => this.#liveProfile(profile));
    this.#watch = source && watchOverrides({ ...deps, source, secrets: this.#secrets, profiles: this.all });
  }

  /** Takes up what the disk holds, with what a person wants over it. Never rejects. */
  async restore(): Promise<void> {
    await this.#watch?.start();
    const { disk: files } = this.#deps;
    if (!files) return;
    const { restore } = await import('../disk/restore.js');
    await restore(this.all, { ...this.#deps, files, pace: this.#pace });
  }

  /** Asks AppConfig, in the background. */
  start(): void {
    for (const profile of this.all) profile.start();
  }

  /** Where the file of overrides is looked for. */
  overrideFile(): string | undefined {
    return this.#deps.overrides?.place;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#watch?.close();
    await Promise.all(this.all.map((profile) => profile.close()));
    this.#secrets.close();
  }

  #liveProfile(profile: Profile): LiveProfile {
    const { application, settings, sessions, telemetry } = this.#deps;
    const { environment } = settings;
    const live = new LiveProfile({
      ...this.#deps,
      profile,
      address: { application: application.name, environment, profile: profile.name },
      pace: this.#pace,
      counters: new LabelCounters(),
      secrets: this.#secrets,
      sessions: telemetry?.sessions(profile.name, sessions) ?? sessions,
    });
    live.config.onChange(() => telemetry?.changed(profile.name));
    return live;
  }
}

/** Where a service keeps its last good values when nobody chose a place: a folder of its user. */

import path from 'node:path';

export interface StateFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absent when there is none in which this user can keep something. */
  readonly home: string | undefined;
  /** The system's temporary directory. */
  readonly temporary: string;
  /** Absent where the system has no numbers for users; then `temporary` is the user's own. */
  readonly userId: number | undefined;
}

export interface StateDirectory {
  readonly directory: string;
  /** The part of it that lies where everyone may write; it must be this user's alone as well. */
  readonly within?: string;
}

/**
 * What systemd made for the service (systemd.exec(5): `STATE_DIRECTORY`, several are separated by colons), else the user's
 * state directory (XDG Base Directory Specification 0.8; it has relative paths ignored), else a folder by the user's number.
 */
export function stateDirectory({ environment, home, temporary, userId }: StateFacts): StateDirectory {
  const given = environment['STATE_DIRECTORY']?.split(path.delimiter)[0] ?? '';
  if (path.isAbsolute(given)) return { directory: given };
  const stateHome = environment['XDG_STATE_HOME'] ?? '';
  if (path.isAbsolute(stateHome)) return { directory: path.join(stateHome, 'veltrix') };
  if (home !== undefined) return { directory: path.join(home, '.local', 'state', 'veltrix') };
  const directory = path.join(temporary, userId === undefined ? 'veltrix' : `veltrix-${userId}`);
  return { directory, within: directory };
}

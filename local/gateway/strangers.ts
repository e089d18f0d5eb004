/**
 * Who may speak to this local AWS: programs of this machine. A web page must not, since what is asked here can run code. A
 * foreign Host is DNS rebinding; an Origin is a browser speaking for a page, whatever the page put into path or query.
 */
import type { HttpRequest } from '../kernel/aws.js';

const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Why a request is refused; undefined when it is not. `readable`: a page may ask with GET, whose answer it cannot read. */
export function refusalOfStranger(
  request: HttpRequest,
  { readable }: { readable: boolean },
): string | undefined {
  const host = request.headers['host'] ?? '';
  if (!loopbackHost.test(host)) return `Host '${host}' is not this machine: use 127.0.0.1 or localhost`;
  const fromPage = request.headers['origin'] !== undefined;
  if (fromPage && !(readable && request.method === 'GET')) return 'A web page may not use the local AWS';
  return undefined;
}

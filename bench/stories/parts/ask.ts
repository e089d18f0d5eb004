/** One request of a service to another, over connections that are kept. */

import { Agent, get } from 'node:http';

const agent = new Agent({ keepAlive: true });

export interface Asked {
  /** 0 where no answer came. */
  readonly status: number;
  readonly body: string;
}

/** Never rejects. */
export function ask(port: number, path: string): Promise<Asked> {
  return new Promise((resolve) => {
    const asking = get({ agent, port, host: '127.0.0.1', path }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text) => {
        body += text;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asking.on('error', () => resolve({ status: 0, body: '' }));
  });
}

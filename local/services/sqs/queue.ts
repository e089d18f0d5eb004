/** One queue: its messages, which of them are visible, and who waits for one. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import { numberOf, type QueueAttributes, type RedrivePolicy, redrivePolicy } from './attributes.js';
import type { MessageAttributes } from './digests.js';
import { receiptHandleIsInvalid } from './errors.js';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receiveCount: number;
  firstReceivedAtMs?: number | undefined;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly delaySeconds?: number | undefined;
}

export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly clock: Clock;
}

export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly tags = new Map<string, string>();
  modifiedAtMs: number;
  attributes: QueueAttributes;
  /** In order of sending, as far as they were not received too often to stay. */
  readonly messages = new Map<string, Message>();
  private readonly clock: Clock;
  private readonly waiting = new Set<() => void>();

  constructor(options: QueueOptions, attributes: QueueAttributes) {
    this.name = options.name;
    this.arn = options.arn;
    this.createdAtMs = options.createdAtMs;
    this.modifiedAtMs = options.createdAtMs;
    this.clock = options.clock;
    this.attributes = attributes;
  }

  send(message: NewMessage): Message {
    const now = this.clock.now();
    const delaySeconds = message.delaySeconds ?? numberOf(this.attributes, 'DelaySeconds');
    const sent: Message = {
      id: randomUUID(),
      body: message.body,
      attributes: message.attributes,
      sentAtMs: now,
      visibleAtMs: now + delaySeconds * 1000,
      receiveCount: 0,
    };
    this.add(sent);
    return sent;
  }

  /** Takes a message over as it is, from a queue that gave up on it or from a snapshot. */
  add(message: Message): void {
    this.messages.set(message.id, message);
    this.wake();
  }

  /**
   * Up to `count` visible messages, hidden from others for `visibilitySeconds`. A message that was received as often as the
   * redrive policy allows is handed to `deadLetter` instead.
   */
  take(options: TakeOptions): Message[] {
    this.forgetOld();
    const now = this.clock.now();
    const policy = redrivePolicy(this.attributes);
    const taken: Message[] = [];
    for (const message of this.messages.values()) {
      if (taken.length === options.count) break;
      if (message.visibleAtMs > now) continue;
      if (policy && message.receiveCount >= policy.maxReceiveCount && options.deadLetter(message, policy)) {
        this.messages.delete(message.id);
        continue;
      }
      message.receiveCount++;
      message.firstReceivedAtMs ??= now;
      message.visibleAtMs = now + options.visibilitySeconds * 1000;
      taken.push(message);
    }
    return taken;
  }

  /** Resolves when a message may have become visible, at `deadlineMs` at the latest. */
  changed(deadlineMs: number): Promise<void> {
    const now = this.clock.now();
    const nextVisibleMs = Math.min(
      deadlineMs,
      ...[...this.messages.values()].map(({ visibleAtMs }) => visibleAtMs).filter((atMs) => atMs > now),
    );
    return new Promise((resolve) => {
      const cancel = this.clock.after(nextVisibleMs - now, () => done());
      const done = () => {
        cancel();
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
    });
  }

  wake(): void {
    for (const done of this.waiting) done();
  }

  delete(handle: string): void {
    this.messages.delete(messageIdOf(handle));
  }

  /** Throws ReceiptHandleIsInvalid when the message is gone. */
  changeVisibility(handle: string, seconds: number): void {
    const message = this.messages.get(messageIdOf(handle));
    if (!message) throw receiptHandleIsInvalid(handle);
    message.visibleAtMs = this.clock.now() + seconds * 1000;
    this.wake();
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    this.forgetOld();
    const now = this.clock.now();
    const hidden = [...this.messages.values()].filter(({ visibleAtMs }) => visibleAtMs > now);
    const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length;
    return { visible: this.messages.size - hidden.length, inFlight: hidden.length - delayed, delayed };
  }

  private forgetOld(): void {
    const oldestMs = this.clock.now() - numberOf(this.attributes, 'MessageRetentionPeriod') * 1000;
    for (const message of this.messages.values())
      if (message.sentAtMs <= oldestMs) this.messages.delete(message.id);
  }
}

interface TakeOptions {
  readonly count: number;
  readonly visibilitySeconds: number;
  /** Returns whether the dead letter queue took it. */
  readonly deadLetter: (message: Message, policy: RedrivePolicy) => boolean;
}

/** Names the message and the time it was received: AWS gives another handle each time. */
export function receiptHandle(message: Message): string {
  return Buffer.from(`${message.id}/${message.receiveCount}`).toString('base64');
}

function messageIdOf(handle: string): string {
  const [id, count] = Buffer.from(handle, 'base64').toString('utf8').split('/');
  if (!id || !count) throw receiptHandleIsInvalid(handle);
  return id;
}

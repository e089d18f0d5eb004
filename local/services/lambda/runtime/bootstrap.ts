/**
 * What runs inside a function's process: a client of the Lambda Runtime API, as source text, so that it can be handed to
 * `node --input-type=module -e` wherever this module was bundled to. It loads the handler, asks for an event, answers,
 * and asks again. The one argument is the instant (ms since the epoch) that a clock other than the machine's shows at
 * the start; with it, `Date` follows the instant that each event carries.
 * Source of behaviour: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html.
 */

/** Stands before the id of an invocation in the output, once all that the handler wrote has been written. */
export const outputMark = '\u001eEND ';

/** Header with the local AWS's instant of an event, in ms since the epoch. Only sent when a clock is not the machine's. */
export const instantHeader = 'x-local-instant-ms';
/** Header with the process's largest resident set, in KiB. */
export const memoryHeader = 'x-local-max-rss-kib';
/** Header that says that the process ends after this error. */
export const exitHeader = 'x-local-exits';

export const bootstrapSource: string = String.raw`
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
const agent = new http.Agent({ keepAlive: true });
const request = http.request;
const writeOut = process.stdout.write.bind(process.stdout);
const writeErr = process.stderr.write.bind(process.stderr);
const exit = process.exit.bind(process);
const MachineDate = Date;
let offsetMs = 0;
let currentId;

const startMs = process.argv.pop();
if (/^[0-9]+$/.test(startMs)) followInstant(Number(startMs));
patchConsole();

process.on('uncaughtException', (error) => die(error, undefined, 129));
process.on('unhandledRejection', (reason) => {
  const error = new Error(reason instanceof Error ? String(reason) : util.inspect(reason));
  if (reason instanceof Error) error.stack = reason.stack;
  die(error, 'Runtime.UnhandledPromiseRejection', 128);
});

const handler = await load().catch(async (error) => {
  await post('init/error', describe(error));
  exit(1);
});
for (;;) await once();

async function once() {
  const next = await send('GET', 'invocation/next');
  currentId = next.headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
  if (next.headers['${instantHeader}']) setInstant(Number(next.headers['${instantHeader}']));
  const answer = await run(next).then(
    (body) => ['response', body],
    (error) => {
      logError('Invoke Error', error);
      return ['error', JSON.stringify(describe(error))];
    },
  );
  await post('invocation/' + currentId + '/' + answer[0], answer[1]);
  currentId = undefined;
}

async function run(next) {
  const result = await invoke(JSON.parse(next.body), contextOf(next.headers));
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw new Error('Unable to stringify response body: ' + error.message);
  }
}

function invoke(event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') result.then(resolve, reject);
    else if (handler.length < 3) resolve(null);
  });
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

async function load() {
  const [file, names] = locate(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  const module = await import(pathToFileURL(file).href).catch((error) => {
    throw loadError(error);
  });
  const pick = (from) => names.reduce((value, name) => value?.[name], from);
  const found = pick(module) ?? pick(module.default);
  if (typeof found === 'function') return found;
  throw named('Runtime.HandlerNotFound', process.env._HANDLER + ' is undefined or not exported');
}

function locate(root, definition) {
  const base = path.basename(definition);
  const [stem, ...names] = base.split('.');
  if (names.length === 0) throw named('Runtime.MalformedHandlerName', 'Bad handler: ' + definition);
  const whole = path.resolve(root, path.dirname(definition), stem);
  const isFile = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  const file = ['', '.js', '.mjs', '.cjs'].map((end) => whole + end).find(isFile);
  if (!file) throw named('Runtime.ImportModuleError', "Error: Cannot find module '" + stem + "'");
  return [file, names];
}

function loadError(error) {
  if (error instanceof SyntaxError) return named('Runtime.UserCodeSyntaxError', String(error), error);
  if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND')
    return named('Runtime.ImportModuleError', String(error), error);
  return error;
}

function named(name, message, cause) {
  const error = new Error(message);
  error.name = name;
  error.stack = cause?.stack ?? name + ': ' + message;
  return error;
}

function describe(error, errorType) {
  if (!util.types.isNativeError(error) && !(error instanceof Error))
    return { errorType: errorType ?? typeof error, errorMessage: util.inspect(error).replace(/^'|'$/g, ''), trace: [] };
  return {
    errorType: errorType ?? error.name ?? 'Error',
    errorMessage: String(error.message),
    trace: String(error.stack ?? '').split('\n'),
  };
}

async function die(error, errorType, code) {
  const about = describe(error, errorType);
  logError(errorType ? 'Unhandled Promise Rejection' : 'Uncaught Exception', error);
  const where = currentId ? 'invocation/' + currentId + '/error' : 'init/error';
  await post(where, about, { '${exitHeader}': '1' }).finally(() => exit(code));
}

function post(where, body, headers) {
  writeOut('${outputMark}' + currentId + '\n');
  writeErr('${outputMark}' + currentId + '\n');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const memory = { '${memoryHeader}': String(process.resourceUsage().maxRSS) };
  return send('POST', where, text, { 'content-type': 'application/json', ...memory, ...headers });
}

function send(method, where, body, headers) {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = request(api + where, { method, agent, headers: { ...headers, ...length } }, (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', () => exit(0));
      incoming.on('end', () => resolve({ headers: incoming.headers, body: Buffer.concat(chunks).toString() }));
    });
    // The other side is gone: so is the reason to live.
    outgoing.on('error', () => exit(0));
    outgoing.end(body);
  });
}

function logError(title, error) {
  const about = describe(error);
  const own = typeof error === 'object' && error !== null ? { ...error } : {};
  writeLog('ERROR', [title + ' \t' + safeJson({ ...own, errorType: about.errorType, errorMessage: about.errorMessage, stack: about.trace })]);
}

function safeJson(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return util.inspect(value);
  }
}

function patchConsole() {
  const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels)) console[method] = (...values) => writeLog(level, values);
}

function writeLog(level, values) {
  const timestamp = new Date().toISOString();
  if (process.env.AWS_LAMBDA_LOG_FORMAT !== 'JSON') {
    const text = util.format(...values).replace(/\n/g, '\r');
    return void writeOut(timestamp + '\t' + currentId + '\t' + level + '\t' + text + '\n');
  }
  const only = values.length === 1 && typeof values[0] === 'object' ? values[0] : undefined;
  const message = only instanceof Error ? describe(only) : (only ?? util.format(...values));
  writeOut(safeJson({ timestamp, level, requestId: currentId, message }) + '\n');
}

function setInstant(ms) {
  offsetMs = ms - MachineDate.now();
}

function followInstant(ms) {
  setInstant(ms);
  const now = () => MachineDate.now() + offsetMs;
  globalThis.Date = new Proxy(MachineDate, {
    apply: () => new MachineDate(now()).toString(),
    construct: (target, values, self) => Reflect.construct(target, values.length === 0 ? [now()] : values, self),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
  MachineDate.prototype.constructor = globalThis.Date;
}
`;

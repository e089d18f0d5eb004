/** The AWS SDK announces on start which Node versions it will drop next. A library does not speak on its user's console. */

/** The SDK's own switch (`@aws-sdk/core`, `emitWarningIfUnsupportedVersion`), read while a client is constructed. */
const switchName = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Constructs a client without the announcement, and leaves the environment as it was. */
export function withoutNodeVersionWarning<Client>(construct: () => Client): Client {
  const before = process.env[switchName];
  process.env[switchName] = 'true';
  try {
    return construct();
  } finally {
    if (before === undefined) delete process.env[switchName];
    else process.env[switchName] = before;
  }
}

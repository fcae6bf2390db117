import type { CodeEntry } from './code-entry.ts';

export const proxyCodes = {
  PROXY_LISTEN_FAILED: {
    summary: 'The proxy or its admin server could not open its port.',
    remedy: 'End the process that uses the port, or name another one under `proxy.listen` or `admin.listen`.',
    exit: 3,
    disposition: 'halt',
  },
  PROXY_ADDRESS_INVALID: {
    summary: 'A listen address is not host:port.',
    remedy: 'Write it as 127.0.0.1:8080 or [::1]:8080.',
    exit: 2,
    disposition: 'halt',
  },
  PROXY_CERTIFICATE_INVALID: {
    summary: 'A certificate or key that the manifest names cannot be read or used.',
    remedy: 'Name PEM files, each certificate with its own key, readable by the user that runs the proxy.',
    exit: 3,
    disposition: 'halt',
  },
  PROXY_CONFIG_INVALID: {
    summary: 'The manifest names a context or service for a route that it does not declare.',
    remedy: 'Declare the context under `contexts:` and its service under `services:`.',
    exit: 2,
    disposition: 'halt',
  },
  PROXY_FENCE_EXCEEDED: {
    summary: 'A fence held more requests or bytes than it may.',
    remedy: 'Run the cutover at a quieter hour, or raise `proxy.maxHeldRequests` and `proxy.maxHeldBytes`.',
    exit: 1,
    disposition: 'halt',
  },
  PROXY_ATTEMPT_UNFINISHED: {
    summary: 'The proxy was told of a new attempt while an older one of the same context is still in force there.',
    remedy: 'Finish the older attempt: release it when it flipped, withdraw it when it was abandoned.',
    exit: 1,
    disposition: 'retry',
  },
  PROXY_ATTEMPT_ENDED: {
    summary: 'The attempt ended at the proxy (released or withdrawn) while its fence was still being waited for.',
    remedy: 'Read the state store: another process has decided this attempt.',
    exit: 1,
    disposition: 'halt',
  },
  PROXY_LONG_LIVED_OPEN: {
    summary: 'A route with `longLived: refuse` has open connections, so no cutover may begin.',
    remedy: 'Wait until they have ended, end them, or choose another policy for the route.',
    exit: 1,
    disposition: 'retry',
  },
  PROXY_WORKER_LOST: {
    summary: 'A worker of the proxy ended before it had acknowledged.',
    remedy: 'Abandon this attempt and start another one: the worker has been replaced.',
    exit: 1,
    disposition: 'retry',
  },
  PROXY_REQUEST_REFUSED: {
    summary: 'The request could be read in two ways, so the proxy did not forward it.',
    remedy: 'Mend the client: the detail in the answer names the rule.',
    exit: 1,
    disposition: 'halt',
  },
  PROXY_NOT_READY: {
    summary: 'The proxy does not know the owners yet, so it answers unsafe requests with 503.',
    remedy: 'Wait until it has read the state store; safe requests go to the monolith meanwhile.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_LEASE_LOST: {
    summary: 'A cutover is armed and the orchestrator is silent, so the proxy cannot prove who owns the data.',
    remedy: 'Start the orchestrator again: it resumes or abandons the attempt.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_HOLD_EXPIRED: {
    summary: 'A request was held longer than a client waits, and was answered with 503. It was not forwarded.',
    remedy: 'Send the request again.',
    exit: 1,
    disposition: 'retry',
  },
  PROXY_STOPPING: {
    summary: 'The proxy is stopping.',
    remedy: 'Send the request again.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_UPSTREAM_REFUSED: {
    summary: 'The backend refused the connection.',
    remedy: 'See whether it runs and whether its `url` in the manifest is right.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_UPSTREAM_RESET: {
    summary: 'The backend closed the connection before it answered.',
    remedy: 'See the log of the backend for what ended the request.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_UPSTREAM_TIMEOUT: {
    summary: 'The backend did not answer in time.',
    remedy: 'See the log of the backend, or raise `timeouts` of the route.',
    exit: 3,
    disposition: 'retry',
  },
  PROXY_UPSTREAM_INVALID: {
    summary: 'The backend sent something that is not a valid HTTP answer.',
    remedy: 'See which handler of the backend wrote it.',
    exit: 3,
    disposition: 'halt',
  },
} as const satisfies Record<string, CodeEntry>;

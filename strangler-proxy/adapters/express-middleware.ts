import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Proxy } from '../create-proxy.ts';
import { refusedRequest } from '../errors/proxy-problem.ts';
import { answerFromService, answerOwn, answerProblem } from './answer-from-service.ts';
import { handOver } from './hand-over.ts';
import { parsedBody } from './parsed-body.ts';

const bodyIsLost = 'a parser before the proxy has read a body that cannot be written again: mount the proxy before it';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * The strangler inside an Express (or Connect) app that is the monolith: what the monolith answers goes on to the next handler, what
 * a service answers is fetched from it. It may stand behind body parsers. What it lacks beside the standalone proxy:
 * docs/how-to/mount-in-a-server.md.
 */
export function createExpressMiddleware({ path }: Pick<Proxy, 'path'>): Middleware {
  return (request, response, next) => {
    const parsed = parsedBody(request);
    const body = parsed === 'lost' ? undefined : parsed;
    handOver(path, request, response, body, {
      monolith: () => next(),
      service: (backend, weighted) => {
        if (parsed === 'lost') answerProblem(request, response, refusedRequest(501, bodyIsLost));
        else answerFromService(path, request, response, body, backend, weighted);
      },
      proxy: (own) => answerOwn(request, response, own),
      refused: (problem) => answerProblem(request, response, problem),
    });
  };
}

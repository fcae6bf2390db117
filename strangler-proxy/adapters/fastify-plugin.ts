import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Proxy } from '../create-proxy.ts';
import { answerFromService, answerOwn, answerProblem } from './answer-from-service.ts';
import { handOver } from './hand-over.ts';

/** What of Fastify is used. */
interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse; hijack(): unknown },
    ) => Promise<void>,
  ): unknown;
}

/**
 * The strangler inside a Fastify server that is the monolith. `await fastify.register(createFastifyPlugin(proxy))`: it decides before
 * bodies are read, for every route of the server, whatever its encapsulation.
 */
export function createFastifyPlugin({ path }: Pick<Proxy, 'path'>) {
  const plugin = async (fastify: FastifyLike): Promise<void> => {
    fastify.addHook('onRequest', (request, reply) => {
      const [raw, response] = [request.raw, reply.raw];
      return new Promise((resolve) => {
        const taken = (take: () => void) => {
          reply.hijack();
          take();
          resolve();
        };
        handOver(path, raw, response, undefined, {
          monolith: resolve,
          service: (backend, weighted) =>
            taken(() => answerFromService(path, raw, response, undefined, backend, weighted)),
          proxy: (own) => taken(() => answerOwn(raw, response, own)),
          refused: (problem) => taken(() => answerProblem(raw, response, problem)),
        });
      });
    });
  };
  // Fastify's sign for a plug-in whose hooks reach the server it is registered with (fastify-plugin sets the same).
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

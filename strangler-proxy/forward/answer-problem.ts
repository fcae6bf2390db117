import { renderGrpcProblem, renderProblem, type ProxyProblem } from '../errors/proxy-problem.ts';
import { headerOf } from '../headers/request-head.ts';
import type { Client } from './client.ts';

/** Answers in place of a backend, in the client's words: gRPC's status to a gRPC client, RFC 9457 to all others. */
export function answerProblem(client: Client, problem: ProxyProblem, requestId: string | undefined): void {
  const contentType = headerOf(client.rawHeaders, 'content-type');
  if (contentType?.startsWith('application/grpc') === true && client.carriesTrailers) {
    client.writeHead(200, '', renderGrpcProblem(problem, contentType).headers, 0);
    return;
  }
  const { headers, body } = renderProblem(problem, requestId);
  client.writeProblem(problem.status, headers, body);
}

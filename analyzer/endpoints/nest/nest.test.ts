import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('entry points of a NestJS application', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/clinic'));
  });
  const ids = (kind: string) => (facts.endpoints ?? []).filter((known) => known.kind === kind).map(({ id }) => id);
  const endpoint = (id: string) => (facts.endpoints ?? []).find((known) => known.id === id);

  test('routes with global prefix, version, RouterModule, lists of paths and inherited methods', () => {
    expect(ids('http')).toEqual([
      'ALL /api/echo/*path',
      'GET /api/clinic/visits/live',
      'GET /api/clinic/visits/today',
      'GET /api/v1/patients',
      'GET /api/v1/patients/:id',
      'GET /api/v1/patients/all',
      'GET /api/v2/patients/:id',
      'GET /health',
      'POST /api/v1/patients',
      'POST /api/v2/patients/:id/notes',
      'PUT /api/beds/:unknown/free',
    ]);
  });

  test('guards of everything, of the class and of the method, through composed decorators too', () => {
    expect(endpoint('POST /api/v1/patients')?.guards).toEqual(['LoginGuard', 'AuditGuard', 'DoctorGuard']);
    expect(endpoint('POST /api/v2/patients/:id/notes')?.guards).toEqual(['LoginGuard', 'AuditGuard', 'DoctorGuard']);
    expect(endpoint('GET /health')?.guards).toEqual(['LoginGuard', 'AuditGuard']);
    expect(endpoint('mutation bookVisit')?.guards).toContain('DoctorGuard');
  });

  test('the method first, then what its services do', () => {
    expect(endpoint('POST /api/v1/patients')?.units).toEqual([
      'src/patients/patients.controller.ts#PatientsController.admit',
      'src/patients/patients.service.ts#PatientsService.admit',
      'src/patients/patients.service.ts#PatientsService.list',
    ]);
    expect(endpoint('GET /api/v1/patients/:id')?.units?.[0]).toBe(
      'src/patients/records.controller.ts#RecordsController.one',
    );
  });

  test('resolvers, patterns, gateways and schedules', () => {
    expect(ids('graphql')).toEqual([
      'field Visit.doctor',
      'mutation bookVisit',
      'query visit',
      'query visits',
      'subscription visitBooked',
    ]);
    expect(ids('message')).toEqual(['event visit.booked', 'message cmd:remind']);
    expect(ids('rpc')).toEqual(['grpc Reminders/List']);
    expect(ids('socket')).toEqual(['socket /chat connection', 'socket /chat say']);
    expect(ids('job')).toEqual([
      'cron 0 7 * * * RemindersClock.morning',
      'cron EVERY_HOUR RemindersClock.hourly',
      'cron after 500ms RemindersClock.warmUp',
      'cron every 60000ms RemindersClock.minute',
    ]);
  });

  test('what is not served, and what only run time knows, is reported', () => {
    expect((facts.unresolved ?? []).filter(({ what }) => what === 'endpoint').map(({ text }) => text)).toEqual([
      'ForgottenController',
      'PUT /api/beds/:unknown/free',
    ]);
  });
});

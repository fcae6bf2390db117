import { z } from 'zod';

/** TLS towards clients and towards backends. Paths are relative to the manifest. */

export const frontTls = z
  .strictObject({
    certificates: z
      .array(
        z.strictObject({
          hosts: z.array(z.string()).default([]).describe('Server names, exact or *.example.com.'),
          cert: z.string().describe('The certificate with its chain, a PEM file.'),
          key: z.string().describe('Its key.'),
        }),
      )
      .min(1)
      .describe('By server name; the first serves all others. Changed files are taken over by themselves.'),
    clientCa: z.string().optional().describe('Who signs the certificates of clients, a PEM file.'),
    clients: z
      .enum(['ignored', 'requested', 'required'])
      .default('ignored')
      .describe('Whether a client must show a certificate.'),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('Older ones are turned away.'),
  })
  .describe('TLS towards clients, with HTTP/2 by ALPN. Absent: something in front ends it.');

export const backendTls = z
  .strictObject({
    ca: z.string().optional().describe('Who signed its certificate, a PEM file. Absent: the usual authorities.'),
    cert: z.string().optional().describe("The proxy's own certificate, where it asks for one."),
    key: z.string().optional().describe('Its key.'),
    serverName: z.string().optional().describe("The name in its certificate, where it is not the URL's."),
  })
  .describe('For https.');

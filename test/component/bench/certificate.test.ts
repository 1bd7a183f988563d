// The certificate of the sink of the bench: it is valid for this machine only.
import { X509Certificate } from 'node:crypto';
import { request, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificate } from '#bench/certificate';

const now = new Date('2026-03-01T12:00:00Z');

it('is valid for this machine, from one day before to one day after its creation', () => {
  const certificate = new X509Certificate(createCertificate(now).certificate);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(new Date(certificate.validFrom)).toEqual(new Date('2026-02-28T12:00:00Z'));
  expect(new Date(certificate.validTo)).toEqual(new Date('2026-03-02T12:00:00Z'));
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

it('is accepted by clients that have it as a certificate authority, and refused by others', async () => {
  const { key, certificate } = createCertificate(new Date());
  const server = createServer({ key, cert: certificate }, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const statusWith = (ca: string | undefined) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ port, host: '127.0.0.1', ca, agent: false }, (response) => {
        response.resume().once('end', () => {
          resolve(response.statusCode);
        });
      })
        .once('error', reject)
        .end();
    });

  await expect(statusWith(certificate)).resolves.toBe(200);
  await expect(statusWith(undefined)).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });

  await new Promise((resolve) => server.close(resolve));
});

/**
 * Two regressions. Bytes that are not UTF-8 were replaced by U+FFFD, so that a buyer became `Ren\ufffde`. The `ce_*`
 * headers alone decided the mode of a CloudEvent, so an envelope with such headers (several SDKs and proxies send
 * them) was read as the data of another event.
 */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { EventBus } from './event-bus';
import { consumeFacts } from './facts';
import { parseCloudEvent, type BusMessage } from './message';

const message = (
  value: string | Buffer | null,
  headers: Record<string, string> = {},
  key = 'bo_1:or_1',
): BusMessage => ({
  topic: 't',
  partition: 0,
  offset: '0',
  key,
  value: value === null ? null : Buffer.from(value),
  headers,
});
const envelope = { specversion: '1.0', id: 'a', data: { name: 'Renée' } };
const json = JSON.stringify(envelope);
const attributes = { ce_specversion: '1.0', ce_id: 'b', ce_source: '/x' };
const bom = Buffer.from([0xef, 0xbb, 0xbf]);
const latin1 = Buffer.from(json, 'latin1');
const refused = (given: BusMessage, message: RegExp) =>
  expect(() => parseCloudEvent(given)).toThrow(
    expect.objectContaining({ code: 'BAD_EVENT', message: expect.stringMatching(message) }),
  );

describe('the mode of a CloudEvent', () => {
  it.each([
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
    'Application/CloudEvents+JSON;charset=UTF-8',
    ' application/cloudevents+json ; charset=utf-8',
  ])('is structured for content type %s, even with attributes in headers', (contentType) => {
    expect(parseCloudEvent(message(json, { 'content-type': contentType }))).toEqual(envelope);
    expect(parseCloudEvent(message(json, { 'content-type': contentType, ...attributes }))).toEqual(envelope);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'text/plain', undefined])(
    'depends on the headers if the content type (%s) does not name it',
    (contentType) => {
      const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
      expect(parseCloudEvent(message(json, headers))).toEqual(envelope);
      expect(parseCloudEvent(message('{"id":"or_1"}', { ...headers, ...attributes }))).toEqual({
        specversion: '1.0',
        id: 'b',
        source: '/x',
        datacontenttype: contentType,
        data: { id: 'or_1' },
      });
    },
  );

  it.each([
    'application/cloudevents-batch+json',
    'Application/CloudEvents-Batch+JSON; charset=utf-8',
    'application/cloudevents+avro',
    'application/cloudevents',
  ])('is refused with a reason for %s', (contentType) => {
    refused(message(`[${json}]`, { 'content-type': contentType }), /one event, in JSON/);
    refused(message(json, { 'content-type': contentType, ...attributes }), /one event, in JSON/);
  });
});

describe('bytes that are not UTF-8', () => {
  const structured = { 'content-type': 'application/cloudevents+json' };
  it.each([
    ['Latin-1', latin1],
    ['a character that is cut off', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3]), Buffer.from('"}')])],
    [
      'half of a pair of surrogates',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${json}`, 'utf16le')],
  ])('(%s) are not an event in either mode', (_, bytes) => {
    refused(message(bytes, structured), /value is not UTF-8/);
    refused(message(bytes, attributes), /value is not UTF-8/);
  });

  it('are not a valid key or attribute either', () => {
    const broken = Buffer.from('or_é', 'latin1').toString();
    refused(message(json, structured, `bo_1:${broken}`), /key is not UTF-8/);
    refused(message('{}', { ...attributes, ce_subject: broken }), /header of the event is not UTF-8/);
  });

  it('do no harm in a header that does not belong to the event', () => {
    expect(parseCloudEvent(message(json, { ...structured, 'x-trace': '\ufffd', ce_id: '\ufffd' }))).toEqual(envelope);
  });

  it('do not include a byte order mark, which is skipped', () => {
    expect(parseCloudEvent(message(Buffer.concat([bom, Buffer.from(json)]), structured))).toEqual(envelope);
    expect(parseCloudEvent(message(Buffer.concat([bom, Buffer.from('{}')]), attributes))).toMatchObject({ data: {} });
    refused(message(bom), /not JSON/);
  });
});

it('a fact that is not UTF-8 goes to the dead letters with that reason; a byte order mark is accepted', async () => {
  const letters: unknown[] = [];
  const facts: unknown[] = [];
  let handle: ((messages: readonly BusMessage[]) => Promise<void>) | undefined;
  const bus = {
    consumeBatches: async (subscription: { handle: typeof handle }) => {
      handle = subscription.handle;
      return { caughtUp: async () => true, close: async () => undefined };
    },
    deadLetter: async (_: BusMessage, reason: unknown) => void letters.push(reason),
  } as unknown as EventBus;
  await consumeFacts(bus, {
    topic: 't',
    groupId: 'g',
    schema: z.looseObject({ id: z.string() }),
    apply: async ({ id }) => void facts.push(id),
  });
  await handle?.([message(latin1), message(Buffer.concat([bom, Buffer.from(json)])), message('{}'), message('{')]);
  expect(facts).toEqual(['a']);
  expect(letters).toEqual([
    { code: 'BAD_EVENT', reason: 'The value is not UTF-8' },
    { code: 'BAD_EVENT', reason: 'id: invalid_type' },
    { code: 'BAD_EVENT', reason: 'The value is not JSON' },
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextKey, isJsonType, readCloudEvent, toAttributePointer } from '../../../domain/cloud-event.ts';
import type { CloudEventReading, ExtensionValue } from '../../../domain/cloud-event.ts';

const required = { specversion: '1.0', id: 'a', source: '/s', type: 'T' };

/** What a String of CloudEvents may have. */
const anyText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(text));
const anyName = fc.stringMatching(/^x[a-z0-9]{0,19}$/);
const anyInteger = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyValue: fc.Arbitrary<ExtensionValue> = fc.oneof(anyText, fc.constant(''), fc.boolean(), anyInteger);

function eventOf(read: CloudEventReading) {
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.event;
}

function pointersOf(read: CloudEventReading): readonly string[] {
  return read.ok ? [] : read.errors.map(({ pointer }) => pointer);
}

describe('a CloudEvent', () => {
  it('keeps names of any alphabet and every extension as it is', () => {
    const extensions = fc.dictionary(anyName, anyValue, { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(anyText, anyText, anyText, extensions, fc.json(), (id, source, type, others, json) => {
        const data: unknown = JSON.parse(json);
        const event = eventOf(readCloudEvent({ attributes: { ...others, specversion: '1.0', id, source, type }, data }));
        expect(event).toEqual({ id, source, context: { type, extensions: { ...others } }, envelope: { type, source, data } });
      }),
    );
  });

  it('is the same whether its attributes are values or texts, as headers have them', () => {
    const steering = fc.record({ tier: fc.oneof(fc.constant('low'), fc.nat()), urgency: fc.constantFrom(0, 0.25, 1), delayms: fc.nat() });
    fc.assert(
      fc.property(fc.dictionary(anyName, anyValue), steering, (others, steered) => {
        const attributes = { ...others, ...steered, ...required };
        const texts = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
        const [one, other] = [eventOf(readCloudEvent({ attributes })), eventOf(readCloudEvent({ attributes: texts }))];
        expect(other.envelope).toEqual(one.envelope);
        expect(contextKey(other.context)).toEqual(contextKey(one.context));
      }),
    );
  });

  it('never throws, whatever its attributes are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (attributes) => {
        const read = readCloudEvent({ attributes: { ...attributes } });
        expect(read.ok || read.errors.length > 0).toBe(true);
      }),
    );
  });

  it('becomes an envelope by what steers it, and keeps none of that', () => {
    const attributes = {
      ...required,
      subject: 's',
      time: '2026-01-01t00:00:00z',
      dataschema: 'urn:x',
      datacontenttype: 'Application/X+JSON; charset=utf-8',
      tier: '500',
      urgency: '0.5',
      delayms: 7,
      callbackurl: 'https://example.org/',
      callbackformat: 'cloudevents',
    };
    expect(eventOf(readCloudEvent({ attributes }))).toEqual({
      id: 'a',
      source: '/s',
      context: { type: 'T', dataschema: 'urn:x', datacontenttype: 'application/x+json' },
      envelope: {
        type: 'T',
        source: '/s',
        subject: 's',
        time: '2026-01-01T00:00:00Z',
        tier: 500,
        urgency: 0.5,
        delayMs: 7,
        callback: { url: 'https://example.org/', format: 'cloudevents' },
      },
    });
  });

  it('has data only where some was given, and null is some', () => {
    expect(eventOf(readCloudEvent({ attributes: required })).envelope).not.toHaveProperty('data');
    expect(eventOf(readCloudEvent({ attributes: required, data: null })).envelope).toHaveProperty('data', null);
  });

  it.each([
    [{}, ['/id', '/source', '/specversion', '/type']],
    [{ ...required, id: null }, ['/id']],
    [{ ...required, type: '' }, ['/type']],
    [{ ...required, type: 'a\u0000' }, ['/type']],
    [{ ...required, subject: 7 }, ['/subject']],
    [{ ...required, specversion: '1.1' }, ['/specversion']],
    [{ ...required, specversion: 1 }, ['/specversion']],
    [{ ...required, id: 'x'.repeat(1_025) }, ['/id']],
    [{ ...required, dataschema: `urn:${'x'.repeat(2_045)}` }, ['/dataschema']],
    [{ ...required, dataschema: '/relative' }, ['/dataschema']],
    [{ ...required, datacontenttype: 'text/plain' }, ['/datacontenttype']],
    [{ ...required, 'a/b': '1', é: '1' }, ['/a~1b', '/é']],
    [{ ...required, x: 'a\u007f', y: '\ud800', z: '\uffff' }, ['/x', '/y', '/z']],
    [{ ...required, x: 2 ** 31, y: -(2 ** 31) - 1, z: 0.5 }, ['/x', '/y', '/z']],
    [{ ...required, x: 'x'.repeat(8_192) }, ['']],
  ])('has faults at its attributes: %#', (attributes, pointers) => {
    expect(pointersOf(readCloudEvent({ attributes }))).toEqual(pointers);
  });
});

it.each([
  ['/delayMs', '/delayms'],
  ['/callback/url', '/callbackurl'],
  ['/callback/format', '/callbackformat'],
  ['/data/a', '/data/a'],
])('the place %s of an envelope is %s of a CloudEvent', (pointer, attribute) => {
  expect(toAttributePointer(pointer)).toBe(attribute);
});

it.each([
  ['application/json', true],
  ['text/json', true],
  ['application/vnd.a+json', true],
  ['application/jsonp', false],
  ['json', false],
  ['', false],
])('the media type %j is JSON: %s', (type, is) => {
  expect(isJsonType(type)).toBe(is);
});

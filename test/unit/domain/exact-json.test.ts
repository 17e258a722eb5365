import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, parseExactJson } from '../../../domain/exact-json.ts';
import { faultOfNumber } from '../../../domain/exact-number.ts';
import { toPointer } from '../../../domain/json-pointer.ts';

describe('faultOfNumber', () => {
  it.each([
    ['9007199254740993', 'exactly'],
    ['-9007199254740992', 'exactly'],
    ['9007199254740993.00', 'exactly'],
    ['1'.repeat(400), 'too large'],
    ['1e400', 'too large'],
    ['-1E+400', 'too large'],
    ['1e-400', 'become 0'],
    [`-0.${'0'.repeat(330)}1`, 'become 0'],
  ])('refuses %s', (text, detail) => {
    expect(faultOfNumber(text)).toContain(detail);
  });

  it.each([
    '0',
    '-0',
    '0.000',
    '0e99',
    '0.0E-999',
    '9007199254740991',
    '-9007199254740991',
    '1e20',
    '1.5e300',
    '0.1',
    '0.12345678901234567890',
  ])('takes %s', (text) => {
    expect(faultOfNumber(text)).toBeNull();
  });

  it('takes every double as JavaScript and Python write it, and every integer exactly or not at all', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, maxExcluded: true }), (value) => {
        if (!Number.isInteger(value)) expect(faultOfNumber(JSON.stringify(value))).toBeNull();
        expect(faultOfNumber(value.toExponential())).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), (value) => {
        if (faultOfNumber(String(value)) === null) expect(BigInt(Number(value))).toBe(value);
        else expect(value > 2n ** 53n - 1n || value < -(2n ** 53n) + 1n).toBe(true);
      }),
    );
  });
});

describe('parseExactJson', () => {
  it.each<[string, readonly (string | number)[][]]>([
    ['1e400', [[]]],
    ['{"a":[1,{"b":9007199254740993}]}', [['a', 1, 'b']]],
    ['{"a":1,"a":2}', [['a']]],
    ['{"a":1,"\\u0061" \n:1}', [['a']]],
    ['{"x":{"__proto__":{"a":1}},"\\u005f_proto__":2}', [['x', '__proto__'], ['__proto__']]],
    ['[0,1e-400,0]', [[1]]],
    [`[0.${'0'.repeat(330)}1]`, [[0]]],
    ['{"a":1e999,"b":[{},[],-1e999]}', [['a'], ['b', 2]]],
  ])('finds what %s would lose', (text, paths) => {
    const parsed = parseExactJson(text);
    expect(parsed).toMatchObject({ kind: 'lossy', isCut: false });
    expect(parsed.kind === 'lossy' && parsed.places.map(({ path }) => path)).toEqual(paths);
  });

  it.each([
    '{"a":"1e400","b":"\\"a\\":","c":": 9007199254740993"}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"n":1e20,"m":-1.5e300,"z":0,"t":"1e-400"}',
    '{"proto":"__proto__"}',
    'null',
    '0',
    '""',
    ' [ ] ',
  ])('finds nothing in %s', (text) => {
    expect(parseExactJson(text)).toEqual({ kind: 'exact', value: JSON.parse(text) });
  });

  it('takes whatever JSON.stringify writes, and finds a field that is given twice anywhere in it', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '":', 'a":1'));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.constantFrom(null, true, '":', '\\":', 0),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(
          names.filter((name) => name !== '__proto__'),
          tie('tree'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseExactJson(text)).toEqual({ kind: 'exact', value: JSON.parse(text) });
        const twice = parseExactJson(`[${text},{"a":1,"b":${text},"a":0}]`);
        expect(twice).toMatchObject({ kind: 'lossy', places: [{ path: [1, 'a'] }] });
      }),
    );
  });

  it('names so many places and says that there are more', () => {
    const parsed = parseExactJson(`{"${'n'.repeat(1_000)}":[${Array.from({ length: 2_000 }, () => '1e999').join()}]}`);
    expect(parsed).toMatchObject({ kind: 'lossy', isCut: true });
    expect(parsed.kind === 'lossy' && parsed.places).toHaveLength(1_000);
    expect(parsed.kind === 'lossy' && parsed.places[0]?.path).toEqual(['n'.repeat(300), 0]);
  });

  it('refuses what is nested too deep, and throws at what is no JSON', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseExactJson(nested(MAX_DEPTH)).kind).toBe('exact');
    expect(parseExactJson(nested(MAX_DEPTH + 1)).kind).toBe('too_deep');
    expect(() => parseExactJson('{')).toThrow(SyntaxError);
  });
});

it('writes pointers as RFC 6901 says', () => {
  expect(toPointer([])).toBe('');
  expect(toPointer(['a/b~c', 0, ''])).toBe('/a~1b~0c/0/');
});

it('is too deep where a value that is given again hides how deep the one before it was', () => {
  const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"a":1}`;

  expect(parseExactJson(text)).toEqual({ kind: 'too_deep' });
});

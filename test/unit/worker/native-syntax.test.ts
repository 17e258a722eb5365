import { expect, it } from 'vitest';
import { keepNativeSyntax } from '../../../worker/native-syntax.ts';

it('changes the target of the SDK’s rule for TypeScript, and nothing else', () => {
  const use = { loader: 'swc-loader', options: { sourceMap: true, jsc: { target: 'es2017', parser: { syntax: 'typescript' } } } };
  const scripts = { test: /\.js$/, use: ['source-map-loader'] };
  const config = keepNativeSyntax({ mode: 'development', module: { rules: [scripts, { test: /\.ts$/, use }] } });

  expect(config).toEqual({
    mode: 'development',
    module: {
      rules: [
        scripts,
        {
          test: /\.ts$/,
          use: { loader: 'swc-loader', options: { sourceMap: true, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } } },
        },
      ],
    },
  });
});

it('says so where the SDK has no such rule any more', () => {
  expect(() => keepNativeSyntax({ module: { rules: [{ test: /\.ts$/, use: ['another-loader'] }] } })).toThrow('no rule for TypeScript');
});

import { fileURLToPath } from 'node:url';

const dashboard = (file) => fileURLToPath(new URL(`../dashboard/${file}`, import.meta.url));

const PAGES =
  /dashboard\/(pages\/(?!overview|send\/(data-form|schema-validator))|elements\/(data-table|json-view|facts|dialog|bulk-dialog))/;

/** What Vite is told of the dashboard. */
export const dashboardConfig = {
  configFile: false,
  root: dashboard('.'),
  // Relative addresses: the page works below any path that a proxy puts it.
  base: './',
  logLevel: 'warn',
  resolve: {
    alias: [
      // It adds a <style> to the page, which the page's Content-Security-Policy refuses.
      { find: /^react-remove-scroll$/, replacement: dashboard('without/react-remove-scroll.tsx') },
      // 32 KB for Markdown in descriptions: they are shown as they are written.
      { find: /^markdown-to-jsx\/react$/, replacement: dashboard('without/markdown-to-jsx.tsx') },
      // Fields in a grid, in a form that has a layout of its own: none of these has.
      { find: /^\.\/LayoutGridField\.js$/, replacement: dashboard('without/layout-grid-field.ts') },
      // It compiles schemas by `new Function`, which the same policy refuses. Only the form library's own test support imports it.
      { find: /^@rjsf\/validator-ajv8$/, replacement: dashboard('without/validator-ajv8.ts') },
    ],
  },
  build: {
    assetsDir: 'dashboard',
    // Nothing as a data: URL, no script of the bundler's in the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    emptyOutDir: true,
    rolldownOptions: {
      // Many small files are packed worse than one: apart are only the charts, and the form library that one page needs.
      output: { codeSplitting: { groups: [{ name: 'pages', test: PAGES }] } },
      // Packages say where a server may render them, which is nothing here; a busy machine builds slowly.
      onLog: (level, log, handle) => ['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS'].includes(log.code) || handle(level, log),
    },
  },
};

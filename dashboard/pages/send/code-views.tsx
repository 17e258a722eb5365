import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { CopyButton } from '../../elements/copy-button.tsx';
import { serviceUrl } from '../../service/client.ts';
import { keyState } from '../../service/key.ts';
import { useStore } from '../../service/store.ts';
import type { Request } from './draft.ts';
import { toCurl, toTypeScript } from './to-code.ts';

/** What is sent, for a shell and for a program. */
export function CodeViews({ request }: { readonly request: Request }): ReactNode {
  const options = { url: serviceUrl, hasKey: useStore(keyState).key !== null };
  const views = [
    { name: 'curl', code: toCurl(request, options) },
    { name: 'TypeScript', code: toTypeScript(request, options) },
  ];
  return (
    <Tabs.Root defaultValue="curl">
      <Tabs.List aria-label="In which language" className="tabs">
        {views.map(({ name }) => (
          <Tabs.Trigger key={name} value={name}>
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {views.map(({ name, code }) => (
        <Tabs.Content key={name} value={name}>
          <pre className="code" tabIndex={0} role="region" aria-label={`${name} code`}>
            {code}
          </pre>
          <div className="actions">
            <CopyButton text={code} what={`the ${name} code`} />
          </div>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}

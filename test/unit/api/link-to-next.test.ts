import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { linkToNext } from '../../../api/link-to-next.ts';

async function linkOf(path: string, nextCursor: string | null): Promise<string | null> {
  const app = new Hono().get('/v1/batches', (context) => {
    linkToNext(context, nextCursor);
    return context.body(null);
  });
  return (await app.request(path)).headers.get('link');
}

describe('linkToNext', () => {
  it('says where the next page is, and keeps what was asked for', async () => {
    expect(await linkOf('/v1/batches?status=failed&limit=2', 'abc')).toBe('</v1/batches?status=failed&limit=2&cursor=abc>; rel="next"');
  });

  it('takes the place of the cursor that led here', async () => {
    expect(await linkOf('/v1/batches?cursor=old&limit=2', 'new')).toBe('</v1/batches?cursor=new&limit=2>; rel="next"');
  });

  it('says nothing on the last page', async () => {
    expect(await linkOf('/v1/batches', null)).toBeNull();
  });

  it('lets no cursor end the link', async () => {
    expect(await linkOf('/v1/batches', 'a>; rel="x"&b')).toBe('</v1/batches?cursor=a%3E%3B+rel%3D%22x%22%26b>; rel="next"');
  });
});

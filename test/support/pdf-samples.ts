/** A PDF with this text on each page, or with a grey box instead of one, as a scanner leaves it. */
export function pdfWith(text: string | null, { encrypted = false, pages = 1 } = {}): Buffer {
  const content = text === null ? '0.5 g 50 50 200 200 re f' : `BT /F1 24 Tf 50 700 Td (${text}) Tj ET`;
  return pdfOf(Buffer.from(content, 'latin1'), '', { encrypted, pages });
}

/** A PDF of pages that all have this content stream, which is encoded so. */
export function pdfOf(stream: Buffer, filter: string, { encrypted = false, pages = 1 } = {}): Buffer {
  const content = stream.toString('latin1');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${'3 0 R '.repeat(pages)}] /Count ${pages} >>`,
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} ${filter} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    // Of no known password.
    `<< /Filter /Standard /V 1 /R 2 /P -4 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> >>`,
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return String(offset).padStart(10, '0');
  });
  const encryption = encrypted ? `/Encrypt 6 0 R /ID [<${'43'.repeat(16)}> <${'43'.repeat(16)}>]` : '';
  const table = ['0000000000 65535 f ', ...offsets.map((offset) => `${offset} 00000 n `)].join('\n');
  return Buffer.from(
    `${body}xref\n0 ${objects.length + 1}\n${table}\ntrailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${encryption} >>\nstartxref\n${body.length}\n%%EOF\n`,
    'latin1',
  );
}

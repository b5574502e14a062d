/** Bytes of a page as text, by the charset that its header, its first bytes or its own words name. */

const longestDeclaration = 2048;

export function decodeText(bytes: Uint8Array, contentType: string): string {
  return decoder(markOf(bytes) ?? charsetIn(contentType) ?? declaredIn(bytes) ?? 'utf-8').decode(bytes);
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

function charsetIn(text: string): string | undefined {
  return /charset\s*=\s*["']?([\w:.-]+)/i.exec(text)?.[1];
}

/** `<meta charset=...>` of HTML, `<?xml encoding=...?>` of XML. */
function declaredIn(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, longestDeclaration));
  const meta = /<meta[^>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(head)?.[1];
  return meta ?? /<\?xml[^>]+encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
}

function decoder(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder();
    throw error;
  }
}

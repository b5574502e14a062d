/** The panel's page: nothing loads but our own bundle, and only the script that carries this page's nonce. */

export interface PageParts {
  nonce: string;
  cspSource: string;
  script: string;
  style: string;
  title: string;
  run: string;
}

export function pageHtml({ nonce, cspSource, script, style, title, run }: PageParts): string {
  // The toolkit sets inline styles on its elements; inline scripts stay forbidden.
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
    `connect-src 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<main id="panel" data-run="${escapeHtml(run)}"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

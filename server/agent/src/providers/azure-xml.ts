// Owns reading the flat XML answers of Azure Storage: elements by name, and their text.

/** The inside of every element of this name, in order; elements of one name never contain each other in these answers. */
export function* elements(xml: string, name: string): Generator<string> {
  const close = `</${name}>`;
  for (let at = 0; ;) {
    const open = openTag(xml, name, at);
    if (open === undefined) return;
    if (open.empty) {
      yield '';
      at = open.end;
      continue;
    }
    const end = xml.indexOf(close, open.end);
    if (end === -1) return;
    yield xml.slice(open.end, end);
    at = end + close.length;
  }
}

/** The text of the first element of this name, or an empty text. */
export function textOf(xml: string, name: string): string {
  const [first = ''] = elements(xml, name);
  return unescaped(first);
}

/** The name of a blob or prefix: what XML 1.0 cannot hold is percent-encoded, and marked so (since 2021-02-12). */
export function nameIn(xml: string): string {
  const encoded = /<Name\s+Encoded="true"\s*>/.test(xml.slice(0, 64));
  const text = textOf(xml, 'Name');
  return encoded ? decodeURIComponent(text) : text;
}

function openTag(xml: string, name: string, from: number): { end: number; empty: boolean } | undefined {
  for (let at = xml.indexOf(`<${name}`, from); at !== -1; at = xml.indexOf(`<${name}`, at + 1)) {
    const after = xml[at + name.length + 1];
    // `<Blob` is also how `<BlobPrefix` and `<Blobs` begin.
    if (after !== '>' && after !== ' ' && after !== '/') continue;
    const end = xml.indexOf('>', at);
    return end === -1 ? undefined : { end: end + 1, empty: xml[end - 1] === '/' };
  }
  return undefined;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith('#')) return String.fromCodePoint(Number(entity.slice(1)));
    return NAMED[entity] ?? whole;
  });
}

// Owns the rule that a part which the documentation does not state says on what it rests, and why.
const bases = ['inferred', 'chosen'];

export function basisNoteRequired() {
  const check = (node, { report, location }) => {
    if (node === null || typeof node !== 'object') return;
    const basis = node['x-basis'];
    const note = node['x-basis-note'];
    if (basis === undefined) {
      if (note !== undefined)
        report({ message: '`x-basis-note` explains nothing without `x-basis`.', location: location.child('x-basis-note') });
    } else if (!bases.includes(basis)) {
      report({
        message: `\`x-basis\` is one of ${bases.join(', ')}; what is documented carries no mark.`,
        location: location.child('x-basis'),
      });
    } else if (typeof note !== 'string' || note.trim() === '') {
      report({ message: `\`x-basis: ${basis}\` needs an \`x-basis-note\` that says why.`, location: location.child('x-basis') });
    }
  };
  // `any` sees what a reference leads to, `ref` the marks that stand beside it.
  return { any: { enter: check }, ref: { enter: check } };
}

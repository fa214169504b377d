// Owns what moves in the HTML report: filtering and copying. Plain script, run in the reader's browser.

export const script = `
const checks = [...document.querySelectorAll('details.check')];
const search = document.getElementById('search');
const controller = document.getElementById('controller');
const shown = document.getElementById('shown');
const chips = [...document.querySelectorAll('.chip')];
const pressed = (kind) => chips.filter((chip) => chip.dataset.kind === kind && chip.getAttribute('aria-pressed') === 'true').map((chip) => chip.dataset.value);
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const [statuses, levels] = [pressed('status'), pressed('level')];
  let count = 0;
  for (const check of checks) {
    const { status, level, controller: of, text } = check.dataset;
    const fits = (statuses.length === 0 || statuses.includes(status)) && (levels.length === 0 || levels.includes(level))
      && (controller.value === '' || controller.value === of) && words.every((word) => text.includes(word));
    check.hidden = !fits;
    if (fits) count += 1;
  }
  shown.textContent = count + ' of ' + checks.length + ' checks';
}
for (const chip of chips) chip.addEventListener('click', () => {
  chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'));
  filter();
});
search.addEventListener('input', filter);
controller.addEventListener('change', filter);
for (const button of document.querySelectorAll('.copy')) button.addEventListener('click', async () => {
  await navigator.clipboard.writeText(button.parentElement.nextElementSibling.textContent);
  button.textContent = 'copied';
});
filter();
function openLinked() {
  const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(card instanceof HTMLDetailsElement)) return;
  Object.assign(card, { hidden: false, open: true });
  card.scrollIntoView();
}
addEventListener('hashchange', openLinked);
openLinked();
`;

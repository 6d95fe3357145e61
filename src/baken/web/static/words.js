// Searching a copy of the site that is made of files: words against words, rare ones counting more.
const found = document.getElementById("found");
const need = new URLSearchParams(location.search).get("q") || "";
const root = found.dataset.words.replace(/words-\w+\.json$/, "");
const WEIGHTS = [5, 3, 1]; // names, what it is and works on, what it says of itself
const MOST = 20;

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
// The endings of plurals and cases are left to the comparison of beginnings.
const asked = [...new Set(fold(need).match(/[\p{L}\p{N}]+/gu) || [])].filter((w) => w.length > 2);
const meets = (word, other) =>
  word === other || (Math.min(word.length, other.length) > 3 && (word.startsWith(other) || other.startsWith(word)));

const make = (name, given, ...children) => {
  const element = Object.assign(document.createElement(name), given);
  element.append(...children);
  return element;
};

async function answer() {
  document.getElementById("q").value = need;
  const entries = await (await fetch(found.dataset.words)).json();
  const parts = entries.map((entry) => entry.words.map((words) => words.split(" ")));
  const scores = new Array(entries.length).fill(0);
  for (const word of asked) {
    const where = parts.map((fields) => WEIGHTS.find((_, i) => fields[i].some((other) => meets(word, other))) || 0);
    const many = where.filter(Boolean).length;
    const rarity = Math.log(1 + entries.length / (1 + many));
    where.forEach((weight, i) => (scores[i] += weight * rarity));
  }
  const best = entries.map((entry, i) => [scores[i], entry]).filter(([score]) => score > 0);
  best.sort((a, b) => b[0] - a[0]);
  found.replaceChildren(
    best.length
      ? make("ul", { className: "rows" }, ...best.slice(0, MOST).map(([, entry]) =>
          make("li", {},
            make("h2", {}, make("a", { href: root + entry.href }, entry.name)),
            make("div", { className: "small quiet" }, entry.detail))))
      : make("p", { className: "lead" }, found.dataset.none));
}
if (asked.length) answer();

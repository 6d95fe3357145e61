// An organisation is a link, a theme or place completes the text.
// Without it: a plain form. Its words: data attributes.
for (const box of document.querySelectorAll("[data-suggest]")) {
  const make = (name, given) => Object.assign(document.createElement(name), given);
  const list = make("ul", { id: `${box.id}-list`, className: "suggestions", role: "listbox" });
  const said = make("p", { className: "said", role: "status" });
  const set = (name, value) => box.setAttribute(`aria-${name}`, value);
  const say = (what, it) => (said.innerText = box.dataset[what].replace("{}", () => it));
  let items = [], active = -1, timer, asked;

  const mark = (row) => {
    active = row;
    [...list.children].forEach((one, i) => (one.ariaSelected = i === row));
    if (row < 0) box.removeAttribute("aria-activedescendant");
    else set("activedescendant", list.children[row].id);
  };
  const show = (found) => {
    items = found;
    list.replaceChildren(...items.map((item, i) => {
      const one = make("li", { id: `${list.id}-${i}`, role: "option" });
      one.append(item.label, make("span", { textContent: item.detail || box.dataset[item.kind] }));
      one.onpointerdown = (event) => event.preventDefault();
      one.onclick = () => choose(item);
      return one;
    }));
    mark(-1);
    list.hidden = !items.length;
    set("expanded", !list.hidden);
  };
  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    show([]);
  };
  const choose = (item) => {
    close();
    if (item.kind === "organisation") return location.assign(item.href);
    box.setRangeText(`${item.label} `, item.from, box.selectionEnd, "end");
    say("chosen", item.label);
  };
  const ask = async () => {
    const from = Math.max(0, box.selectionEnd - 200);
    const typed = box.value.slice(from, box.selectionEnd);
    if (typed.trim().length < 2) return close();
    asked?.abort();
    const { signal } = (asked = new AbortController());
    try {
      const url = box.dataset.suggest + encodeURIComponent(typed);
      const answer = await (await fetch(url, { signal })).json();
      // Characters to UTF-16 units.
      const before = (n) => from + [...typed].slice(0, n).join("").length;
      show(answer.items.map((item) => ({ ...item, from: before(item.start) })));
      say(["none", "one"][items.length] || "many", items.length);
    } catch { /* overtaken or offline */ }
  };

  list.ariaLabel = box.dataset.list;
  box.after(list, said);
  box.role = "combobox";
  set("autocomplete", "list");
  set("controls", list.id);
  close();
  box.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  };
  box.onblur = close;
  box.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], n = items.length + 1;
    if (list.hidden || event.isComposing) return;
    if (step) mark(((active + 1 + step + n) % n) - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) choose(items[active]);
    else return;
    event.preventDefault();
  };
}

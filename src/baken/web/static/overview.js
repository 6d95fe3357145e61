// Filters and regroups in place: links that lead back to this page are fetched, shown and put in
// the address. Without this script they are links.
(() => {
  const isHere = (url) => url.origin === location.origin && url.pathname === location.pathname;
  let asked = 0;

  async function show(address, keep) {
    const turn = ++asked;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      if (turn !== asked) return;
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (keep) history.pushState(null, "", address);
      document.title = fresh.title;
      // Who is narrowing the page goes on doing so.
      const sift = fresh.querySelector("details.sift");
      if (sift && document.querySelector("details.sift")?.open) sift.open = true;
      for (const part of ["main", ".languages", ".foot nav:not(.languages)"]) {
        const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
        if (old && next) old.replaceWith(next);
      }
      document.querySelector("main").focus({ preventScroll: true });
    } catch {
      location.assign(address);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (!isHere(url) || url.hash || link.hasAttribute("download")) return;
    event.preventDefault();
    show(url.href, true);
  });
  addEventListener("popstate", () => show(location.href, false));
})();

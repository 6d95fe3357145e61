// Adds a button that copies the citation, where the browser can.
"use strict";
{
  const cited = document.getElementById("cited");
  if (cited && navigator.clipboard) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cited.dataset.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(cited.textContent);
      button.textContent = cited.dataset.copied;
      setTimeout(() => { button.textContent = cited.dataset.copy; }, 3000);
    });
    cited.after(button);
  }
}

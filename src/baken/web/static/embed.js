// Shows a piece of a landscape on another site. Where the script stands, the frame appears:
//   <script src="https://…/embed.js" data-show="organisations/imec" data-language="nl" async></script>
{
  const script = document.currentScript;
  const { show, language = "en", height = "420", title = "Baken" } = script.dataset;
  const origin = new URL(script.src).origin;
  const prefix = language === "en" ? "" : `/${language}`;
  script.after(Object.assign(document.createElement("iframe"), {
    src: `${origin}${prefix}/embed/${show}`,
    title,
    height,
    width: "100%",
    loading: "lazy",
    style: "border: 0",
  }));
}

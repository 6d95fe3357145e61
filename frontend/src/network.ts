// The network of /network. The drawing that the server made is its data: each dot stays where it
// is, so that with and without this script one sees the same. Where the browser cannot draw it,
// the server's drawing stays.

import Graph from "graphology";
import Sigma from "sigma";

const DASHES: Readonly<Record<string, readonly number[]>> = {
  "s-belongs": [],
  "s-member": [6, 4],
  "s-works": [1, 4],
  "s-theme": [9, 3, 2, 3],
};

interface Tie {
  readonly ends: readonly [string, string];
  readonly stroke: string;
  readonly isOn: boolean;
}

const stage = document.getElementById("network");
const plate = stage?.querySelector("svg");
if (stage && plate && hasWebGl()) start(stage, plate);

function hasWebGl(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** What a custom property is worth on an element; WebGL reads no var(). */
function token(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function start(stage: HTMLElement, plate: SVGSVGElement): void {
  const graph = new Graph({ multi: true, type: "undirected" });
  const addresses: string[] = [];
  const beside = new Map<string, Set<string>>();
  const ids = new Map<string, string>();
  plate.querySelectorAll("a").forEach((link, position) => {
    const circle = link.querySelector("circle");
    if (!circle) return;
    const id = String(position);
    const href = link.getAttribute("href") ?? "";
    addresses.push(href);
    ids.set(href, id);
    beside.set(id, new Set([id]));
    const isOn = circle.classList.contains("on");
    graph.addNode(id, {
      x: Number(circle.getAttribute("cx")),
      // Sigma counts from the bottom, a drawing from the top.
      y: -Number(circle.getAttribute("cy")),
      size: Number(circle.getAttribute("r")) * 0.8,
      label: circle.textContent?.trim() ?? "",
      color: getComputedStyle(circle).fill,
      forceLabel: isOn,
      zIndex: isOn ? 1 : 0,
    });
  });
  const ties: Tie[] = [...plate.querySelectorAll("line")].map((line) => {
    const ends = [line.dataset["a"] ?? "", line.dataset["b"] ?? ""] as const;
    beside.get(ends[0])?.add(ends[1]);
    beside.get(ends[1])?.add(ends[0]);
    const stroke = [...line.classList].find((name) => name in DASHES) ?? "s-works";
    return { ends, stroke, isOn: line.classList.contains("on") };
  });
  let lit: string | undefined;
  stage.classList.add("drawn");
  const box = document.createElement("div");
  box.className = "canvas";
  box.style.cssText = "position:absolute;inset:0";
  stage.append(box);
  stage.title = "";
  stage.setAttribute("aria-description", stage.dataset["hint"] ?? "");
  const palette = {
    quiet: token(stage, "--quiet"),
    harbour: token(stage, "--harbour"),
    beacon: token(stage, "--beacon"),
    ink: token(stage, "--ink"),
    sheet: token(stage, "--sheet"),
  };
  let chart: Sigma;
  try {
    chart = new Sigma(graph, box, {
      labelColor: { color: palette.ink },
      labelFont: getComputedStyle(document.body).fontFamily,
      labelSize: 12,
      labelDensity: 1,
      labelGridCellSize: 110,
      labelRenderedSizeThreshold: 3,
      zIndex: true,
      minCameraRatio: 0.05,
      maxCameraRatio: 2,
      stagePadding: 40,
      defaultDrawNodeHover: (context, data) => {
        context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
        const wide = context.measureText(data.label ?? "").width;
        context.fillStyle = palette.sheet;
        context.fillRect(data.x + data.size + 1, data.y - 10, wide + 8, 20);
        context.fillStyle = palette.ink;
        context.fillText(data.label ?? "", data.x + data.size + 4, data.y + 4);
      },
      nodeReducer: (id, data) => {
        if (lit === undefined) return data;
        return beside.get(lit)?.has(id)
          ? { ...data, forceLabel: true, zIndex: 2 }
          : { ...data, color: mixed(String(data["color"]), palette.sheet), label: "" };
      },
    });
  } catch {
    box.remove();
    stage.classList.remove("drawn");
    return;
  }
  const sheet = chart.createCanvas("ties", { beforeLayer: "nodes" });
  chart.resize(true);
  const context = sheet?.getContext("2d");
  chart.on("afterRender", () => {
    if (!context || !sheet) return;
    // Sigma sizes its own layers only.
    const scale = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(box.clientWidth * scale), Math.round(box.clientHeight * scale)];
    if (sheet.width !== wide || sheet.height !== high) [sheet.width, sheet.height] = [wide, high];
    sheet.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, box.clientWidth, box.clientHeight);
    for (const tie of ties) {
      const [from, to] = tie.ends.map((id) => {
        const at = graph.getNodeAttributes(id);
        return chart.graphToViewport({ x: at["x"], y: at["y"] });
      });
      if (!from || !to) continue;
      const isLit = lit === undefined || tie.ends.includes(lit);
      context.beginPath();
      context.globalAlpha = tie.isOn ? 1 : isLit ? 0.6 : 0.1;
      context.lineCap = tie.stroke === "s-works" ? "round" : "butt";
      context.setLineDash([...(tie.isOn ? [] : (DASHES[tie.stroke] ?? []))]);
      context.lineWidth = tie.isOn ? 3.5 : tie.stroke === "s-works" ? 2 : 1.1;
      context.strokeStyle = tie.isOn
        ? palette.beacon
        : tie.stroke === "s-works" ? palette.harbour : palette.quiet;
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
  });
  // The first drawing was before there was a sheet for the lines.
  chart.refresh();

  const light = (id: string | undefined): void => {
    if (id === lit) return;
    lit = id;
    stage.style.cursor = id === undefined ? "" : "pointer";
    chart.refresh({ skipIndexation: true });
  };
  chart.on("enterNode", ({ node }) => light(node));
  chart.on("leaveNode", () => light(undefined));
  chart.on("clickNode", ({ node }) => location.assign(addresses[Number(node)] ?? ""));
  // A page is scrolled over the drawing; who wants to zoom holds Ctrl, as on the map.
  chart.getMouseCaptor().on("wheel", (event) => {
    const wheel = event.original;
    if (wheel instanceof WheelEvent && !wheel.ctrlKey) event.preventSigmaDefault();
  });
  stage.addEventListener("keydown", (event) => {
    const camera = chart.getCamera();
    const by = 0.12 * camera.ratio;
    const moves: Readonly<Record<string, () => unknown>> = {
      ArrowLeft: () => camera.setState({ x: camera.x - by }),
      ArrowRight: () => camera.setState({ x: camera.x + by }),
      ArrowUp: () => camera.setState({ y: camera.y + by }),
      ArrowDown: () => camera.setState({ y: camera.y - by }),
      "+": () => camera.setState({ ratio: Math.max(0.05, camera.ratio / 1.4) }),
      "-": () => camera.setState({ ratio: Math.min(2, camera.ratio * 1.4) }),
      "0": () => camera.setState({ x: 0.5, y: 0.5, ratio: 1 }),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  });
  for (const entry of document.querySelectorAll<HTMLElement>(".kin > [data-id]")) {
    const id = ids.get(entry.dataset["id"] ?? "");
    entry.addEventListener("pointerenter", () => light(id));
    entry.addEventListener("pointerleave", () => light(undefined));
    entry.addEventListener("focusin", () => light(id));
    entry.addEventListener("focusout", () => light(undefined));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
}

/** A colour faded into the sheet beneath it. */
function mixed(colour: string, beneath: string): string {
  const [a, b] = [parts(colour), parts(beneath)];
  return `rgb(${a.map((one, n) => Math.round(one * 0.22 + (b[n] ?? 0) * 0.78)).join(",")})`;
}

function parts(colour: string): number[] {
  if (colour.startsWith("#")) {
    return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

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

/** Letters of a name in the drawing; the whole one is told on hovering, and in the list. */
const LONGEST = 36;
const HUBS = 14;

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
  stage.classList.add("drawn");
  // The drawing is wider than high. Where the page is not, it is turned to lie along the longer side.
  const isUpright = stage.clientWidth < 0.9 * stage.clientHeight;
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
    const [across, down] = [Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy"))];
    graph.addNode(id, {
      // Sigma counts from the bottom, a drawing from the top.
      ...(isUpright ? { x: -down, y: -across } : { x: across, y: -down }),
      size: Number(circle.getAttribute("r")) * (isUpright ? 0.6 : 0.8),
      label: circle.textContent?.trim() ?? "",
      color: getComputedStyle(circle).fill,
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
      // Sigma writes names over each other; see `writeNames`.
      renderLabels: false,
      zIndex: true,
      minCameraRatio: 0.05,
      maxCameraRatio: 2,
      stagePadding: 40,
      // On paper, or before it is shown, the drawing has no size.
      allowInvalidContainer: true,
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
          ? { ...data, zIndex: 2 }
          : { ...data, color: mixed(String(data["color"]), palette.sheet) };
      },
    });
  } catch {
    box.remove();
    stage.classList.remove("drawn");
    return;
  }
  const sheet = chart.createCanvas("ties", { beforeLayer: "nodes" });
  const writing = chart.createCanvas("names", { afterLayer: "nodes" });
  chart.resize(true);
  const widths = new Map<string, number>();
  const byImportance = graph.nodes().sort((a, b) => {
    const [one, other] = [graph.getNodeAttributes(a), graph.getNodeAttributes(b)];
    return other["zIndex"] - one["zIndex"] || other["size"] - one["size"];
  });

  /** Write the names that find room, the most important first, on the side that has it. */
  const writeNames = (context: CanvasRenderingContext2D): void => {
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = palette.ink;
    context.strokeStyle = palette.sheet;
    context.lineJoin = "round";
    context.lineWidth = 4;
    const near = lit === undefined ? undefined : beside.get(lit);
    const order = near
      ? [...byImportance.filter((id) => near.has(id)), ...byImportance.filter((id) => !near.has(id))]
      : byImportance;
    type Room = readonly [number, number, number, number];
    const [dots, taken]: [Room[], Room[]] = [[], []];
    const meet = (one: Room, other: Room): boolean =>
      one[0] < other[2] + 2 && other[0] - 2 < one[2] && one[1] < other[3] && other[1] < one[3];
    for (const id of order) {
      const node = graph.getNodeAttributes(id);
      const at = chart.graphToViewport({ x: node["x"], y: node["y"] });
      const radius = chart.scaleSize(node["size"]);
      dots.push([at.x - radius, at.y - radius, at.x + radius, at.y + radius]);
    }
    for (const [place, id] of order.entries()) {
      if (near && !near.has(id)) break;
      const node = graph.getNodeAttributes(id);
      const name = shortened(String(node["label"]));
      const wide = widths.get(name) ?? context.measureText(name).width;
      widths.set(name, wide);
      const at = chart.graphToViewport({ x: node["x"], y: node["y"] });
      const radius = chart.scaleSize(node["size"]) + 4;
      for (const left of [at.x + radius, at.x - radius - wide]) {
        const room = [left, at.y - 8, left + wide, at.y + 8] as const;
        const isInside = room[0] >= 0 && room[2] <= box.clientWidth;
        // The hubs are in the thick of it: their names may lie over the dots of others.
        const others = place < HUBS ? taken : [...taken, ...dots];
        const isFree = !others.some((one) => meet(one, room));
        if (!isInside || !isFree) continue;
        taken.push(room);
        // A rim in the paper's colour keeps a name apart from the lines and dots beneath it.
        context.strokeText(name, left, at.y + 4);
        context.fillText(name, left, at.y + 4);
        break;
      }
    }
  };

  const context = sheet?.getContext("2d");
  const pen = writing?.getContext("2d");
  chart.on("afterRender", () => {
    if (!context || !sheet || !pen || !writing) return;
    // Sigma sizes its own layers only.
    const scale = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(box.clientWidth * scale), Math.round(box.clientHeight * scale)];
    for (const [layer, hand] of [[sheet, context], [writing, pen]] as const) {
      if (layer.width !== wide || layer.height !== high) [layer.width, layer.height] = [wide, high];
      layer.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
      hand.setTransform(scale, 0, 0, scale, 0, 0);
      hand.clearRect(0, 0, box.clientWidth, box.clientHeight);
    }
    writeNames(pen);
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
  stage.append(zoomButtons(stage, chart));
  for (const entry of document.querySelectorAll<HTMLElement>(".kin > [data-id]")) {
    const id = ids.get(entry.dataset["id"] ?? "");
    entry.addEventListener("pointerenter", () => light(id));
    entry.addEventListener("pointerleave", () => light(undefined));
    entry.addEventListener("focusin", () => light(id));
    entry.addEventListener("focusout", () => light(undefined));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
}

/** What a hand without a wheel or a keyboard zooms with; the keyboard has keys of its own. */
function zoomButtons(stage: HTMLElement, chart: Sigma): HTMLElement {
  const group = document.createElement("div");
  group.className = "zoom";
  for (const [sign, label, factor] of [
    ["+", stage.dataset["zoomIn"], 1 / 1.5],
    ["\u2212", stage.dataset["zoomOut"], 1.5],
  ] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", label ?? sign);
    button.addEventListener("click", () => {
      const camera = chart.getCamera();
      camera.setState({ ratio: Math.min(2, Math.max(0.05, camera.ratio * factor)) });
    });
    group.append(button);
  }
  return group;
}

/** A name that takes no more room than a line of it. */
function shortened(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1).trimEnd()}…` : name;
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

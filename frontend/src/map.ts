// The map of /map. The table beside it is its data: what is in the table is on the map, and while
// the map is moved the table shows what is in view. Without this script the table is all there is,
// with a drawing above it; where the browser cannot draw maps, likewise.

import { type LngLatBoundsLike, Map as Chart, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";

import { fetchOutlines, groundStyle, type Label, readPalette, type Tiles } from "./atlas/ground";
import { drawMark } from "./atlas/mark";
import { clustered, joined, type Line, readLines, type Spot, total } from "./atlas/spots";

// The address of a static file changes with its content; these lie beside this script.
const beside = (name: string): URL => new URL(name, import.meta.url);

/** Zoom at which nothing more comes apart. */
const CLOSEST = 15;

interface Settings {
  readonly bounds: [number, number, number, number] | null;
  readonly outlines: string | null;
  readonly home: readonly string[];
  readonly labels: readonly Label[];
  readonly tiles: Tiles | null;
}

/** A layer, one of its properties, and the colour it takes. */
type Paint = [string, Parameters<Chart["setPaintProperty"]>[1], string];

class Atlas {
  private readonly lines: Line[];
  private readonly spots: Spot[];
  private readonly heading: HTMLElement;
  private readonly plural = new Intl.PluralRules(document.documentElement.lang);
  private readonly number = new Intl.NumberFormat(document.documentElement.lang);
  private readonly chart: Chart;
  private marks: { marker: Marker; spots: readonly Spot[] }[] = [];
  private drawnAt = Number.NaN;
  /** The lines chosen by a mark; undefined while the list follows the view. */
  private chosen: Set<Line> | undefined;

  constructor(
    stage: HTMLElement,
    private readonly list: HTMLElement,
    private readonly settings: Settings,
    chart: (stage: HTMLElement) => Chart,
  ) {
    this.lines = readLines(list);
    this.spots = joined(this.lines);
    this.heading = list.querySelector<HTMLElement>("[data-heading]")!;
    this.chart = chart(stage);
    this.chart.addControl(
      new NavigationControl({ showCompass: false }),
      "top-right",
    );
    this.chart.on("move", () => this.draw());
    this.chart.on("moveend", () => this.follow());
    this.chart.on("click", () => this.choose(undefined));
    this.chart.on("load", () => stage.classList.add("drawn"));
    this.list.querySelector("[data-all]")?.addEventListener("click", () => this.showEverything());
    for (const name of ["pointerover", "focusin"]) this.list.addEventListener(name, (event) => this.light(event));
    for (const name of ["pointerleave", "focusout"]) this.list.addEventListener(name, () => this.light());
    addEventListener("hashchange", () => this.goTo(location.hash));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    document.addEventListener("click", keepView);
    if (!this.goTo(location.hash)) this.showEverything();
    this.draw();
    this.follow();
  }

  /** Show the whole region, and everything in the list. */
  private showEverything(): void {
    this.chosen = undefined;
    const { bounds } = this.settings;
    if (bounds) this.chart.fitBounds(bounds as LngLatBoundsLike, { padding: 12, animate: false });
    this.follow();
  }

  /** Go where an address says: "#at=51.05,3.72,11". */
  private goTo(hash: string): boolean {
    const [lat, lon, zoom] = (/^#at=([-\d.,]+)$/.exec(hash)?.[1] ?? "").split(",").map(Number);
    if (lat === undefined || lon === undefined || !zoom) return false;
    if (![lat, lon, zoom].every(Number.isFinite) || Math.abs(lat) > 85 || Math.abs(lon) > 180) return false;
    this.chart.jumpTo({ center: [lon, lat], zoom });
    return true;
  }

  /** Draw the marks anew when the zoom has changed enough to part or join some. */
  private draw(): void {
    const zoom = Math.min(Math.round(this.chart.getZoom() * 2) / 2, CLOSEST);
    if (zoom === this.drawnAt) return;
    this.drawnAt = zoom;
    const focused = this.marks.findIndex(({ marker }) => marker.getElement() === document.activeElement);
    const wasFocused = focused >= 0 ? this.marks[focused]!.spots[0] : undefined;
    for (const { marker } of this.marks) marker.remove();
    // From north to south, which is how they are read and reached.
    const clusters = clustered(this.spots, zoom).sort((a, b) => b[0]!.lat - a[0]!.lat);
    this.marks = clusters.map((spots) => {
      const button = drawMark(spots, this.describe(spots));
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        this.open(spots);
      });
      const marker = new Marker({ element: button }).setLngLat([spots[0]!.lon, spots[0]!.lat]).addTo(this.chart);
      // The library names what it is given; the button has a name of its own.
      button.setAttribute("aria-label", this.describe(spots));
      button.removeAttribute("role");
      return { marker, spots };
    });
    if (wasFocused) this.marks.find(({ spots }) => spots.includes(wasFocused))?.marker.getElement().focus();
    this.press();
  }

  /** Zoom into a cluster; of a single place, show in the list what is there. */
  private open(spots: readonly Spot[]): void {
    if (spots.length > 1) {
      const lons = spots.map((spot) => spot.lon);
      const lats = spots.map((spot) => spot.lat);
      this.choose(undefined);
      this.chart.fitBounds(
        [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
        { padding: 80, maxZoom: Math.max(this.chart.getZoom() + 2, 11), animate: !isStill() },
      );
      return;
    }
    this.choose(new Set(spots.flatMap((spot) => spot.lines)));
    const top = this.list.getBoundingClientRect().top;
    if (top > innerHeight * 0.8) this.list.scrollIntoView({ behavior: isStill() ? "auto" : "smooth" });
  }

  private choose(lines: Set<Line> | undefined): void {
    if (lines === undefined && this.chosen === undefined) return;
    this.chosen = lines;
    this.press();
    this.follow();
  }

  /** Show in the list what is chosen, else what is in view; keep the view in the address. */
  private follow(): void {
    const bounds = this.chart.getBounds();
    const shown = this.lines.filter((line) =>
      this.chosen ? this.chosen.has(line) : bounds.contains([line.lon, line.lat]),
    );
    const isShown = new Set(shown);
    for (const line of this.lines) line.row.hidden = !isShown.has(line);
    const count = total(shown);
    const form = this.plural.select(count) === "one" ? "one" : "many";
    const said = this.phrase(this.chosen ? `here-${form}` : form);
    const text = said.replace("{n}", this.number.format(count));
    if (this.heading.textContent !== text) this.heading.textContent = text;
    this.list.classList.toggle("empty", count === 0);
    this.list.classList.toggle("part", shown.length < this.lines.length);
    const { lat, lng } = this.chart.getCenter();
    const at = `#at=${lat.toFixed(4)},${lng.toFixed(4)},${Number(this.chart.getZoom().toFixed(1))}`;
    if (this.isMoved()) history.replaceState(history.state, "", at);
  }

  /** What the page says in its own language, with {n} for a number. */
  private phrase(name: string): string {
    return this.heading.getAttribute(`data-${name}`) ?? "{n}";
  }

  /** Whether somebody moved the map; the address of the whole region stays short. */
  private isMoved(): boolean {
    return location.hash !== "" || this.list.classList.contains("part");
  }

  private press(): void {
    for (const { marker, spots } of this.marks) {
      const isChosen = this.chosen !== undefined && spots.some((spot) => this.chosen!.has(spot.lines[0]!));
      marker.getElement().setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** Light the mark of the line that is pointed at. */
  private light(event?: Event): void {
    const row = (event?.target as Element | null)?.closest?.("[data-at]");
    for (const { marker, spots } of this.marks) {
      const isLit = !!row && spots.some((spot) => spot.lines.some((line) => line.row === row));
      marker.getElement().classList.toggle("lit", isLit);
    }
  }

  private describe(spots: readonly Spot[]): string {
    const lines = spots.flatMap((spot) => spot.lines);
    const count = total(lines);
    const first = lines[0]!.row;
    if (count === 1) return `${first.querySelector("a")?.textContent}, ${first.dataset.place}`;
    const form = this.plural.select(count) === "one" ? "one" : "many";
    const said = this.phrase(`mark-${form}`).replace("{n}", this.number.format(count));
    const places = [...new Set(spots.map((spot) => spot.lines[0]!.row.dataset.place ?? ""))];
    return `${said}: ${places.slice(0, 3).join(", ")}${places.length > 3 ? " …" : ""}`;
  }

  private recolour(): void {
    const colours = readPalette();
    const paint: Paint[] = [
      ["sea", "background-color", colours.sea],
      ["land", "fill-color", colours.land],
      ["home", "fill-color", colours.home],
      ["fine", "line-color", colours.fine],
      ["borders", "line-color", colours.border],
      ...["provinces", "towns"].flatMap((layer): Paint[] => [
        [layer, "text-color", colours.words],
        [layer, "text-halo-color", colours.halo],
      ]),
    ];
    for (const [layer, property, colour] of paint) {
      if (this.chart.getLayer(layer)) this.chart.setPaintProperty(layer, property, colour);
    }
  }
}

/** Links to this page, with other filters or in another language, keep the view. */
function keepView(event: MouseEvent): void {
  const link = (event.target as Element).closest?.<HTMLAnchorElement>("a[href]");
  if (!link || !location.hash.startsWith("#at=") || link.hash || link.hasAttribute("data-fresh")) return;
  const isMap = /\/map(\.html)?$/.test(link.pathname) && link.origin === location.origin;
  if (isMap) link.hash = location.hash;
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Whether the browser can draw maps; where it cannot, the drawing and the table stay as they are. */
function canDraw(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

function style(address: URL): Promise<void> {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address.href;
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
}

async function start(stage: HTMLElement, list: HTMLElement): Promise<void> {
  const settings = JSON.parse(stage.dataset.map ?? "{}") as Settings;
  if (!settings.bounds) return;
  setWorkerUrl(beside("map-worker.js").href);
  const [outlines] = await Promise.all([
    settings.outlines ? fetchOutlines(beside(settings.outlines)) : undefined,
    style(beside("maplibre.css")),
    document.fonts.load("16px Newsreader").catch(() => []),
  ]);
  const words = stage.dataset;
  new Atlas(stage, list, settings, (container) => {
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    container.append(canvas);
    return new Chart({
      container: canvas,
      style: groundStyle(outlines, settings.home, settings.labels, settings.tiles ?? undefined, readPalette()),
      attributionControl: settings.tiles ? {} : false,
      cooperativeGestures: matchMedia("(max-width: 60rem)").matches,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      minZoom: 5,
      maxZoom: 17,
      fadeDuration: isStill() ? 0 : 200,
      locale: {
        "Map.Title": words.title ?? "",
        "NavigationControl.ZoomIn": words.zoomIn ?? "",
        "NavigationControl.ZoomOut": words.zoomOut ?? "",
        "CooperativeGesturesHandler.WindowsHelpText": words.ctrl ?? "",
        "CooperativeGesturesHandler.MacHelpText": words.ctrl?.replace("Ctrl", "⌘") ?? "",
        "CooperativeGesturesHandler.MobileHelpText": words.fingers ?? "",
      },
    });
  });
}

const stage = document.getElementById("map");
const list = document.getElementById("who");
if (stage && list && canDraw()) void start(stage, list);

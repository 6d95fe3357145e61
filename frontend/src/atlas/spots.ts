// Points of the map, and which of them are drawn together because they would overlap.

/** A line of the list, with what the map needs of it. */
export interface Line {
  readonly row: HTMLElement;
  readonly lon: number;
  readonly lat: number;
  /** Whether it is at the point, rather than somewhere around it. */
  readonly isExact: boolean;
  /** Of its family, a token of the style sheet; "" for a place. */
  readonly colour: string;
  readonly count: number;
}

/** Lines at one point: what the map draws at that point. */
export interface Spot {
  readonly lon: number;
  readonly lat: number;
  readonly lines: readonly Line[];
}

/** Pixels between the middles of two marks, at least. */
const APART = 46;

/** Read the lines off the table, which is also the map's data. */
export function readLines(table: ParentNode): Line[] {
  return [...table.querySelectorAll<HTMLElement>("[data-at]")].map((row) => {
    const [lat = 0, lon = 0] = (row.dataset.at ?? "").split(",").map(Number);
    return {
      row,
      lat,
      lon,
      isExact: "exact" in row.dataset,
      colour: row.dataset.k ?? "",
      count: Number(row.dataset.n ?? 1),
    };
  });
}

/** How many organisations some lines stand for. */
export function total(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.count, 0);
}

/** Join lines that are at the very same point. */
export function joined(lines: readonly Line[]): Spot[] {
  const at = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.lon} ${line.lat}`;
    const there = at.get(key);
    if (there) there.push(line);
    else at.set(key, [line]);
  }
  return [...at.values()].map((there) => ({ lon: there[0]!.lon, lat: there[0]!.lat, lines: there }));
}

/**
 * Join spots that would overlap at a zoom.
 *
 * The largest come first and take in what is near, so that a cluster stands where most of it is.
 * Nothing depends on which part of the map is shown: panning never joins or parts anything.
 */
export function clustered(spots: readonly Spot[], zoom: number): Spot[][] {
  const world = 512 * 2 ** zoom;
  const left = [...spots]
    .sort((a, b) => total(b.lines) - total(a.lines))
    .map((spot) => ({ spot, x: world * mercatorX(spot.lon), y: world * mercatorY(spot.lat) }));
  const clusters: Spot[][] = [];
  const middles: { x: number; y: number }[] = [];
  for (const { spot, x, y } of left) {
    const near = middles.findIndex((one) => Math.hypot(one.x - x, one.y - y) < APART);
    if (near < 0) {
      clusters.push([spot]);
      middles.push({ x, y });
    } else {
      clusters[near]!.push(spot);
    }
  }
  return clusters;
}

function mercatorX(lon: number): number {
  return (lon + 180) / 360;
}

function mercatorY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

// What lies under the marks: outlines, names, and tiles where the site has some.

import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import { merge, mesh } from "topojson-client";
import type { GeometryCollection, GeometryObject, Polygon, MultiPolygon, Topology } from "topojson-specification";

/** A name to write on the map. */
export interface Label {
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly is_province: boolean;
}

/** Pictures that somebody else serves. */
export interface Tiles {
  readonly url: string;
  readonly credit: string;
}

interface Properties {
  within: string;
}

type Outlines = Topology<{ municipalities: GeometryCollection<Properties> }>;
type Area = Polygon<Properties> | MultiPolygon<Properties>;

/** Colours of the ground, by name of the custom property that holds each. */
export type Palette = Record<"sea" | "land" | "home" | "border" | "fine" | "words" | "halo", string>;

/** Read the colours that the page has now: they change with its scheme. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--map-${name}`).trim();
  return {
    sea: read("sea"),
    land: read("land"),
    home: read("home"),
    border: read("border"),
    fine: read("fine"),
    words: read("words"),
    halo: read("halo"),
  };
}

/** Fetch outlines; undefined when they cannot be had, which the map survives. */
export async function fetchOutlines(address: URL): Promise<Outlines | undefined> {
  try {
    const answer = await fetch(address);
    return answer.ok ? ((await answer.json()) as Outlines) : undefined;
  } catch {
    return undefined;
  }
}

/** Return the style of the map: everything but the marks. */
export function groundStyle(
  outlines: Outlines | undefined,
  home: readonly string[],
  labels: readonly Label[],
  tiles: Tiles | undefined,
  colours: Palette,
): StyleSpecification {
  const sources: Record<string, SourceSpecification> = { labels: names(labels) };
  const layers: LayerSpecification[] = [
    { id: "sea", type: "background", paint: { "background-color": colours.sea } },
  ];
  if (outlines) {
    const all = outlines.objects.municipalities;
    const isHome = (one: GeometryObject): boolean => home.includes(within(one));
    const areas = all.geometries as Area[];
    sources.land = geojson(merge(outlines, areas.filter((one) => !isHome(one))));
    sources.home = geojson(merge(outlines, areas.filter(isHome)));
    sources.fine = geojson(mesh(outlines, all, (a, b) => a !== b && within(a) === within(b)));
    sources.borders = geojson(mesh(outlines, all, (a, b) => a === b || within(a) !== within(b)));
    layers.push(
      { id: "land", type: "fill", source: "land", paint: { "fill-color": colours.land } },
      { id: "home", type: "fill", source: "home", paint: { "fill-color": colours.home } },
    );
  }
  if (tiles) {
    sources.tiles = { type: "raster", tiles: [tiles.url], tileSize: 256, attribution: tiles.credit };
    layers.push({ id: "tiles", type: "raster", source: "tiles" });
  }
  if (outlines) {
    layers.push(
      {
        id: "fine",
        type: "line",
        source: "fine",
        minzoom: 7.6,
        paint: {
          "line-color": colours.fine,
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.6, 12, 1.4],
          "line-opacity": ["interpolate", ["linear"], ["zoom"], 7.6, 0, 8.4, 1],
        },
      },
      {
        id: "borders",
        type: "line",
        source: "borders",
        layout: { "line-join": "round" },
        paint: {
          "line-color": colours.border,
          "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.7, 11, 2],
        },
      },
    );
  }
  const words = { "text-color": colours.words, "text-halo-color": colours.halo, "text-halo-width": 1.4 };
  layers.push(
    {
      id: "provinces",
      type: "symbol",
      source: "labels",
      filter: ["get", "is_province"],
      maxzoom: 9.5,
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["Newsreader", "Georgia", "serif"],
        "text-size": ["interpolate", ["linear"], ["zoom"], 6, 11, 9, 18],
        "text-letter-spacing": 0.06,
        "text-max-width": 12,
        // Above the middle, where the largest town of a province tends to have its mark.
        "text-offset": [0, -2.6],
      },
      paint: { ...words, "text-opacity": 0.75 },
    },
    {
      id: "towns",
      type: "symbol",
      source: "labels",
      filter: ["!", ["get", "is_province"]],
      minzoom: 8.6,
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["system-ui", "sans-serif"],
        "text-size": ["interpolate", ["linear"], ["zoom"], 8.6, 11, 12, 14],
        "text-anchor": "top",
        "text-offset": [0, 2.1],
      },
      paint: words,
    },
  );
  return { version: 8, sources, layers };
}

function geojson(data: GeoJSON.Geometry): SourceSpecification {
  return { type: "geojson", data: { type: "Feature", properties: {}, geometry: data }, tolerance: 0.2 };
}

function names(labels: readonly Label[]): SourceSpecification {
  return {
    type: "geojson",
    data: {
      type: "FeatureCollection",
      features: labels.map(({ name, lat, lon, is_province }) => ({
        type: "Feature",
        properties: { name, is_province },
        geometry: { type: "Point", coordinates: [lon, lat] },
      })),
    },
  };
}

/** The code of the province that a municipality is in. */
function within(one: GeometryObject): string {
  return (one.properties as Properties).within;
}

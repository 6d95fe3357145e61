// A mark of the map: a button with a drawing in the colours of the page, so that it can be reached
// by keyboard, read aloud, and follows light and dark by itself.

import { type Line, type Spot, total } from "./spots";

const SVG = "http://www.w3.org/2000/svg";

/** Most common families first; "" for places. */
function shares(lines: readonly Line[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.colour, (counts.get(line.colour) ?? 0) + line.count);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Draw a cluster of spots as a button that says `label`. */
export function drawMark(spots: readonly Spot[], label: string): HTMLButtonElement {
  const lines = spots.flatMap((spot) => spot.lines);
  const count = total(lines);
  const isAround = lines.every((line) => !line.isExact);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "spot";
  button.setAttribute("aria-label", label);
  button.title = label;
  // The area says how many: the eye compares areas.
  const radius = count === 1 ? 8 : Math.min(11 + 1.9 * Math.sqrt(count), 30);
  const size = 2 * Math.ceil(radius + 6);
  const svg = element("svg", { viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`, width: size, height: size });
  svg.setAttribute("aria-hidden", "true");
  // A dashed ring says "around here"; at places and single marks, not at clusters of several places.
  if (isAround && spots.length === 1) {
    svg.append(element("circle", { class: "around", r: radius + 4 }));
  }
  if (count === 1) {
    svg.append(element("circle", { class: `one${family(lines[0]!.colour)}${isAround ? " ring" : ""}`, r: isAround ? 5.5 : 7 }));
  } else {
    svg.append(element("circle", { class: "disc", r: radius }));
    const middle = radius - 2.5;
    const round = 2 * Math.PI * middle;
    let from = 0;
    for (const [colour, share] of shares(lines)) {
      const part = (share / count) * round;
      svg.append(
        element("circle", {
          class: `share${family(colour)}`,
          r: middle,
          "stroke-dasharray": `${Math.max(part - (part < round ? 1 : 0), 0.5)} ${round}`,
          "stroke-dashoffset": -from,
        }),
      );
      from += part;
    }
    const text = element("text", { y: ".35em" });
    text.textContent = String(count);
    svg.append(text);
  }
  button.append(svg);
  return button;
}

function family(colour: string): string {
  return colour ? ` k-${colour}` : "";
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

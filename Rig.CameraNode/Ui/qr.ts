// Draws a QR code that the node computed.

const svg = 'http://www.w3.org/2000/svg';

/** @param rows a text of 0 and 1 for each row, 1 is dark; the light margin is part of it */
export function drawQr(rows: readonly string[], label: string): SVGSVGElement {
  const image = document.createElementNS(svg, 'svg');
  image.setAttribute('viewBox', `0 0 ${rows[0]?.length ?? 0} ${rows.length}`);
  image.setAttribute('class', 'qr');
  image.setAttribute('role', 'img');
  image.setAttribute('aria-label', label);
  image.setAttribute('shape-rendering', 'crispEdges');
  const dark = document.createElementNS(svg, 'path');
  dark.setAttribute('d', rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`)).join(''));
  image.append(dark);
  return image;
}

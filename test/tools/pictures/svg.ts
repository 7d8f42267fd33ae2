/*
 * What all pictures are drawn with: a theme, and the few shapes they need.
 */

/** Colours of a picture. */
export interface Theme {
  name: "light" | "dark";
  paper: string;
  box: string;
  line: string;
  text: string;
  faint: string;
  accent: string;
  good: string;
  warning: string;
}

export const THEMES: readonly Theme[] = [
  {
    name: "light",
    paper: "#ffffff",
    box: "#f3f5f8",
    line: "#8a94a3",
    text: "#1f2733",
    faint: "#5d6775",
    accent: "#1558c0",
    good: "#12703a",
    warning: "#9a5a00",
  },
  {
    name: "dark",
    paper: "#12161c",
    box: "#1e2530",
    line: "#6f7b8c",
    text: "#e4e9f0",
    faint: "#9aa6b5",
    accent: "#7fb2ff",
    good: "#6fd08c",
    warning: "#e8b45a",
  },
];

const SANS = "Helvetica, Arial, sans-serif";
export const MONO = "'DejaVu Sans Mono', Menlo, Consolas, monospace";

interface TextStyle {
  fill: string;
  size?: number;
  bold?: boolean;
  anchor?: "start" | "middle" | "end";
  family?: string;
}

export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { fill, size = 13, bold = false, anchor = "start", family } = style;
  const font = family === undefined ? "" : ` font-family="${family}" xml:space="preserve"`;
  const weight = bold ? ' font-weight="bold"' : "";
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}${font}>${escaped(content)}</text>`;
}

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  stroke: string,
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, more = ""): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="1.5" ${more}/>`;
}

/** An arrow with its point at the second place. */
export function arrow(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return line(x1, y1, x2, y2, stroke, 'marker-end="url(#point)"');
}

/** The whole picture. */
export function picture(
  size: { width: number; height: number; title: string },
  theme: Theme,
  parts: readonly string[],
): string {
  const { width, height, title } = size;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${SANS}" role="img">
<title>${escaped(title)}</title>
<defs><marker id="point" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="${theme.line}"/></marker></defs>
<rect width="${width}" height="${height}" rx="8" fill="${theme.paper}"/>
${parts.join("\n")}
</svg>
`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

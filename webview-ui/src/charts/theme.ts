/** Colours of the editor's theme for what is drawn on a canvas; SVG and HTML take them from the stylesheet. */
import type uPlot from 'uplot';

export interface ChartTheme {
  text: string;
  muted: string;
  grid: string;
  series: string[];
  rate: string;
}

// Orange comes last: VS Code's own themes make it see-through.
const names = ['blue', 'green', 'purple', 'yellow', 'red', 'orange'];

export function chartTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const read = (name: string, fallback: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const text = read('foreground', '#888');
  return {
    text,
    muted: read('descriptionForeground', text),
    // Between any foreground and background.
    grid: 'rgba(128, 128, 128, 0.25)',
    series: names.map((name) => read(`charts-${name}`, text)),
    rate: read('descriptionForeground', text),
  };
}

/** How every axis is drawn. */
export function axisStyle({ muted, grid }: ChartTheme): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks'> {
  return { stroke: muted, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
}

/** A series' colour and dash by its position in the palette. */
export function seriesStyle({ series, text }: ChartTheme, palette: number): Pick<uPlot.Series, 'stroke' | 'dash'> {
  return { stroke: series[palette % series.length] ?? text, dash: dashes[palette % dashes.length] ?? [] };
}

/** VS Code marks a change of theme on the body. */
export function onThemeChange(listener: () => void): void {
  new MutationObserver(listener).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

/** Never colour alone: each series has its own dash. */
export const dashes: number[][] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 4]];

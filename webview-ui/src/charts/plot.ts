/** A drawing on a canvas: it keeps to the width that there is and to the theme, and is built anew only when its shape changes. */
import uPlot from 'uplot';
import { h } from '../dom';
import { onThemeChange } from './theme';

export interface Drawing {
  /** All but the data that the drawing depends on, in words: another shape is another drawing. */
  shape: string;
  data: uPlot.AlignedData;
  options: (width: number) => uPlot.Options;
}

export class Plot {
  readonly element = h('div', { class: 'plot', 'aria-hidden': 'true' });
  private chart: uPlot | undefined;
  private latest: Drawing | undefined;

  constructor() {
    new ResizeObserver(() => this.resize()).observe(this.element);
    onThemeChange(() => this.redraw());
  }

  show(drawing: Drawing): void {
    const isSame = this.chart !== undefined && drawing.shape === this.latest?.shape;
    this.latest = drawing;
    if (isSame) this.chart?.setData(drawing.data);
    else this.redraw();
  }

  private redraw(): void {
    const width = this.element.clientWidth;
    if (this.latest === undefined || width === 0) return;
    this.chart?.destroy();
    this.chart = new uPlot(this.latest.options(width), this.latest.data, this.element);
  }

  private resize(): void {
    const width = this.element.clientWidth;
    if (this.chart === undefined) this.redraw();
    else if (width > 0 && Math.abs(width - this.chart.width) > 1)
      this.chart.setSize({ width, height: this.chart.height });
  }
}

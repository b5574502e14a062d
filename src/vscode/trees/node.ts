/** A row of a tree, as plain data: what is shown is decided without VS Code. */

export interface TreeNode {
  /** Stable across refreshes, so that VS Code keeps what is expanded and selected. */
  id: string;
  label: string;
  description?: string;
  /** Markdown is not interpreted. */
  tooltip?: string;
  icon?: string;
  /** A theme colour, e.g. `charts.green`. */
  iconColor?: string;
  /** What the menus of the row depend on. */
  kind?: string;
  /** Command run on click; it gets the node. */
  command?: string;
  children?: TreeNode[];
  expanded?: boolean;
  /** What a screen reader says instead of label and description. */
  spoken?: string;
  run?: string;
  proposal?: string;
  experiment?: string;
  /** Host of a box, and what of it the row stands for. */
  box?: string;
  job?: string;
  port?: number;
  mend?: string;
}

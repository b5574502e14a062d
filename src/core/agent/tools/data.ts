/** Tools for data: search, find, inspect, check the overlap, propose, set aside. Nothing is used that was not proposed and approved. */
import { findDataFiles } from './data-find';
import { inspectDataset } from './data-inspect';
import { overlapTool } from './data-overlap';
import { previewRows } from './data-preview';
import { proposeDataset, setAside } from './data-propose';
import { searchDatasets } from './data-search';
import type { AgentTool, ToolKit } from './tool';

export function dataTools(kit: ToolKit): AgentTool[] {
  return [
    searchDatasets(kit),
    findDataFiles(kit),
    inspectDataset(kit),
    previewRows(kit),
    overlapTool(kit),
    proposeDataset(kit),
    setAside(kit),
  ];
}

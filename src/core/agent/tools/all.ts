/** Every tool that the agent has. */
import { courseTools } from './course';
import { dataTools } from './data';
import { experimentTools } from './experiments';
import { generateTools } from './generate-rows';
import { jobTools } from './jobs';
import { codeTools } from './lookup-code';
import { signatureTools } from './lookup-signature';
import { textTools } from './lookup-text';
import { resultTools } from './read-result';
import { researchTools } from './research';
import { scoreTools } from './scores';
import type { AgentTool, ToolKit } from './tool';

export function allTools(kit: ToolKit): AgentTool[] {
  return [
    courseTools,
    researchTools,
    textTools,
    codeTools,
    signatureTools,
    dataTools,
    generateTools,
    experimentTools,
    jobTools,
    scoreTools,
    resultTools,
  ].flatMap((make) => make(kit));
}

/** Every way to reach a box over SSH, in the one bundle that is loaded when the first is needed. */
export { AutoShell } from './auto-shell';
export { ProgramShell } from './program/program-shell';
export { SshShell } from './ssh-shell';

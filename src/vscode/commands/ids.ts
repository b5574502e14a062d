/** Every command, as package.json declares them; a test holds the two lists together. */

export const commandIds = [
  'mlIntern.run.start',
  'mlIntern.run.open',
  'mlIntern.run.stop',
  'mlIntern.run.resume',
  'mlIntern.run.tell',
  'mlIntern.run.report',
  'mlIntern.run.reveal',
  'mlIntern.run.refresh',
  'mlIntern.approval.open',
  'mlIntern.approval.approve',
  'mlIntern.approval.edit',
  'mlIntern.approval.approveEdited',
  'mlIntern.approval.reject',
  'mlIntern.approval.settings',
  'mlIntern.dataset.accept',
  'mlIntern.dataset.reject',
  'mlIntern.dataset.never',
  'mlIntern.box.check',
  'mlIntern.box.cancelCheck',
  'mlIntern.box.count',
  'mlIntern.box.cleanUp',
  'mlIntern.box.forward',
  'mlIntern.box.openPort',
  'mlIntern.box.endForwarding',
  'mlIntern.box.mend',
  'mlIntern.box.attach',
  'mlIntern.box.openLog',
  'mlIntern.box.fetch',
  'mlIntern.box.stopJob',
  'mlIntern.instructions.edit',
  'mlIntern.modelKey.set',
  'mlIntern.modelKey.remove',
  'mlIntern.judgeKey.set',
  'mlIntern.judgeKey.remove',
  'mlIntern.hubToken.set',
  'mlIntern.hubToken.remove',
  'mlIntern.gitHubToken.set',
  'mlIntern.gitHubToken.remove',
  'mlIntern.ssh.forget',
  'mlIntern.settings.open',
  'mlIntern.log.show',
] as const;

export type CommandId = (typeof commandIds)[number];

export type CommandHandler = (argument?: unknown) => Promise<void> | void;

export type Commands<Id extends CommandId = CommandId> = Record<Id, CommandHandler>;

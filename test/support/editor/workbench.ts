// The parts of the VS Code window that a story touches, found by what a person reads on them.
import type { Frame, Locator, Page } from 'playwright-core';

export type Text = string | RegExp;

/** Quick picks and input boxes. `step` is (part of) the title or placeholder: wait for it, since steps follow each other in one widget. */
export class QuickInput {
  private readonly widget: Locator;
  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget:visible');
  }

  isOpen(timeout: number): Promise<boolean> {
    return this.widget.waitFor({ timeout }).then(
      () => true,
      () => false,
    );
  }

  async waitFor(step: Text): Promise<void> {
    const byTitle = this.widget.filter({ hasText: step });
    const byPlaceholder = this.widget.filter({ has: this.page.getByPlaceholder(step) });
    await byTitle.or(byPlaceholder).first().waitFor();
  }

  async pick(label: Text, step?: Text): Promise<void> {
    await this.at(step);
    // Where the pointer rests on an item of the step before, that item's description may cover the one to be clicked.
    await this.page.mouse.move(0, 0);
    await this.widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first().click();
  }

  /** Fills the input box and presses Enter. */
  async answer(text: string, step?: Text): Promise<void> {
    await this.fill(text, step);
    await this.page.keyboard.press('Enter');
  }

  async fill(text: string, step?: Text): Promise<void> {
    await this.at(step);
    await this.widget.locator('.quick-input-filter input').first().fill(text);
  }

  /** Accepts what is preselected or prefilled. */
  async accept(step?: Text): Promise<void> {
    await this.at(step);
    await this.page.keyboard.press('Enter');
  }

  /** Whether an item with this text appears within the time. */
  async offers(label: Text, timeout: number): Promise<boolean> {
    const row = this.widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: label });
    return row
      .first()
      .waitFor({ timeout: Math.max(timeout, 1) })
      .then(
        () => true,
        () => false,
      );
  }

  async items(): Promise<string[]> {
    return this.widget.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  }

  /** The line under an input box: prompt or validation message. */
  async message(): Promise<string> {
    return this.widget.locator('.quick-input-message').innerText();
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }

  private async at(step: Text | undefined): Promise<void> {
    await (step === undefined ? this.widget.waitFor() : this.waitFor(step));
  }
}

/** Toasts at the lower right. Tests inside the extension host do not get any. */
export class Notifications {
  constructor(private readonly page: Page) {}

  /** Waits for a notification with this text and hands back its locator. */
  async waitFor(text: Text, timeout = 20_000): Promise<Locator> {
    const item = this.page.locator('.notification-list-item').filter({ hasText: text }).first();
    await item.waitFor({ timeout });
    return item;
  }

  async press(text: Text, button: string): Promise<void> {
    const item = await this.waitFor(text);
    await item.getByRole('button', { name: button }).first().click();
  }

  async list(): Promise<string[]> {
    return this.page.locator('.notification-list-item .notification-list-item-message').allInnerTexts();
  }
}

/** A modal question. */
export class Dialog {
  private readonly box: Locator;
  constructor(page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  async waitFor(text: Text): Promise<void> {
    await this.box.filter({ hasText: text }).waitFor();
  }

  async press(button: string): Promise<void> {
    await this.box.locator('.dialog-buttons .monaco-button').filter({ hasText: button }).first().click();
  }
}

/** A native tree of the sidebar, named as its header reads. Its container must be shown (`Editor.showContainer`). */
export class Tree {
  private readonly pane: Locator;
  constructor(
    private readonly page: Page,
    name: string,
  ) {
    const header = page.locator(`.pane-header[aria-label^="${name}"]`);
    this.pane = page.locator('.pane').filter({ has: header });
  }

  row(text: Text): Locator {
    return this.pane.locator('.monaco-list-row').filter({ hasText: text }).first();
  }

  async rows(): Promise<string[]> {
    return this.pane.locator('.monaco-list-row').allInnerTexts();
  }

  async waitFor(text: Text, timeout = 20_000): Promise<void> {
    await this.row(text).waitFor({ timeout });
  }

  async open(text: Text): Promise<void> {
    await this.row(text).click();
  }

  async toggle(text: Text): Promise<void> {
    await this.row(text).locator('.monaco-tl-twistie').click();
  }

  async check(text: Text): Promise<void> {
    await this.row(text).locator('.custom-view-tree-node-item-checkbox').click();
  }

  /** Presses an inline action of a row; it only shows under the mouse. */
  async action(text: Text, title: string): Promise<void> {
    const action = this.row(text).locator(`.actions .action-label[aria-label^="${title}"]`).first();
    const press = async (timeout: number): Promise<void> => {
      await this.row(text).hover({ timeout });
      await action.click({ timeout });
    };
    // A tree that is refreshed in between moves the row away from under the mouse.
    for (let attempt = 0; attempt < 4; attempt++) {
      const done = await press(3000).then(
        () => true,
        () => false,
      );
      if (done) return;
    }
    await press(10_000);
  }

  async menu(text: Text, item: string): Promise<void> {
    await this.row(text).click({ button: 'right' });
    const entry = this.page.locator('.monaco-menu .action-item').filter({ hasText: item }).first();
    await entry.waitFor();
    await entry.hover();
    await entry.click();
  }

  async titleAction(title: string): Promise<void> {
    await this.pane.locator('.pane-header').hover();
    await this.pane.locator(`.pane-header .action-label[aria-label^="${title}"]`).first().click();
  }

  /** The text shown while the tree is empty. */
  async welcome(): Promise<string> {
    return this.pane.locator('.welcome-view-content').innerText();
  }
}

/** The text editor in front. */
export class Document {
  constructor(private readonly page: Page) {}

  codeLens(title: Text): Locator {
    return this.page.locator('.codelens-decoration a').filter({ hasText: title }).first();
  }

  /** A button at the right end of the tab row. */
  titleAction(title: string): Locator {
    return this.page.locator(`.editor-actions .action-label[aria-label^="${title}"]:visible`).first();
  }

  tab(name: Text): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: name }).first();
  }

  async tabs(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** The lines on screen; the editor only renders those. */
  async visibleText(): Promise<string> {
    const lines = await this.page.locator('.editor-group-container.active .view-lines').first().innerText();
    return lines.replaceAll('\u00a0', ' ');
  }

  /** Replaces the whole text of the editor in front. */
  async replaceText(text: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .view-lines').first().click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(text);
    // Brackets and quotes that the editor closed by itself.
    await this.page.keyboard.press('Control+Shift+End');
    await this.page.keyboard.press('Delete');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
  }

  async waitUntilSaved(name: string): Promise<void> {
    await this.page.locator('.tabs-container .tab:not(.dirty)').filter({ hasText: name }).first().waitFor();
  }
}

/** Waits for the webview whose document holds `selector`: its frame sits two deep and is rebuilt whenever it is shown again. */
export async function webviewFrame(page: Page, selector: string, timeout = 20_000): Promise<Frame> {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      if (frame.url().includes('fake.html') && (await holds(frame, selector))) {
        return frame;
      }
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`No webview showed ${selector} within ${timeout / 1000} s.`);
}

/** A frame may be taken away while it is asked: then it is not the one. */
const holds = (frame: Frame, selector: string): Promise<boolean> =>
  frame
    .locator(selector)
    .count()
    .then(
      (count) => count > 0,
      () => false,
    );

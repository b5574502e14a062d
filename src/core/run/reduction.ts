/** The shape of the reducers: one function per event type, from the view before to the view after. */
import type { EventData, EventType } from './events';
import type { RunView } from './view';

export interface EventContext {
  seq: number;
  time: string;
}

export type Reducers = { [T in EventType]?: (view: RunView, data: EventData[T], context: EventContext) => RunView };

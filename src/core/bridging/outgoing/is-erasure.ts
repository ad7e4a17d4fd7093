import type { EventType } from "../../events/event.ts";

/** The events that withdraw something. They are still delivered to a host that was unreachable for long, which may have what they withdraw. */
const erasing: ReadonlySet<EventType> = new Set(["message.deleted", "reaction.removed", "account.deleted"]);

/** True for an event that withdraws what the target of its delivery may have. */
export const isErasure = ({ type }: { readonly type: string }): boolean => erasing.has(type as EventType);

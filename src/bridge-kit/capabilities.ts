import type { Capabilities, DeliveryKind } from "#core/ports/bridge/delivery.ts";

/**
 * Derives what a bridge can deliver from its table of writers, so that the two can't disagree: a kind that the table marks
 * as "unsupported" is declared "none".
 */
export function capabilitiesOf(
	writers: Readonly<Record<DeliveryKind, unknown>>,
	others: Pick<Capabilities, "relays" | "atOnce">,
): Capabilities {
	const kinds = Object.entries(writers).map(([kind, writer]) => [kind, writer === "unsupported" ? "none" : "native"]);
	return { ...(Object.fromEntries(kinds) as Record<DeliveryKind, "native" | "none">), ...others };
}

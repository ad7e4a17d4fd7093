import { createHash } from "node:crypto";
import type { Account, BridgeHost, RemotePerson } from "#bridge-kit";
import { laneOf } from "./person.ts";

/** At most so many of a server's people are looked at. */
const maxPeople = 200;

const prefixOf = (id: string): string => `elsewhere:${laneOf(id)}:`;
const keyOf = (id: string): string => prefixOf(id) + createHash("sha256").update(id).digest("base64url");

/**
 * Remembers a person whose inbox is on another host than their actor. Their server's own actor fetches documents for them, and can't be
 * recognised by where their deliveries go.
 */
export async function rememberInboxHost(host: Pick<BridgeHost, "state">, person: RemotePerson): Promise<void> {
	if (person.reach !== undefined && person.reach.lane !== laneOf(person.id))
		await host.state.setIfAbsent(keyOf(person.id), person.id);
}

/** The people of an actor's server who are known here and whose inboxes are on another host. */
export async function peopleServedElsewhere(
	host: Pick<BridgeHost, "people" | "state">,
	actor: string,
): Promise<readonly Account[]> {
	const rows = await host.state.list(prefixOf(actor), { limit: maxPeople });
	const people = await Promise.all(rows.map(async ({ value }) => host.people.byRemote(String(value))));
	return people.filter((account) => account !== undefined && account.deletedAt === undefined) as readonly Account[];
}

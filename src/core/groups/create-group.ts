import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { cleanName } from "../clean-text.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency, requestKeyOf } from "../events/idempotency.ts";
import { mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { type Group, groupPermissions, type JoinPolicy, type Permissions } from "../model/group.ts";
import { groups } from "./group.ts";

/** The fields of a new group; anyone may join if there is no join policy. */
export interface NewGroup {
	readonly name: string;
	readonly description?: string;
	readonly joinPolicy?: JoinPolicy;
	readonly permissions?: Partial<Permissions>;
	readonly metadata?: Group["metadata"];
}

/** Turns a name into a part of a handle: `Dev Guild` → `dev-guild`. */
export function slugOf(name: string): string {
	const slug = name
		.normalize("NFKD")
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.slice(0, 40);
	return slug.replace(/^-|-$/g, "") || "group";
}

/**
 * Creates a group, which its creator owns (OFSCP §5.2).
 *
 * @throws {Conflict} `idempotency_key_reused`
 * @throws {Unauthenticated} the account was deleted meanwhile
 */
export async function createGroup(
	context: CoreContext,
	owner: Account,
	fields: NewGroup,
	idempotency: Idempotency,
): Promise<{ group: Group; replayed: boolean }> {
	const id = mintId("grp", context.clock.now());
	const appended = await context.log.append(
		{
			stream: id,
			type: "group.created",
			actor: owner.id,
			...requestKeyOf(idempotency),
			body: {
				group: {
					id,
					stream: id,
					name: cleanName(fields.name),
					slug: slugOf(fields.name),
					description: fields.description ?? "",
					owner: owner.id,
					joinPolicy: fields.joinPolicy ?? "open",
					permissions: { ...groupPermissions, ...fields.permissions },
					...(fields.metadata === undefined ? {} : { metadata: fields.metadata }),
				},
				...(idempotency.fingerprint === undefined ? {} : { fingerprint: idempotency.fingerprint }),
			},
		},
		{ premises: [stillThere(owner)] },
	);
	if (appended.outcome === "moved") await assertStillThere(context, owner);
	const { event, replayed } = eventOfRequest(appended, idempotency, "group.created");
	const stored = await context.store.get(groups, event.body.group.id);
	if (stored === undefined) throw new Error(`The group of ${event.id} can't be read`);
	return { group: stored.doc, replayed };
}

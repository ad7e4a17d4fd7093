import { readable } from "../access/readable-place.ts";
import { accountById } from "../accounts/find-account.ts";
import { Unavailable } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Place } from "../groups/place.ts";
import { type MessageId, parseId } from "../ids.ts";
import { messageWithPlace } from "../messages/list-messages.ts";
import { type Account, addressOf } from "../model/account.ts";
import { ownerOf } from "../model/channel.ts";
import type { Bridge } from "../ports/bridge/bridge.ts";
import { OutboundFailure } from "../ports/http-client.ts";
import { ownPlace } from "./follow.ts";

/** A person or channel that can be followed. */
export interface Followable {
	/** Names it to `followReference`. */
	readonly reference: string;
	readonly kind: "person" | "channel";
	readonly name: string;
	/** `handle@domain` */
	readonly address: string;
}

/**
 * What the address of a person, a channel or a post lets an account follow: for a post its author and, in a group, its channel. An account
 * that is not known yet is looked up, but not stored.
 *
 * @returns nothing if the address leads to nothing that the account may see, or only to itself
 * @throws {Unavailable} the server of the address can't be reached now
 */
export async function followableAt(
	context: CoreContext,
	bridges: readonly Bridge[],
	account: Account,
	address: string,
): Promise<readonly Followable[]> {
	const reference = address
		.trim()
		.replace(/^acct:/i, "")
		.replace(/^web\+ap:/i, "https:");
	const isOurs = reference.startsWith(`${context.origin}/`);
	const post = isOurs ? postAt(reference.slice(context.origin.length + 1)) : undefined;
	if (post !== undefined) return ofPost(context, account, post);
	const own = await ownPlace(context, reference);
	if (own !== undefined) return ofPlace(context, account, own);
	if (isOurs) return [];
	for (const bridge of bridges) {
		const person = await lookUp(bridge, reference);
		if (person === undefined) continue;
		const { id, handle, domain = context.domain, profile, kind } = person;
		const name = profile.displayName || handle;
		return [{ reference: id, kind: kind === "group" ? "channel" : "person", name, address: `${handle}@${domain}` }];
	}
	return [];
}

async function ofPlace(context: CoreContext, account: Account, own: Place): Promise<readonly Followable[]> {
	const place = await readable(context, own, account);
	if (place === undefined) return [];
	const { channel, group } = place;
	const owner = ownerOf(channel);
	if (owner !== undefined) return ofPerson(account, await accountById(context, owner));
	const reference = `${context.origin}/c/${channel.handle}`;
	const name = `${group.name} / ${channel.name}`;
	return [{ reference, kind: "channel", name, address: `${channel.handle}@${context.domain}` }];
}

function ofPerson(account: Account, person: Account | undefined): readonly Followable[] {
	if (person === undefined || person.deletedAt !== undefined || person.id === account.id) return [];
	const address = addressOf(person);
	return [{ reference: address, kind: "person", name: person.profile.displayName || person.handle, address }];
}

/** The message of a path `objects/{message}` or `@{handle}/{message}`. */
function postAt(path: string): MessageId | undefined {
	const [first = "", second = "", ...rest] = (path.split(/[?#]/, 1)[0] ?? "").split("/");
	return rest.length === 0 && (first === "objects" || first.startsWith("@")) ? parseId("msg", second) : undefined;
}

async function ofPost(context: CoreContext, account: Account, id: MessageId): Promise<readonly Followable[]> {
	const found = await messageWithPlace(context, id, account);
	if (found === undefined || found.message.deletedAt !== undefined) return [];
	const author = ofPerson(account, await accountById(context, found.message.author));
	return found.place.channel.kind === "room" ? [...author, ...(await ofPlace(context, account, found.place))] : author;
}

async function lookUp({ resolvers: { person } }: Bridge, reference: string) {
	if (person === "unsupported") return undefined;
	try {
		return await person(reference, { orAuthor: true });
	} catch (error) {
		if (!(error instanceof OutboundFailure)) throw error;
		if (error.kind === "refused") return undefined;
		throw new Unavailable("The account's home can't be reached now", 30, error);
	}
}

import { isRecord } from "../incoming/event.ts";

/** The power levels of a room, as far as links need them (client-server API, "m.room.power_levels"). */
export interface Power {
	of(user: string): number;
	/** Whether a user may change the power levels. */
	mayChangePower(user: string): boolean;
	/** The level of users who are not listed, such as new ghosts. */
	readonly newcomer: number;
	/** The levels that are needed to send messages, to invite users, and to redact the messages of others. */
	readonly needed: { readonly message: number; readonly invite: number; readonly redact: number };
}

type Content = Readonly<Record<string, unknown>>;

/** Before room version 10 a level may be a string. */
function level(value: unknown, otherwise: number): number {
	const number = typeof value === "string" ? Number.parseInt(value, 10) : value;
	return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

/**
 * Reads power levels from a room's state. Since room version 12 the creators are above all levels and not listed; without any
 * levels, only the creator has power.
 *
 * @param levels the content of `m.room.power_levels`
 * @param creation the event `m.room.create`, or its content
 */
export function powerOf(levels: Content | undefined, creation: Content): Power {
	const above = creatorsAbove(creation);
	const { users: listed, events: ofTypes, ...defaults } = levels ?? { users: { [String(creatorOf(creation))]: 100 } };
	const users = isRecord(listed) ? listed : {};
	const events = isRecord(ofTypes) ? ofTypes : {};
	const toChangePower = level(events["m.room.power_levels"], level(defaults.state_default, 50));
	const newcomer = level(defaults.users_default, 0);
	const of = (user: string): number =>
		above.has(user) ? Number.POSITIVE_INFINITY : level(Object.hasOwn(users, user) ? users[user] : undefined, newcomer);
	return {
		of,
		mayChangePower: (user) => of(user) >= toChangePower,
		newcomer,
		needed: {
			message: level(events["m.room.message"], level(defaults.events_default, 0)),
			invite: level(defaults.invite, 0),
			redact: level(defaults.redact, 50),
		},
	};
}

/** The content of a state event; servers that do not support `format=event` answer with the content alone. */
export const contentOf = (event: Content): Content => (isRecord(event.content) ? event.content : event);

const creatorOf = (creation: Content): unknown => contentOf(creation).creator ?? creation.sender;

function creatorsAbove(creation: Content): ReadonlySet<string> {
	const { room_version: version, additional_creators: more } = contentOf(creation);
	// Nothing is known about experimental versions (`org.example.12`).
	if (typeof version !== "string" || !/^\d{1,4}$/.test(version) || Number(version) < 12) return new Set();
	const creators = [creation.sender, ...(Array.isArray(more) ? more : [])];
	return new Set(creators.filter((user): user is string => typeof user === "string"));
}

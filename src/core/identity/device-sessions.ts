import type { CoreContext } from "../events/context.ts";
import { deleteBootstrapTokens } from "./bootstrap-tokens.ts";
import { deviceKeysOf, revokeDeviceKey } from "./device-keys.ts";
import { lastUsedOf } from "./last-used.ts";
import type { SessionSource } from "./sessions.ts";

/** The device keys of an account, as sessions. */
export const deviceSessions = (context: CoreContext): SessionSource => ({
	kind: "device",
	async list(account) {
		const keys = await deviceKeysOf(context, account);
		return Promise.all(
			keys.map(async ({ id, name, createdAt, madeBy }) => {
				const lastUsedAt = await lastUsedOf(context, id);
				return {
					id,
					kind: "device" as const,
					client: name,
					createdAt,
					...(lastUsedAt === undefined ? {} : { lastUsedAt }),
					...(madeBy === undefined ? {} : { madeBy: madeBy.id }),
				};
			}),
		);
	},
	end: (account, id) => revokeDeviceKey(context, account, id),
	async endAll(account, except = []) {
		// A bootstrap token that was issued for the old password must not register a key now.
		await deleteBootstrapTokens(context, account);
		for (;;) {
			const ending = (await deviceKeysOf(context, account)).filter(({ id }) => !except.includes(id));
			for (const { id } of ending) await revokeDeviceKey(context, account, id);
			if (ending.length === 0) return;
		}
	},
});

import { parseArgs } from "node:util";
import { addInvite, inviteLink, usualInvite } from "#core/identity/invites.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const inviteAdd: Command = {
	usage: "invite add [--uses N] [--days N]",
	summary: `print an invitation link (default: for ${usualInvite.uses} accounts, valid for ${usualInvite.days} days)`,
	async run(args, config, terminal) {
		const { values } = parseArgs({
			args: [...args],
			options: {
				uses: { type: "string", default: String(usualInvite.uses) },
				days: { type: "string", default: String(usualInvite.days) },
			},
		});
		const uses = whole("--uses", values.uses, 100_000);
		const days = whole("--days", values.days, 3650);
		await using opened = await openCore(config);
		const { context } = opened;
		if (context.identity.registration.mode === "closed")
			terminal.err("This invitation can't be used while registration.mode is closed");
		const secret = await addInvite(context, { uses, expiresAt: context.clock.now() + days * 86_400_000 });
		terminal.out(inviteLink(context, secret));
		return 0;
	},
};

function whole(option: string, text: string, max: number): number {
	const number = Number(text);
	if (!/^\d+$/.test(text) || number < 1 || number > max)
		throw new Usage(`${option} needs a whole number from 1 to ${max}`);
	return number;
}

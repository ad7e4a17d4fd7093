import { parseArgs } from "node:util";
import { localAccount } from "#core/accounts/find-account.ts";
import { SetupError } from "#core/errors.ts";
import { groups } from "#core/groups/group.ts";
import { giveGroup } from "#core/groups/ownership.ts";
import { parseId } from "#core/ids.ts";
import { addressOf } from "#core/model/account.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const groupGive: Command = {
	usage: "group give <group> <handle>",
	summary: "make a member the owner of a group, for example of one that is archived",
	async run(args, config, terminal) {
		const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
		const [groupId, handle, more] = positionals;
		const id = groupId === undefined ? undefined : parseId("grp", groupId);
		if (id === undefined || handle === undefined || more !== undefined)
			throw new Usage("group give needs the id of a group (grp_…) and a handle");
		await using opened = await openCore(config);
		const { context } = opened;
		const group = (await context.store.get(groups, id))?.doc;
		if (group === undefined || group.personal !== undefined) throw new SetupError(`There is no group ${id}`);
		const member = await localAccount(context, handle);
		if (member === undefined) throw new SetupError(`There is no account ${handle} here`);
		await giveGroup(context, group, member);
		terminal.out(`${addressOf(member)} owns ${group.name}`);
		return 0;
	},
};

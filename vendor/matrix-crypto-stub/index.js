// Causeway does not take part in encrypted rooms. The SDK imports names from this module when it loads, so every name
// must exist; using one is a programming error and says so.
"use strict";

function unavailable(name) {
	return new Proxy(class {}, {
		construct() {
			throw new Error(`End-to-end encryption is not available: ${name} was used`);
		},
		apply() {
			throw new Error(`End-to-end encryption is not available: ${name} was called`);
		},
		get(target, key) {
			// Enums are read when the SDK loads; any member of one is its own name.
			return key in target || typeof key === "symbol" ? Reflect.get(target, key) : `${name}.${key}`;
		},
	});
}

module.exports = new Proxy(
	{},
	{
		get(target, name) {
			if (typeof name === "symbol" || name === "__esModule" || name === "then") return undefined;
			target[name] ??= unavailable(name);
			return target[name];
		},
	},
);

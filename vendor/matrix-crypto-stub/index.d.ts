declare const stub: Readonly<Record<string, unknown>>;
export = stub;

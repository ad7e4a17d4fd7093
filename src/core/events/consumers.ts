/** The consumer that carries events to other networks. */
export const bridgeConsumer = "bridge";

/** Nothing: what every import costs, whatever is in it. */
export {};

/** All public sets that have a loader. */
import { cifar10 } from "./cifar10.ts";
import { fashionMnist } from "./fashion_mnist.ts";
import { kmnist } from "./kmnist.ts";
import { mnist } from "./mnist.ts";
import type { PublicSet } from "./public_set.ts";

export const publicSets: readonly PublicSet[] = [mnist, fashionMnist, kmnist, cifar10];

/** The environment variable that names a folder with a public set, by the set's source. Tasks need no more. */
export const setVariables = {
  mnist: "MNIST_DIR",
  "fashion-mnist": "FASHION_MNIST_DIR",
  kmnist: "KMNIST_DIR",
  cifar10: "CIFAR10_DIR",
} as const;

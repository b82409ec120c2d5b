import type { Check } from './check.ts';
import { clockCheck } from './checks/clock.ts';
import { descriptorsCheck } from './checks/descriptors.ts';
import { filesCheck } from './checks/files.ts';
import { interceptCheck } from './checks/intercept.ts';
import { keyCheck } from './checks/key.ts';
import { localPortCheck } from './checks/local-port.ts';
import { managerCheck } from './checks/manager.ts';
import { meshCheck } from './checks/mesh.ts';
import { nodeCheck } from './checks/node.ts';
import { propagationCheck } from './checks/propagation.ts';
import { proxyCheck } from './checks/proxy.ts';
import { rightsCheck } from './checks/rights.ts';
import { serviceCheck } from './checks/service.ts';
import { tokenCheck } from './checks/token.ts';

/** Everything that `intercept doctor` looks at, in the order in which a person would. */
export const checks: readonly Check[] = [
  nodeCheck,
  descriptorsCheck,
  filesCheck,
  proxyCheck,
  managerCheck,
  clockCheck,
  tokenCheck,
  keyCheck,
  serviceCheck,
  meshCheck,
  rightsCheck,
  localPortCheck,
  interceptCheck,
  propagationCheck,
];

import type { AnyCommand } from '../command.ts';
import { adminInstall, adminList, adminUninstall } from './admin.ts';
import { adminAudit } from './admin-audit.ts';
import { adminApprove } from './admin-approve.ts';
import { adminDrain } from './admin-drain.ts';
import { adminGc } from './admin-gc.ts';
import { adminRevoke } from './admin-revoke.ts';
import { completion } from './completion.ts';
import { configSchema, configValidate, configView } from './config.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { explain } from './explain.ts';
import { key } from './key.ts';
import { list } from './list.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { logs } from './logs.ts';
import { policyList, policyTest } from './policy.ts';
import { renew } from './renew.ts';
import { run } from './run.ts';
import { status } from './status.ts';
import { up } from './up.ts';
import { whoami } from './whoami.ts';

/** Every command, in the order of help. */
export const commands: readonly AnyCommand[] = [
  run,
  up,
  down,
  renew,
  list,
  status,
  logs,
  explain,
  doctor,
  login,
  logout,
  whoami,
  key,
  configValidate,
  configSchema,
  configView,
  policyTest,
  policyList,
  adminInstall,
  adminUninstall,
  adminList,
  adminApprove,
  adminRevoke,
  adminDrain,
  adminGc,
  adminAudit,
  completion,
];
